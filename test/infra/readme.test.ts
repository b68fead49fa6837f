import { existsSync } from 'node:fs';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { CONTEXT } from '../../infra/context.js';
import { brokenLinks, codeIn, rowsUnder } from '../support/markdown.ts';
import { inRepository, shippedFiles, textOf } from '../support/repository.ts';
import { monthlyCost } from './support/monthly-cost.ts';
import { stackWith } from './support/synthesized.ts';

const README = textOf('infra/README.md');
const RUNBOOK = textOf('infra/RUNBOOK.md');
const COSTS = ['dynamodb', 's3', 'lambda', 'sqs', 'cloudwatch', 'storage', 'sum'] as const;

describe('infra/README.md', () => {
  test('names what -c takes, and nothing that it does not', () => {
    const documented = rowsUnder(README, 'name').map(([name = '']) => name.replaceAll('`', ''));
    expect(documented).toEqual(Object.keys(CONTEXT));
    const used = [...README.matchAll(/-c (\w+)=/g)].map(([, name = '']) => name);
    expect(used.filter((name) => !(name in CONTEXT) && name !== 'name')).toEqual([]);
  });

  test('shows what 10, 100 and 1,000 accounts cost, as the formula has it', () => {
    const rows = rowsUnder(README, 'accounts');
    const expected = [10, 100, 1_000].map((accounts) => {
      const cost = monthlyCost(accounts);
      return [accounts.toLocaleString('en'), ...COSTS.map((part) => cost[part].toFixed(2))];
    });
    expect(rows).toEqual(expected);
  });

  test('names the outputs of the stack, and only those', () => {
    const outputs = Object.keys(Template.fromStack(stackWith()).findOutputs('*'));
    const named = [...`${README}${RUNBOOK}`.matchAll(/<([A-Z]\w+)>/g)].map(([, name]) => name);
    expect(named.filter((name) => name !== undefined && !outputs.includes(name))).toEqual([]);
    expect(outputs.filter((name) => !named.includes(name))).toEqual([]);
  });

  test.each(['infra/README.md', 'infra/RUNBOOK.md'])('has links that lead somewhere: %s', (path) => {
    expect(brokenLinks(path, (target) => existsSync(inRepository(target)))).toEqual([]);
  });

  test('names files of infra that are there', () => {
    const named = [...codeIn(README), ...codeIn(RUNBOOK)].filter((it) =>
      /^[\w-]+\.(ts|yaml|json|md)$/.test(it),
    );
    // The settings file is the reader's own.
    const shipped = [
      'audit-lake.yaml',
      ...shippedFiles().map((path) => path.slice(path.lastIndexOf('/') + 1)),
    ];
    expect(named.filter((name) => !shipped.includes(name))).toEqual([]);
  });
});
