/**
 * The commands of the AWS command line that the documents of infra name, with the options that they take: checked once against
 * the models of botocore 1.43.11.
 */
const OPTIONS: { readonly [command: string]: readonly string[] } = {
  'cloudformation create-stack-set': [
    'stack-set-name',
    'template-body',
    'capabilities',
    'permission-model',
    'auto-deployment',
    'parameters',
    'call-as',
  ],
  'cloudformation create-stack-instances': ['stack-set-name', 'regions', 'deployment-targets', 'call-as'],
  'cloudtrail get-trail-status': ['name'],
  'lakeformation grant-permissions': ['principal', 'permissions', 'resource'],
  'lambda invoke': ['function-name', 'cli-binary-format', 'payload'],
  's3 cp': [],
  's3api get-bucket-notification-configuration': ['bucket'],
  'sns subscribe': ['topic-arn', 'protocol', 'notification-endpoint'],
  'sns list-subscriptions-by-topic': ['topic-arn'],
  'sqs receive-message': ['queue-url'],
  'sqs start-message-move-task': ['source-arn'],
};

/** What is wrong with a line that begins with `aws`. */
export function oddities(line: string): string[] {
  const [, service = '', operation = ''] = line.split(' ');
  const options = OPTIONS[`${service} ${operation}`];
  if (!options) return [`aws ${service} ${operation} is not known here`];
  const used = [...line.matchAll(/ --([\w-]+)/g)].map(([, name = '']) => name);
  return used
    .filter((name) => !options.includes(name))
    .map((name) => `--${name} of aws ${service} ${operation}`);
}

/** Commands that the document names and that are none of those it should: every one is in use. */
export const KNOWN_COMMANDS = Object.keys(OPTIONS);
