import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { identityCells } from '../src/datasets/identity.js';
import { corpusFiles, hasCorpus } from './support/corpus.ts';
import { isRecord, type JsonRecord, textAt } from './support/independent-count.ts';

/** Where a userIdentity may hold a name, or what stands for one. An account alone is none. */
const NAMES: readonly (readonly string[])[] = [
  ['userName'],
  ['principalId'],
  ['arn'],
  ['invokedBy'],
  ['onBehalfOf', 'userId'],
  ['sessionContext', 'sessionIssuer', 'userName'],
];

/** Identities that name somebody, and have no user_name: there is none. */
const NOT_NAMED: readonly string[] = [];

/** Collections in which a hand has replaced names in one place and not in the other. */
const REPLACED = /\/(adanalvarez|panther-labs|cloud-custodian)__/;

describe.skipIf(!hasCorpus)('of every record of the corpus', () => {
  const people = corpusFiles('records', /\.json$/).flatMap((path) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line): JsonRecord => JSON.parse(line))
      .map((record) => {
        const identity: JsonRecord = isRecord(record['userIdentity']) ? record['userIdentity'] : {};
        return { path, identity, cells: identityCells(record) };
      }),
  );

  test('user_name tells who acted, wherever the identity tells anything', () => {
    expect(people.length).toBeGreaterThan(20_000);
    const nameless = people.filter(({ cells }) => cells['user_name'] === null);
    const exceptions = nameless.filter(({ identity }) => NAMES.some((path) => textAt(identity, ...path)));
    expect([...new Set(exceptions.map(({ identity }) => JSON.stringify(identity)))]).toEqual(NOT_NAMED);
    expect(people.filter(({ cells }) => cells['user_name'] === '')).toEqual([]);
  });

  /** AWS writes the session twice: at the end of the ARN, and behind the id of the role. */
  test('user_name is the session of a role, by what stands in another field than the one it was read from', () => {
    const twice = people.filter(
      ({ path, identity }) =>
        textAt(identity, 'type') === 'AssumedRole' &&
        /:assumed-role\/[^/]+\/[^/]+$/.test(textAt(identity, 'arn') ?? '') &&
        textAt(identity, 'principalId')?.includes(':') &&
        !REPLACED.test(path),
    );
    expect(twice.length).toBeGreaterThan(1_800);
    const others = twice.filter(
      ({ identity, cells }) => textAt(identity, 'principalId')?.split(':')[1] !== cells['user_name'],
    );
    expect(others.map(({ identity }) => JSON.stringify(identity))).toEqual([]);
  });
});
