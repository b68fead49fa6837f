import { Command } from 'commander';
import { ATHENA } from '../../datasets/dataset.js';
import { generateTrail } from '../../demo/trail.js';
import { type DemoFolder, demoFolder } from '../../wiring/demo-folder.js';
import type { QueryDoors } from '../asked-engine.js';
import { summaryText } from '../ingest-summary.js';
import type { Io } from '../io.js';
import { quoted } from '../shell-quoted.js';
import { runQuery } from './query.js';

type Question = { readonly asked: string; readonly sql: string };

/** The same SQL runs in Athena, on the view of the same name. */
const QUESTIONS: readonly Question[] = [
  {
    asked: 'Who queried patient data from outside the corporate network this week?',
    sql: `SELECT date_format(submission_time, '%m-%d %H:%i') AS at, user_name, source_ip, query_state, query_text
FROM athena_audit_logs
WHERE database_name = 'patients' AND event_name = 'StartQueryExecution'
  AND source_ip NOT LIKE '10.%' AND submission_time >= current_date - interval '7' day
ORDER BY submission_time`,
  },
  {
    asked: "Who read the results of somebody else's query?",
    sql: `SELECT date_format(r.event_time, '%m-%d %H:%i') AS read_at, r.user_name AS reader, s.user_name AS asked_by, s.query_text
FROM athena_audit_logs r
JOIN athena_audit_logs s ON s.query_execution_id = r.query_execution_id
WHERE r.event_name LIKE 'GetQueryResults%' AND s.event_name = 'StartQueryExecution'
  AND r.user_name <> s.user_name
ORDER BY read_at`,
  },
  {
    asked: 'Whose query text is there, and why is the rest missing?',
    sql: `SELECT query_text_status, count(*) AS queries,
  min(date_format(submission_time, '%Y-%m-%d')) AS first, max(date_format(submission_time, '%Y-%m-%d')) AS last
FROM athena_audit_logs
WHERE event_name = 'StartQueryExecution'
GROUP BY query_text_status
ORDER BY queries DESC`,
  },
];

const EXAMPLES = `
Examples:
  $ audit-lake demo
  $ audit-lake demo --out /tmp/audit-lake-demo`;

/** `audit-lake demo`: a small organization trail, its lake, three answers. */
export function demoCommand(io: Io, doors: QueryDoors): Command {
  return new Command('demo')
    .summary('make a small trail, put it into a lake, and ask it three questions')
    .description('Makes a small organization trail, puts it into a lake, and asks it three questions.')
    .option('--out <dir>', 'where trail and lake go; what an earlier demo left there is replaced', './demo')
    .addHelpText('after', EXAMPLES)
    .action(({ out }: { out: string }) => runDemo(out, io, doors));
}

/**
 * The one failed log file is part of the demonstration, so the demo ends with 0.
 * @throws AuditLakeError USAGE where the folder holds something else, LAKE_WRITE_FAILED
 */
async function runDemo(out: string, io: Io, doors: QueryDoors): Promise<void> {
  const asOf = Date.now();
  const trail = generateTrail({ asOf });
  const folder = await demoFolder(out);
  await folder.write(trail.files, trail.queryHistory);
  await io.out(`A trail of ${trail.files.length} objects is in ${folder.trail}\n\n`);
  await io.out(
    `$ audit-lake ingest ${quoted(folder.trail)} --lake ${quoted(folder.lake)} --query-history ${quoted(folder.history)}\n`,
  );
  await ingest(folder, asOf, io);
  for (const { asked, sql } of QUESTIONS) {
    await io.out(`\n${asked}\n\n`);
    const target = { kind: 'duckdb over a folder', lake: folder.lake } as const;
    await runQuery({ target, sql, output: 'table' }, io, doors);
  }
  await io.out(nextSteps(folder));
}

async function ingest(folder: DemoFolder, now: number, io: Io): Promise<void> {
  const datasets = [{ name: 'athena_events', eventSources: [ATHENA] } as const];
  const athena = { queryAccounts: [], queryRole: '', queryRate: 1, queryWait: 0 };
  const options = {
    concurrency: 1,
    ownRoles: [],
    athena,
    privacy: {},
    dryRun: false,
    quiet: true,
    isStopped: () => false,
  };
  const { lake, history: queryHistory } = folder;
  const source = { reading: { kind: 'local' }, paths: [folder.trail] } as const;
  const target = { kind: 'folder', lake, lockWaitSeconds: 5 } as const;
  const { ingestRun } = await import('../ingest-run.js');
  const { report, seconds, textMode } = await ingestRun(
    { ...options, source, target, datasets, queryHistory, now },
    io,
  );
  await io.out(summaryText(report, { lake, datasets: ['athena_events'], seconds, dryRun: false, textMode }));
}

function nextSteps(folder: DemoFolder): string {
  const trail = quoted(folder.trail);
  const lake = quoted(folder.lake);
  return `
Next:
  npx audit-lake query --lake ${lake} "SELECT user_name, count(*) AS queries FROM athena_audit_logs GROUP BY 1 ORDER BY 2 DESC"
  npx audit-lake ingest ${trail} --lake ${lake}            a second time: nothing is written
  npx audit-lake ingest <your log files> --lake ./lake     your own trail
  npx audit-lake ddl --lake s3://your-bucket/audit-lake    the same tables for Athena
`;
}
