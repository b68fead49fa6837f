import { Command } from 'commander';
import { ATHENA } from '../../datasets/dataset.js';
import { generateTrail } from '../../demo/trail.js';
import { AuditLakeError } from '../../errors.js';
import { periodOf } from '../../questions/period.js';
import type { Question } from '../../questions/question.js';
import { type Given, sqlOf } from '../../questions/rendered-question.js';
import { quoted } from '../../shown/shell-quoted.js';
import { type DemoFolder, demoFolder } from '../../wiring/demo-folder.js';
import { askEngine, type QueryDoors } from '../asked-engine.js';
import { summaryText } from '../ingest-summary.js';
import type { Io } from '../io.js';

/** As an auditor would say it, and as it is typed. */
type Asked = { readonly words: string; readonly name: string; readonly given: Given; readonly from?: string };

const ASKED: readonly Asked[] = [
  {
    words: 'Who queried patient data from outside the corporate network this week?',
    name: 'outside-networks',
    given: { about: 'patients' },
  },
  { words: "Who read the results of somebody else's query?", name: 'read-results', given: {} },
  {
    words: 'Which query texts are missing, and why?',
    name: 'missing-texts',
    given: {},
    from: '2023-01-01',
  },
];

const EXAMPLES = `
Examples:
  $ audit-lake demo
  $ audit-lake demo --out /tmp/audit-lake-demo`;

type Asking = { readonly doors: QueryDoors; readonly questions: readonly Question[] };

/** `audit-lake demo`: a small organization trail, its lake, three answers. */
export function demoCommand(io: Io, asking: Asking): Command {
  return new Command('demo')
    .summary('make a small trail, put it into a lake, and ask it three questions')
    .description('Makes a small organization trail, puts it into a lake, and asks it three questions.')
    .option('--out <dir>', 'where trail and lake go; what an earlier demo left there is replaced', './demo')
    .addHelpText('after', EXAMPLES)
    .action(({ out }: { out: string }) => runDemo(out, io, asking));
}

/**
 * The one failed log file is part of the demonstration, so the demo ends with 0.
 * @throws AuditLakeError USAGE where the folder holds something else, LAKE_WRITE_FAILED
 */
async function runDemo(out: string, io: Io, { doors, questions }: Asking): Promise<void> {
  const asOf = Date.now();
  const trail = generateTrail({ asOf });
  const folder = await demoFolder(out);
  await folder.write(trail.files, trail.queryHistory);
  await io.out(`A trail of ${trail.files.length} objects is in ${folder.trail}\n\n`);
  await io.out(
    `$ audit-lake ingest ${quoted(folder.trail)} --lake ${quoted(folder.lake)} --query-history ${quoted(folder.history)}\n`,
  );
  await ingest(folder, asOf, io);
  for (const asked of ASKED) await answer(asked, questions, { folder, io, doors });
  await io.out(nextSteps(folder));
}

/** Of all services, not of Athena alone: `trace` and some questions look at whatever a person did. */
const DATASETS = [
  { name: 'athena_events', eventSources: [ATHENA] },
  { name: 'cloudtrail_events', eventSources: 'all' },
] as const;

type World = { readonly folder: DemoFolder; readonly io: Io; readonly doors: QueryDoors };

async function answer(
  { words, name, given, from }: Asked,
  questions: readonly Question[],
  { folder, io, doors }: World,
): Promise<void> {
  const question = questions.find((it) => it.name === name);
  if (question === undefined) throw new AuditLakeError('INTERNAL', `no question ${name}`);
  const options = Object.entries({ ...given, from }).flatMap(([flag, value]) => {
    return value === undefined ? [] : [`--${flag} ${value}`];
  });
  const command = ['audit-lake ask', name, ...options, '--lake', quoted(folder.lake)].join(' ');
  await io.out(`\n${words}\n$ ${command}\n\n`);
  const sql = sqlOf(question, given, periodOf({ from }, question.days));
  const target = { kind: 'duckdb over a folder', lake: folder.lake } as const;
  await askEngine({ target, sql, output: 'table', tableColumns: question.table }, io, doors);
}

async function ingest(folder: DemoFolder, now: number, io: Io): Promise<void> {
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
    { ...options, source, target, datasets: DATASETS, queryHistory, now },
    io,
  );
  await io.out(
    summaryText(report, {
      lake,
      datasets: DATASETS.map(({ name }) => name),
      seconds,
      dryRun: false,
      textMode,
    }),
  );
}

function nextSteps(folder: DemoFolder): string {
  const [trail, lake] = [quoted(folder.trail), quoted(folder.lake)];
  const steps = [
    ['ask', 'the questions that are ready to be asked'],
    [`trace bob --lake ${lake}`, 'every role he took, and what he did in it'],
    [`report --lake ${lake} --out audit.html`, 'all of it on one page'],
    [`evidence --lake ${lake} --out evidence`, 'a folder for auditors, with hashes'],
    [`ingest ${trail} --lake ${lake}`, 'a second time: nothing is written'],
    ['ingest <your log files> --lake ./lake', 'your own trail'],
    ['ddl --lake s3://your-bucket/audit-lake', 'the same tables for Athena'],
  ] as const;
  const width = Math.max(...steps.map(([command]) => command.length));
  const lines = steps.map(([command, what]) => `  npx audit-lake ${command.padEnd(width)}  ${what}\n`);
  const sql = '"SELECT user_name, count(*) AS queries FROM athena_audit_logs GROUP BY 1 ORDER BY 2 DESC"';
  return `\nNext:\n${lines.join('')}  npx audit-lake query --lake ${lake} ${sql}\n`;
}
