import { Command } from 'commander';
import { readConfig } from '../../config.js';
import { AuditLakeError } from '../../errors.js';
import type { Question } from '../../questions/question.js';
import { realTime } from '../../wiring/real-time.js';
import type { QueryDoors } from '../asked-engine.js';
import { askedLakeOptions } from '../engine-options.js';
import { runEvidence } from '../evidence/evidence-run.js';
import { verifyPack } from '../evidence/verify.js';
import type { Io } from '../io.js';
import type { ReportFlags } from '../report-run.js';
import { periodAndValues } from './report.js';

const EXAMPLES = `
Examples:
  $ audit-lake evidence --lake ./lake --out q3 --from 2026-07-01 --to 2026-10-01
  $ audit-lake evidence --lake s3://amzn-s3-demo-lake/audit --out q3 --from 2026-07-01 --to 2026-10-01
  $ audit-lake evidence verify q3

A folder to be handed on: the report, the answer to each question that asks for nothing but a period, the log files and
data files of the lake with their SHA-256, and a manifest of it all. README.txt in it tells how to check it.
A lake in S3 takes dynamodb:Scan on its table of state: all log files are listed.`;

type EvidenceCommand = {
  readonly doors: QueryDoors;
  readonly exit: (code: number) => void;
  readonly questions: readonly Question[];
  readonly version: string;
};

/** `audit-lake evidence`: a folder for auditors, and whether one is as it was made. */
export function evidenceCommand(io: Io, { doors, exit, questions, version }: EvidenceCommand): Command {
  const command = new Command('evidence')
    .summary('make a folder of evidence for auditors: report, answers, hashes')
    .description(
      'Makes a folder of evidence for auditors: the report, the answers, and what they were made from.',
    )
    .option('--out <folder>', 'a folder that is not there yet, or empty');
  periodAndValues(command, questions);
  return askedLakeOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async ({ out, ...flags }: Omit<ReportFlags, 'out'> & { readonly out?: string }) => {
      if (out === undefined)
        throw new AuditLakeError('USAGE', 'name a folder that is to be made: --out <folder>');
      const outside = { ...doors, questions, version, now: realTime.now, nodeVersion: process.version };
      const asked = { ...flags, out };
      if (!(await runEvidence(await readConfig(flags), asked, { io, doors: outside }))) exit(1);
    })
    .addCommand(verifyCommand(io, exit));
}

function verifyCommand(io: Io, exit: (code: number) => void): Command {
  return new Command('verify')
    .summary('tell whether a pack is as it was made')
    .description(
      'Tells what is missing in a pack, what was changed, what was added. Exit code 1: something is.',
    )
    .argument('<folder>', 'an evidence pack')
    .option('--manifest <sha256>', 'that of its manifest, as it was printed when the pack was made')
    .action(async (folder: string, { manifest }: { readonly manifest?: string }) => {
      if (!(await verifyPack(folder, manifest, io))) exit(1);
    });
}
