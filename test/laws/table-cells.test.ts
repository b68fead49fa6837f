import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Cells } from '../../src/datasets/column.js';
import { rowOf } from '../../src/datasets/dataset.js';
import { privateRecord } from '../../src/datasets/private-record.js';
import { withAnswer } from '../../src/datasets/query-cells.js';
import { NOTHING_TOLD } from '../../src/datasets/query-execution.js';
import { maskSql } from '../../src/datasets/sql-mask.js';
import { tableCells } from '../../src/datasets/table-cells.js';
import { privateExecution, type TextPrivacy } from '../../src/datasets/text-privacy.js';
import { seeded } from '../bench/random.ts';
import { athenaRecord } from '../support/athena-record.ts';
import { PLANTED } from '../support/planted-secrets.ts';
import { SEED } from '../support/seed.ts';
import { LABELLED } from '../support/sql/labelled.ts';
import { madeStatement, seedsFrom } from '../support/sql/made-statement.ts';
import { mutantOf } from '../support/sql/mutants.ts';

const STATEMENTS = 3_000;
const PRIVACIES: readonly TextPrivacy[] = [
  ...(['full', 'masked', 'off'] as const).map((mode) => ({ mode })),
  { mode: 'hash', key: 'key of this test' },
];
const MASKED: TextPrivacy = { mode: 'masked' };
const CONTEXT = { catalog: 'AwsDataCatalog', database: 'lab' };
const COLUMNS = ['statement_kind', 'referenced_tables', 'tables_read', 'tables_written'];
const REF = {
  ...{ bucket: 'b', key: 'k.json.gz', organization: undefined, account: undefined },
  ...{ region: undefined, deliveryDay: undefined },
};
const SECRET = 'zq7hidden7qz';

const tablesIn = (query: Cells) => COLUMNS.map((name) => query[name] ?? null);

/** The four cells of a text that an event shows, in a lake of this mode. */
function inEvent(text: string, privacy: TextPrivacy): Cells[string][] {
  const requestParameters = { queryString: text, queryExecutionContext: CONTEXT };
  const bytes = Buffer.from(JSON.stringify(athenaRecord('e', { requestParameters })));
  const json = JSON.parse(bytes.toString());
  const record = privateRecord({ bytes, json, index: 0 }, privacy);
  const context = { ref: REF, ingestedAt: 0, ownRoleArns: new Set<string>() };
  const dataset = { name: 'athena_events', eventSources: 'all' } as const;
  return tablesIn(rowOf(dataset, { ...record, eventTime: 0, delivered: json }, context).query ?? {});
}

/** The same of a text that a history tells. */
function inHistory(text: string, privacy: TextPrivacy): Cells[string][] {
  const told = { ...NOTHING_TOLD, ...CONTEXT, text, state: 'SUCCEEDED' };
  const execution = privateExecution(told, privacy);
  return tablesIn(
    withAnswer({ query_text_status: 'pending' }, { kind: 'execution', source: 'athena', execution }),
  );
}

const PIECE = /"(?:[^"]|"")*"|`(?:[^`]|``)*`|'(?:[^']|'')*'| (?:FROM|WHERE|SELECT|,) /g;

/** A statement with a secret in each string, and in a comment behind many a word. Names stay. */
function withSecrets(seed: number): string {
  const { text } = madeStatement(seed, 'plain');
  const planted = text.replaceAll(PIECE, (piece) => {
    if (piece.startsWith("'")) return `${piece.slice(0, -1)}${SECRET}'`;
    return piece.startsWith(' ') ? `${piece}/* ${SECRET} */ ` : piece;
  });
  return `${planted} -- ${SECRET}`;
}

const seeds = seedsFrom(SEED, STATEMENTS);
const damaged = (texts: readonly string[]): string[] => {
  const random = seeded(SEED);
  return texts.map((text) => mutantOf(text, random));
};

describe('the secrets of a text', () => {
  test('are in none of the columns, in no mode', () => {
    const texts = [...seeds.map(withSecrets), ...PLANTED.map(({ sql }) => sql)];
    const secrets = [SECRET, ...PLANTED.map(({ secret }) => secret)];
    expect(texts.filter((text) => text.includes(SECRET)).length).toBeGreaterThan(STATEMENTS / 2);
    for (const privacy of PRIVACIES) {
      for (const tell of [inEvent, inHistory]) {
        const shown = texts.map((text) => tell(text, privacy).join(' ')).join('\n');
        for (const secret of secrets) expect(shown.includes(secret), `${privacy.mode} ${secret}`).toBe(false);
      }
    }
  });

  test('are in none where nothing else of the text is kept: hash and off tell nothing', () => {
    for (const privacy of PRIVACIES.filter(({ mode }) => mode === 'hash' || mode === 'off')) {
      for (const [, text] of LABELLED) {
        expect(inEvent(text, privacy)).toEqual(COLUMNS.map(() => null));
        expect(inHistory(text, privacy)).toEqual(COLUMNS.map(() => null));
      }
    }
  });

  test('do not come out where a text is damaged and everybody reads it in another way', () => {
    const texts = damaged(seeds.map(withSecrets));
    const leaks = texts.filter((text) => {
      const isKept = maskSql(text).includes(SECRET);
      return !isKept && [inEvent, inHistory].some((tell) => tell(text, MASKED).join(' ').includes(SECRET));
    });
    expect(leaks).toEqual([]);
  });
});

describe('a lake that masks', () => {
  /** Parts of the names of a list. */
  const partsOf = (list: Cells[string] | undefined) =>
    [...String(list ?? '').matchAll(/"(?:[^"]|"")*"|[^".,]+/g)].map(([part]) =>
      part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part,
    );
  const KNOWN = new Set(['awsdatacatalog', 'lab', '?', '*']);

  const showsNoMore = (text: string) => {
    const kept = maskSql(text);
    const cells = tableCells(text, CONTEXT, kept);
    for (const name of COLUMNS.slice(1)) {
      for (const part of partsOf(cells[name])) {
        if (!KNOWN.has(part)) expect(kept.toLowerCase(), JSON.stringify(text)).toContain(part);
      }
    }
  };

  test('shows in its lists no more than in its texts, whatever stands in them', () => {
    const made = seeds.map((seed) => madeStatement(seed).text);
    for (const text of [...made, ...damaged(made)]) showsNoMore(text);
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 80 }), showsNoMore), { seed: SEED });
  });

  test('names the tables of the whole text, or says that it may lack some', () => {
    for (const seed of seeds) {
      const { text } = madeStatement(seed);
      const [whole, shown] = [tableCells(text, CONTEXT), tableCells(text, CONTEXT, maskSql(text))];
      const lacks = String(shown['referenced_tables']).endsWith('?');
      if (!lacks) expect(shown, text).toEqual(whole);
    }
  });

  test('tells the same of a text whoever shows it', () => {
    const texts = damaged(seeds.map(withSecrets));
    // An event with an empty text has none, and half a character becomes a whole one in a record.
    const plain = texts.filter((text) => maskSql(text) !== '' && text === Buffer.from(text).toString());
    expect(plain.length).toBeGreaterThan(STATEMENTS / 2);
    for (const text of plain) {
      for (const privacy of PRIVACIES) expect(inEvent(text, privacy), text).toEqual(inHistory(text, privacy));
    }
  });
});
