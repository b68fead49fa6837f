import { Command, Option } from 'commander';
import { type Config, namedLake, readConfig } from '../../config.js';
import { SETTINGS } from '../../settings.js';
import { endingInOrder } from '../interruption.js';
import type { Io } from '../io.js';
import { followedText } from '../partition-texts.js';
import { WHOM_TO_ASK } from '../query-text-warnings.js';
import { openQueriesObject, openQueriesPage, resolvedObject, resolvedText } from '../resolve-texts.js';
import { targetOf } from '../s3-lake-of.js';
import { awsOptions, lakeOptions, queryTextOptions, settingOptions } from '../setting-options.js';

type Flags = {
  readonly status?: true;
  readonly queryHistory?: string;
  readonly output: 'text' | 'json';
};

const EXAMPLES = `
Examples:
  $ audit-lake resolve --lake ./lake --status
  $ audit-lake resolve --lake ./lake --query-history history.json
  $ audit-lake resolve --lake s3://amzn-s3-demo-lake/audit --query-account self --query-account 444455556666

Exit codes: 0 done, whatever is left open; 1 the lake could not be used, 2 usage, 4 AWS says no, 130 interrupted with
the state saved.
`;

/** `audit-lake resolve`: asks again about queries without a text or without an end. Returns the exit code by `exit`. */
export function resolveCommand(io: Io, exit: (code: number) => void): Command {
  const command = new Command('resolve')
    .summary('ask again for query texts and statistics that are missing')
    .description(
      'Asks again about every query of the lake whose text is missing or whose end is not known, those first that Athena forgets first.',
    )
    .option('--status', 'only tell what is open, and how many texts will be lost when; change nothing')
    .option(
      '--query-history <json>',
      'saved answers of BatchGetQueryExecution: also fills in what was given up',
    )
    .addOption(
      new Option('--output <format>', 'for people, or one JSON object')
        .choices(['text', 'json'])
        .default('text'),
    );
  lakeOptions(command);
  settingOptions(command, [SETTINGS.lockWaitSeconds]);
  queryTextOptions(command);
  return awsOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (flags: Flags) => {
      const config = await readConfig(flags);
      if (flags.status) await tellStatus(config, flags, io);
      else exit(await runResolve(config, flags, io));
    });
}

async function tellStatus(config: Config, { output }: Flags, io: Io): Promise<void> {
  const lake = namedLake(config);
  const { readOpenQueries } = await import('../../wiring/open-queries.js');
  const { queryAccounts } = config;
  const told = { accounts: await readOpenQueries(targetOf(config, lake)), queryAccounts };
  if (output === 'json') await io.out(`${JSON.stringify(openQueriesObject(lake, told), null, 2)}\n`);
  else for await (const text of openQueriesPage(told, io.columns)) await io.out(text);
}

async function runResolve(config: Config, { queryHistory, output }: Flags, io: Io): Promise<number> {
  const lake = namedLake(config);
  return endingInOrder(io, async ({ signal }) => {
    const { resolveRun } = await import('../resolve-run.js');
    const isStopped = () => signal.aborted;
    const { report, registered } = await resolveRun(config, { lake, queryHistory, isStopped }, io);
    const text = `${JSON.stringify(resolvedObject(lake, report))}\n`;
    await io.out(output === 'json' ? text : resolvedText(report));
    if (registered) io.err(followedText(registered, config.database));
    const isNobodyNamed = config.queryAccounts.length === 0 && queryHistory === undefined;
    if (report.notAsked > 0 && isNobodyNamed) io.err(WHOM_TO_ASK);
    return report.interrupted ? 130 : 0;
  });
}
