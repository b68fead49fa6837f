import { describe, expect, test } from 'vitest';
import { run } from '../support/command-line.ts';

const COMMANDS = [
  ...['demo', 'ingest', 'query', 'resolve', 'doctor', 'ddl', 'config', 'config show', 'partitions'],
  ...['partitions list', 'partitions register', 'partitions repair', 'report', 'trace'],
];
const helpOf = async (command: string) => (await run([...command.split(' '), '--help'])).out;

describe('--help', () => {
  test.each(COMMANDS)('of %s says in a sentence what it does, and what each option is', async (command) => {
    const help = await helpOf(command);
    expect(help.split('\n')[2]).toMatch(/^[A-Z]/);
    expect(help).not.toMatch(/^ +--output <format> +\(/m);
    expect(help.match(/^ +(npx )?audit-lake .*/gm)).toBeNull();
  });

  test.each(['ingest', 'resolve'])('of %s names every exit code', async (command) => {
    const help = await helpOf(command);
    expect(help).toMatch(/Exit codes: 0 .*1 .*2 .*4 .*130 /);
  });

  test('of partitions list offers what it reads alone, and says what parked means', async () => {
    const help = await helpOf('partitions list');
    expect(help).toContain('--state-table');
    expect(help).not.toMatch(/--(database|work-group|results|catalog|lake-owner|kms-key)/);
    for (const status of ['DEFERRED', 'QUARANTINED', 'MISSING']) expect(help).toContain(`\n  ${status} `);
  });

  test('of query offers what it uses alone', async () => {
    const help = await helpOf('query');
    expect(help).toMatch(/--work-group[\s\S]*--results/);
    expect(help).not.toMatch(/--catalog/);
  });
});
