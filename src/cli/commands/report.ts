import { Command } from 'commander';
import { readConfig } from '../../config.js';
import type { Question } from '../../questions/question.js';
import { realTime } from '../../wiring/real-time.js';
import type { QueryDoors } from '../asked-engine.js';
import { askedLakeOptions } from '../engine-options.js';
import type { Io } from '../io.js';
import { STANDARD_DAYS } from '../report-making.js';
import { type ReportFlags, runReport } from '../report-run.js';

const EXAMPLES = `
Examples:
  $ audit-lake report --lake ./lake --out audit.html
  $ audit-lake report --lake ./lake --out q3.html --from 2026-07-01 --to 2026-10-01
  $ audit-lake report --lake ./lake --out audit.html --days 30 --networks 10.0.0.0/8,2001:db8::/32 --price 5.5
  $ audit-lake report --lake s3://amzn-s3-demo-lake/audit --out - > audit.html

One file without scripts that loads nothing: to be read, printed and handed on. It says which data it was made from,
and which questions give the same answers (audit-lake ask).`;

type ReportCommand = {
  readonly doors: QueryDoors;
  readonly questions: readonly Question[];
  readonly version: string;
};

/** `audit-lake report`: everything that an auditor wants to see of a period, in one HTML file. */
export function reportCommand(io: Io, { doors, questions, version }: ReportCommand): Command {
  const command = new Command('report')
    .summary('make a report of a lake for auditors: one HTML file')
    .description('Makes a report of a lake for auditors: one HTML file.')
    .requiredOption('--out <file>', 'a file that is not there yet, or - for stdout');
  periodAndValues(command, questions);
  return askedLakeOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (flags: ReportFlags) => {
      const outside = { ...doors, questions, version, now: realTime.now };
      await runReport(await readConfig(flags), flags, { io, doors: outside });
    });
}

/** Which period is looked at, and what its questions are told. */
export function periodAndValues(command: Command, questions: readonly Question[]): void {
  const standardOf = (question: string, option: string) => {
    const found = questions
      .find(({ name }) => name === question)
      ?.parameters.find(({ name }) => name === option);
    return { help: found?.help ?? '', standard: found?.kind === 'option' ? found.standard : '' };
  };
  const networks = standardOf('addresses', 'networks');
  const price = standardOf('cost', 'price');
  command
    .option('--days <n>', `how many days before today to look at (default: ${STANDARD_DAYS})`)
    .option('--from <time>', 'where the period begins, in place of --days')
    .option('--to <time>', 'where it ends, not included (default: now)')
    .option('--networks <networks>', networks.help, networks.standard)
    .option('--price <number>', price.help, price.standard);
}
