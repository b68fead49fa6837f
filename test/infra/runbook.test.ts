import { describe, expect, test } from 'vitest';
import { runbook } from '../../infra/runbook.js';
import { textOf } from '../support/repository.ts';
import { ofType, resolved } from './support/resolved.ts';
import { templateWith } from './support/synthesized.ts';

describe('the links of alarms', () => {
  test.each(['git+https://example.com/audit-lake.git', 'https://example.com/audit-lake'])(
    'lead to the runbook of this version, in the repository that package.json names: %s',
    (url) => {
      expect(runbook({ version: '1.2.3', repository: { url } })).toBe(
        'https://example.com/audit-lake/blob/v1.2.3/infra/RUNBOOK.md',
      );
    },
  );

  test('are paths in the repository where it names none', () => {
    expect(runbook({ version: '1.2.3' })).toBe('infra/RUNBOOK.md');
  });

  test('are what a stack has that was told nothing else', () => {
    const expected = runbook(JSON.parse(textOf('package.json')));
    const alarms = [...ofType(resolved(templateWith().toJSON()), 'AWS::CloudWatch::Alarm').values()];
    expect(alarms.length).toBeGreaterThan(10);
    for (const { AlarmDescription } of alarms) expect(AlarmDescription).toContain(` ${expected}#`);
  });
});
