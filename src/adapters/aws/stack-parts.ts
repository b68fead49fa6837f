import type { StackResourceSummary } from '@aws-sdk/client-cloudformation';

/** The handlers of src/lambda. The first one may list the trail, and finds a log file for the others to try. */
export const HANDLERS = ['backfill', 'ingest', 'maintain', 'resolve', 'alert'] as const;
export type HandlerName = (typeof HANDLERS)[number];

/** What a stack of ours is made of, by the names that AWS gave: empty where there is none. */
export type StackParts = {
  readonly functions: { readonly [name in HandlerName]: string };
  /** What hands messages of the queue to the ingest. */
  readonly feed: string;
  /** Addresses. */
  readonly queue: string;
  readonly deadLetters: string;
  readonly workGroup: string;
  readonly alarms: readonly string[];
};

type Resource = Pick<
  StackResourceSummary,
  'LogicalResourceId' | 'PhysicalResourceId' | 'ResourceType' | 'ResourceStatus'
>;

const LAMBDA = 'AWS::Lambda::Function';
const QUEUE = 'AWS::SQS::Queue';
const ALARM = 'AWS::CloudWatch::Alarm';

/**
 * Finds the parts by what infra/ calls them. A logical id is the path of a construct and a hash of it; it does not change
 * as long as the resource is the same one.
 */
export function stackParts(resources: readonly Resource[]): StackParts {
  const named = (type: string, end: string) => {
    const isIt = new RegExp(`${end}[0-9A-F]{8}$`);
    return of(type).find(({ LogicalResourceId: id = '' }) => isIt.test(id))?.PhysicalResourceId ?? '';
  };
  const of = (type: string) =>
    resources.filter(
      ({ ResourceType, ResourceStatus }) => ResourceType === type && ResourceStatus !== 'DELETE_COMPLETE',
    );
  return {
    functions: {
      ingest: named(LAMBDA, 'IngestFunction'),
      maintain: named(LAMBDA, 'MaintainFunction'),
      resolve: named(LAMBDA, 'ResolveFunction'),
      backfill: named(LAMBDA, 'BackfillFunction'),
      alert: named(LAMBDA, 'AlertFunction'),
    },
    feed: named('AWS::Lambda::EventSourceMapping', 'IngestFunctionSqsEventSource\\w*'),
    queue: named(QUEUE, 'IngestQueue'),
    deadLetters: named(QUEUE, 'IngestQueueDeadLetters'),
    workGroup: named('AWS::Athena::WorkGroup', 'WorkGroup'),
    alarms: of(ALARM).flatMap(({ PhysicalResourceId: name }) => name ?? []),
  };
}

/** Those that a stack has: only one with alerts asks them. */
export const handlersOf = ({ functions }: StackParts): readonly HandlerName[] =>
  HANDLERS.filter((name) => name !== 'alert' || functions.alert !== '');

/** What is not there, in words. */
export function missingParts(all: StackParts): string[] {
  const { functions, feed, queue, deadLetters, workGroup } = all;
  const parts = {
    ...Object.fromEntries(handlersOf(all).map((name) => [`the ${name} function`, functions[name]])),
    ...{ 'the event source mapping': feed, 'the queue': queue, 'the dead letters': deadLetters },
    'the workgroup': workGroup,
  };
  return Object.entries(parts).flatMap(([what, name]) => (name === '' ? [what] : []));
}
