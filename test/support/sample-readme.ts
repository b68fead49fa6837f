import type { TrailFile } from '../../src/demo/log-files.js';
import type { Sample } from './sample.js';
import type { Notification } from './sample-notifications.js';

const HEAD = `# Samples

Small CloudTrail log files, one per thing that can be met, made by \`npm run samples\`: do not edit them by hand.
Nobody owns the accounts, addresses and names in them. The samples are told on 2026-11-01 at noon, UTC.

\`\`\`
npx audit-lake ingest samples/log-files --lake lake --query-history samples/query-history.json
npx audit-lake query --lake lake "SELECT user_name, query_text_status, query_text FROM athena_audit_logs WHERE event_name = 'StartQueryExecution' ORDER BY event_time"
\`\`\`

Every log file can be read; files that cannot be read are made where they are tested. What the samples become is in
\`expected/\`. Athena forgets a query after 45 days: a query of the samples that has no answer in the query history is
\`pending\` until the middle of December 2026, and \`expired\` afterwards.

## Log files

Below \`log-files/\`, under real keys. The last 16 characters of the name, which CloudTrail draws at random, say what is inside.
`;

/** The README of the samples: a line for every file. */
export function samplesReadme(
  samples: readonly Sample[],
  foreign: readonly TrailFile[],
  notifications: readonly Notification[],
): string {
  const logFiles = samples.map(({ key, about }) => row(nameOf(key), about));
  const foreigners = foreign.map(({ key }) =>
    row(familyOf(key), 'not a log file: counted as foreign, not read'),
  );
  const envelopes = notifications.map(({ path, about }) => row(nameOf(path), about));
  return [
    HEAD,
    table('file', [...logFiles, ...foreigners]),
    '\n## Query history\n\n`query-history.json`: answers of `aws athena batch-get-query-execution`, each with its account and Region, and the ids that Athena did not show.',
    '\n## Notifications\n\nBelow `notifications/`: how the key of a log file arrives at a Lambda, one per envelope.\n',
    table('file', envelopes),
    '\n## Prices\n\n`prices.yaml`: what the estimates of `audit-lake backfill plan` are made with; a copy of it with your prices goes to `--prices`.',
    '\n## State machine\n\n`backfill-state-machine.json`: the definition for `audit-lake backfill run --on fleet`, in Amazon States Language; put the ARN of your function in.',
    '\n## Alerts\n\n`alerts.json`: two questions that the stack asks on a schedule, for `infra/cdk.json`; put your networks in.',
    '',
  ].join('\n');
}

function table(first: string, rows: readonly string[]): string {
  return [`| ${first} | what it is |`, '|---|---|', ...rows].join('\n');
}

function row(name: string, about: string): string {
  return `| \`${name}\` | ${about} |`;
}

/** What tells a file from its neighbours: the unique part of a log file's name, else its name. */
function nameOf(key: string): string {
  const name = key.slice(key.lastIndexOf('/') + 1);
  return /Z_([A-Za-z0-9]{16})\.json\.gz$/.exec(name)?.[1] ?? name;
}

function familyOf(key: string): string {
  return /CloudTrail-[A-Za-z]+/.exec(key)?.[0] ?? key;
}
