import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/cloudtrail/record.js';
import type { Cells } from '../../src/datasets/column.js';
import { identityCells } from '../../src/datasets/identity.js';
import { TABLES } from '../../src/lake/tables.js';
import { IDENTITIES } from '../support/identities.ts';
import { VERSIONED } from '../support/identities-by-version.ts';
import type { Identity } from '../support/identities-of-roles.ts';

/** Every column of who acted: those that a case does not name are NULL. */
const COLUMNS = (TABLES.athena_events.groups.who ?? []).map(({ name }) => name);
const allOf = (cells: Cells): Cells => ({
  ...Object.fromEntries(COLUMNS.map((name) => [name, null])),
  ...cells,
});

/** `1.0` in the oldest log files, then `1.01` to `1.11`. */
const VERSIONS = ['1.0', ...Array.from({ length: 11 }, (_, n) => `1.${String(n + 1).padStart(2, '0')}`)];
const DOCUMENTED = [
  ...['Root', 'IAMUser', 'AssumedRole', 'Role', 'FederatedUser', 'Directory', 'AWSAccount', 'AWSService'],
  ...['IdentityCenterUser', 'Unknown', 'SAMLUser', 'WebIdentityUser'],
];

const typeOf = (identity: JsonObject | null) => String(identity?.['type']);
const cellsOf = (eventVersion: string, userIdentity: JsonObject | null) =>
  identityCells({ eventVersion, userIdentity });

describe('who acted, all columns', () => {
  test('has a case for every type that AWS documents, and for every version', () => {
    expect(DOCUMENTED.filter((type) => !IDENTITIES.some((it) => typeOf(it.identity) === type))).toEqual([]);
    expect(VERSIONED.map(({ version }) => version)).toEqual(VERSIONS);
  });

  test.each<Identity>(IDENTITIES)('$name', ({ identity, cells }) => {
    const found = VERSIONS.map((version) => cellsOf(version, identity));
    expect(found).toEqual(VERSIONS.map(() => allOf(cells)));
  });

  test.each(VERSIONED)('eventVersion $version: $name', ({ version, identity, cells }) => {
    expect(cellsOf(version, identity)).toEqual(allOf(cells));
  });
});
