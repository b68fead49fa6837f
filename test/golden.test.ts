import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { filesBelow } from './support/corpus.ts';
import { EXPECTED, expectedName, expectedText, goldens, WRITE_EXPECTED } from './support/golden.ts';
import { inRepository } from './support/repository.ts';

const logFiles = filesBelow(inRepository('samples/log-files'), /./);

describe('samples/log-files', async () => {
  const made = await goldens();

  test('are all listed, whatever their names and folders', () => {
    expect([...made.keys()].sort()).toEqual(logFiles.map(expectedName).sort());
  });

  test.each([...made.keys()].sort())('become the rows of samples/expected/%s', (name) => {
    const expected = expectedText(name);
    if (expected === undefined)
      throw new Error(`there is no samples/expected/${name} yet: ${WRITE_EXPECTED}`);
    expect(JSON.parse(made.get(name) ?? '')).toEqual(JSON.parse(expected));
  });

  test('have no expected file too many', () => {
    expect(readdirSync(EXPECTED).sort()).toEqual([...made.keys()].sort());
  });
});
