import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { type Given, givenTo } from '../../src/cli/backfill/given.js';
import { backfillCommand } from '../../src/cli/commands/backfill.js';

const SILENT = {
  ...{ out: async () => undefined, err: () => undefined, columns: 80 },
  ...{ stdoutIsTerminal: false, stderrIsTerminal: false },
};

/** What these arguments give to a command of `backfill`, which does nothing else. */
function given(verb: string, ...args: readonly string[]): Given {
  const backfill = backfillCommand(SILENT, () => undefined);
  const commands = new Map(backfill.commands.map((command): [string, Command] => [command.name(), command]));
  const command = commands.get(verb);
  if (!command) throw new Error(`there is no command ${verb}`);
  command.action(() => undefined);
  backfill.parse([verb, ...args], { from: 'user' });
  return givenTo(command);
}

const LAKE = ['--lake', 's3://amzn-s3-demo-lake/audit'];

describe('the flags that were given are given again in a command that is printed', () => {
  test('those that the printed command takes, quoted, as often as they were given', () => {
    const args = ['--state-table', 'my-table', '--event-source', 'a.amazonaws.com', '--event-source'];
    const of = given('plan', './logs', ...LAKE, ...args, 'b.amazonaws.com', '--config', "it's.yaml");
    const flags = [
      ...['--state-table', 'my-table', '--event-source', 'a.amazonaws.com', '--event-source'],
      ...['b.amazonaws.com', '--config', "'it'\\''s.yaml'"],
    ];
    expect(of('run').flags).toEqual(flags);
    expect(of('watch').flags).toEqual(['--state-table', 'my-table', '--config', "'it'\\''s.yaml'"]);
  });

  test('not what the printed command names by itself, and not how its output looks', () => {
    const scope = ['--from', '2026-01-01', '--account', '111122223333', '--region', 'eu-west-1'];
    const of = given('run', './logs', ...LAKE, ...scope, '--restart', '--quiet', '--output', 'json');
    for (const verb of ['plan', 'run', 'watch'] as const) expect(of(verb).flags).toEqual([]);
  });

  test('how a restore was asked for', () => {
    const of = given('plan', 's3://amzn-s3-demo-bucket', '--restore-tier', 'Standard', '--restore-days', '9');
    expect(of('plan').flags).toEqual(['--restore-tier', 'Standard', '--restore-days', '9']);
  });

  test('the Region of AWS goes before a command whose --region is that of log files', () => {
    const of = given('status', ...LAKE, '--region', 'eu-west-1', '--profile', 'audit');
    expect(of('watch')).toEqual({ variables: [], flags: ['--profile', 'audit', '--region', 'eu-west-1'] });
    expect(of('run')).toEqual({ variables: ['AWS_REGION=eu-west-1'], flags: ['--profile', 'audit'] });
    expect(given('run', './logs', '--region', 'eu-west-1')('watch')).toEqual({ variables: [], flags: [] });
  });

  test('nothing of the environment and of defaults', () => {
    expect(given('run', './logs')('run')).toEqual({ variables: [], flags: [] });
    expect(given('plan', './logs')('plan')).toEqual({ variables: [], flags: [] });
  });
});
