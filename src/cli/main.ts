#!/usr/bin/env node
import { createRequire } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { Command, CommanderError } from 'commander';
import { quietSdk } from '../config.js';
import { AuditLakeError, ERROR_CODES, type ErrorCode, messageOf } from '../errors.js';
import { printable } from '../shown/printable.js';
import { openEngine } from '../wiring/engine.js';
import { readQuestions } from '../wiring/questions.js';
import { askCommand } from './commands/ask.js';
import { backfillCommand } from './commands/backfill.js';
import { configCommand } from './commands/config.js';
import { ddlCommand } from './commands/ddl.js';
import { demoCommand } from './commands/demo.js';
import { doctorCommand } from './commands/doctor.js';
import { evidenceCommand } from './commands/evidence.js';
import { ingestCommand } from './commands/ingest.js';
import { partitionsCommand } from './commands/partitions.js';
import { queryCommand } from './commands/query.js';
import { rawCommand } from './commands/raw.js';
import { reportCommand } from './commands/report.js';
import { resolveCommand } from './commands/resolve.js';
import { traceCommand } from './commands/trace.js';
import { Interrupted } from './interruption.js';
import { type Io, OutputClosed, processIo } from './io.js';

const PROGRAM = `CloudTrail log files become a lake that answers who queried what, when and from where.

First steps, without an AWS account:
  $ audit-lake demo
  $ audit-lake ingest ./logs --lake ./lake
  $ audit-lake ask outside-networks --lake ./lake

Exit codes: 0 done, 1 some log file failed, the lake could not be used or a pack was changed, 2 usage,
3 \`ask --fail-on rows\` found some, 4 AWS says no (credentials, permission, service), 130 interrupted with the state saved.`;

/** The command line: argv to a command, its failure to a message and an exit code. */
async function main(argv: readonly string[], io: Io): Promise<number> {
  let code = 0;
  const exit = (with_: number) => {
    code = with_;
  };
  const version: string = createRequire(import.meta.url)('../../package.json').version;
  const program = new Command('audit-lake')
    .description(PROGRAM)
    .version(version)
    .configureOutput({ writeOut: (text) => void io.out(text), writeErr: (text) => io.err(text) })
    .exitOverride();
  try {
    const doors = { openEngine };
    const questions = readQuestions();
    for (const command of [
      demoCommand(io, { doors, questions }),
      ingestCommand(io, exit),
      backfillCommand(io, exit),
      askCommand(io, { doors, exit, questions }),
      traceCommand(io, { doors, version }),
      reportCommand(io, { doors, questions, version }),
      evidenceCommand(io, { doors, exit, questions, version }),
      queryCommand(io, doors),
      resolveCommand(io, exit),
      partitionsCommand(io, exit),
      rawCommand(io, exit),
      doctorCommand(io, exit),
      ddlCommand(io),
      configCommand(io),
    ]) {
      program.addCommand(command.copyInheritedSettings(program));
      for (const below of command.commands) below.copyInheritedSettings(command);
    }
    await program.parseAsync(argv);
    return code;
  } catch (error) {
    return tell(error, io);
  }
}

function tell(error: unknown, io: Io): number {
  if (error instanceof OutputClosed) return 0;
  if (error instanceof Interrupted) return 130;
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (!(error instanceof AuditLakeError)) {
    io.err(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return 1;
  }
  io.err(`${error.code}: ${messageOf(error).split('\n').map(printable).join('\n  ')}\n`);
  io.err(`  ${ERROR_CODES[error.code].todo}\n`);
  return exitCodeOf(error.code);
}

function exitCodeOf(code: ErrorCode): number {
  if (code === 'USAGE' || code === 'DATASET_SELECTION' || code === 'TEXT_MODE') return 2;
  return code.startsWith('AWS_') ? 4 : 1;
}

/**
 * V8 would let the heap grow to several times of what is in use before it collects: with a fifth, a run over
 * 100,000 log files stays under 300 MB and takes as long (npm run bench).
 */
setFlagsFromString('--heap-growing-percent=20');
quietSdk();

process.exit(await main(process.argv, processIo()));
