import { type AskedQuestion, questionAccess, statementAccess } from '../adapters/aws/athena-access.js';
import {
  type LogFileAccessOptions,
  type LogFileSeen,
  unlistedAccess,
} from '../adapters/aws/log-file-access.js';
import type { ResourceArns } from '../adapters/aws/resource-arns.js';
import { mustBePlace } from '../adapters/aws/s3-place.js';
import { sourceAccess } from '../adapters/aws/source-access.js';
import { stateUse } from '../adapters/aws/state-access.js';
import { topicAccess } from '../adapters/aws/topic-access.js';
import { AuditLakeError } from '../errors.js';
import { type Finding, runChecks } from '../jobs/run-checks.js';
import type { Check } from '../ports/access-check.js';
import { periodOf } from '../questions/period.js';
import { sqlOf } from '../questions/rendered-question.js';
import { type AlertSettings, mustBeTold, openTopic } from './alerting.js';
import type { AthenaSettings } from './athena-engine.js';
import {
  asCaller,
  type Calling,
  catalogChecks,
  keptLake,
  sourcesOf,
  type TextSettings,
  textChecks,
  workGroupOf,
} from './aws-checks.js';
import type { CatalogSettings } from './catalog.js';
import { type MaintenanceSettings, mustBeComplete } from './maintenance.js';
import { lakeNotSet, sourcesNotSet } from './missing-lake.js';
import { readQuestions } from './questions.js';
import type { S3LakeSettings } from './s3-lake.js';

type Kept = { readonly [name in keyof S3LakeSettings]: S3LakeSettings[name] | undefined };
type TrailSettings = { readonly sources: readonly string[]; readonly sourceOwner?: string | undefined };
type WithTexts = Kept & TextSettings;

/**
 * What each handler tries under its own role: all that it needs, as it does it, and nothing that its role does not
 * allow by design. Nothing is left behind. Each is a function by itself, so that a bundle holds no client that its
 * handler does not call.
 * `seen`: a log file that may be read, and the one that was found.
 * @throws AuditLakeError USAGE where no lake in S3 is set, or a source is no place in S3
 */
export function examineIngest(
  settings: WithTexts & TrailSettings,
  seen: LogFileSeen,
): AsyncGenerator<Finding> {
  return examined(settings, (calling) => [
    ...sourceChecks(settings, calling, (source) => unlistedAccess(source, seen)),
    ...writingChecks(settings, calling),
    ...textChecks(someOf(settings), calling),
  ]);
}

/** The same; who works off slices may list the trail. */
export function examineBackfill(
  settings: WithTexts & TrailSettings,
  seen: LogFileSeen,
): AsyncGenerator<Finding> {
  return examined(settings, (calling) => [
    ...sourceChecks(settings, calling, (source) => sourceAccess(source, seen)),
    ...writingChecks(settings, calling),
    ...textChecks(someOf(settings), calling),
  ]);
}

/** The same; who asks again for query texts tries every account. */
export function examineResolver(settings: WithTexts): AsyncGenerator<Finding> {
  return examined(settings, (calling) => [
    ...writingChecks(settings, calling),
    ...textChecks(settings, calling),
  ]);
}

/** The same; who keeps the catalog asks Glue and Athena. */
export function examineMaintenance(settings: MaintenanceSettings): AsyncGenerator<Finding> {
  const complete: S3LakeSettings & CatalogSettings = mustBeComplete(settings);
  return examined(complete, ({ arns }) => {
    const { checks, state, seen } = keptLake(complete, arns);
    return [
      ...[...checks, ...stateUse(state)],
      ...catalogChecks(complete, { arns, seen }),
      ...statementAccess(workGroupOf(complete, arns)),
    ];
  });
}

/** The same; who asks on a schedule asks one of its questions, and sends one message. */
export function examineAlerts(settings: AlertSettings): AsyncGenerator<Finding> {
  const { athena, topicArn } = mustBeTold(settings);
  return runChecks(
    asCaller(athena, ({ arns }) => [
      ...questionAccess(workGroupOf(athena, arns), questionOf(athena, arns)),
      topicAccess({ topic: openTopic(athena, topicArn), topicArn }),
    ]),
  );
}

/** As cheap as a question can be that reads data: the events of today. */
function questionOf({ lake, database }: AthenaSettings, arns: ResourceArns): AskedQuestion {
  const [question] = readQuestions().filter(({ name }) => name === 'days');
  if (!question) throw new AuditLakeError('INTERNAL', 'there is no question days');
  const place = mustBePlace(lake);
  const actions = [
    'glue:GetDatabase',
    'glue:GetTable',
    'glue:GetPartitions',
    's3:GetObject',
    's3:ListBucket',
  ];
  const resources = [...arns.table(database, '*'), ...arns.bucket(place), ...arns.objects(place)];
  return {
    ...{ name: question.name, sql: sqlOf(question, {}, periodOf({}, 0)), database },
    reading: { action: 'reading tables', on: lake, allowedBy: { actions, resources } },
  };
}

const examined = (settings: Kept, checksOf: (calling: Calling) => readonly Check[]) =>
  runChecks(asCaller(settings, checksOf));

function sourceChecks(
  settings: TextSettings & TrailSettings,
  { arns }: Calling,
  access: (source: LogFileAccessOptions) => readonly Check[],
): readonly Check[] {
  if (settings.sources.length === 0) throw sourcesNotSet();
  return sourcesOf(settings, arns).flatMap(access);
}

function writingChecks(settings: Kept, { arns }: Calling): readonly Check[] {
  const { lake, stateTable } = settings;
  if (lake === undefined || stateTable === undefined) throw lakeNotSet();
  const { checks, state } = keptLake({ ...settings, lake, stateTable }, arns);
  return [...checks, ...stateUse(state)];
}

/** Roles of accounts trust our account, and one statement admits to all: the own one and one more show whether it does. */
const someOf = <S extends TextSettings>(settings: S): S => ({
  ...settings,
  queryAccounts: settings.queryAccounts.slice(0, 2),
});
