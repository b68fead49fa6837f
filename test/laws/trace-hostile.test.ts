import { describe, expect, test } from 'vitest';
import { formatAnswer, type OutputFormat } from '../../src/cli/answer-format.js';
import { answerOf } from '../../src/cli/trace-answer.js';
import { chainsText, timelineText } from '../../src/cli/trace-text.js';
import { traceHtml } from '../../src/report/trace-html.js';
import type { TracePage } from '../../src/report/trace-page.js';
import { printable } from '../../src/shown/printable.js';
import { chainsOf } from '../../src/trace/chains.js';
import type { Grant } from '../../src/trace/grant.js';
import type { TraceRow } from '../../src/trace/trace-row.js';
import { payloads } from '../support/questions/payloads.ts';
import { parsedPage, textOf } from '../support/report/parsed-page.ts';

const NOON = Date.UTC(2026, 0, 9, 12);
/** What steers a terminal, or turns its text around. */
const RAW = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;
const TRIED = payloads(1_000);

const rowOf = (text: string): TraceRow => ({
  ...{
    at: NOON,
    via: text,
    eventId: text,
    account: text,
    region: text,
    source: text,
    name: text,
    error: text,
  },
  ...{ ip: text, userName: text, userArn: text, key: text, request: JSON.stringify({ [text]: text }) },
});
const grantOf = (text: string, key: string, byKey: string | null): Grant => ({
  ...{
    at: NOON,
    how: text,
    key,
    until: null,
    sessionArn: `a/${text}x`,
    roleArn: `r/${text}`,
    byKey,
    byName: text,
  },
  ...{ account: text, region: text, eventId: text },
});

function pageOf(text: string): TracePage {
  const chains = chainsOf([grantOf(text, 'a', null), grantOf(text, 'b', 'a')]);
  return {
    ...{ who: text, period: { from: NOON, to: NOON + 1 }, lake: text, engine: text, generatedAt: NOON },
    ...{ version: text, command: text, chains: { ...chains, tree: chains.tree() } },
    ...{
      events: 3,
      errors: 2,
      accounts: 1,
      eventsByKey: new Map(),
      rows: [rowOf(text), { ...rowOf('b'), error: null }],
    },
    ...{ unseen: [{ key: text, userName: text, userArn: text }], warnings: [text] },
  };
}

async function* oneRow(text: string) {
  yield [rowOf(text)];
}

async function whole(texts: AsyncIterable<string>): Promise<string> {
  let all = '';
  for await (const text of texts) all += text;
  return all;
}

const shown = (text: string, format: OutputFormat, toTerminal = true) =>
  whole(formatAnswer(answerOf(oneRow(text), format === 'table'), { format, width: 200, toTerminal }));

describe('1,000 hostile texts in every place of a trace', () => {
  test('change nothing of its page but text', () => {
    const plain = parsedPage(traceHtml(pageOf('john')));
    expect([plain.errors, TRIED.length]).toEqual([[], 1_000]);
    for (const text of TRIED) {
      const page = traceHtml(pageOf(text));
      const { errors, structure, elements } = parsedPage(page);
      expect(errors, text).toEqual([]);
      // An empty key is a key: it is shown as an empty one.
      expect(structure === plain.structure, text).toBe(true);
      expect(RAW.exec(page.replaceAll('\n', ''))?.[0], text).toBeUndefined();
      const head = elements.find(({ tagName }) => tagName === 'h1');
      const as = printable(text).replace(/\p{Cs}|\p{Noncharacter_Code_Point}/gu, '\ufffd');
      expect(head && textOf(head), text).toBe(`Trace of ${as}`);
    }
  });

  test('steer no terminal: not as a timeline, not as a table, and not in other formats', async () => {
    for (const text of TRIED) {
      const chains = chainsText(chainsOf([grantOf(text, 'a', null), grantOf(text, 'b', 'a')]), 120);
      const timeline = await whole(timelineText(oneRow(text), 120));
      const lines = `${chains}${timeline}`.split('\n');
      expect(RAW.exec(lines.join(''))?.[0], text).toBeUndefined();
      expect(lines, text).toHaveLength(3 + 5);
      for (const format of ['table', 'md', 'json', 'ndjson'] as const)
        expect(
          RAW.exec((await shown(text, format)).replaceAll('\n', ''))?.[0],
          `${format} ${text}`,
        ).toBeUndefined();
      expect(RAW.exec((await shown(text, 'csv')).replace(/\r?\n/g, ''))?.[0], `csv ${text}`).toBeUndefined();
    }
  });

  test('are the same texts to a parser of JSON, and no formulas to a spreadsheet', async () => {
    for (const text of TRIED) {
      expect(JSON.parse(await shown(text, 'ndjson')), text).toMatchObject({
        via: text,
        key: text,
        event_id: text,
      });
      const csv = await shown(text, 'csv', false);
      const cells = csv.slice(csv.indexOf('\r\n') + 2).match(/(?:^|,)(?:"(?:[^"]|"")*"|[^",\r\n]*)/g) ?? [];
      const plain = cells.map((cell) =>
        cell
          .replace(/^,/, '')
          .replace(/^"([\s\S]*)"$/, '$1')
          .replaceAll('""', '"'),
      );
      expect(plain[1], text).toBe(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
    }
  });
});

test('a page holds some thousand events, and says how many it leaves out', () => {
  const rows = Array.from({ length: 5_000 }, (_, at) => ({ ...rowOf('a'), at: NOON + at * 1000 }));
  const page = traceHtml({ ...pageOf('john'), rows, events: 12_345 });
  expect(page).toContain('7,345 later events are left out');
  expect(page.match(/<tr class="failed">/g)).toHaveLength(5_000);
  const keys = Array.from({ length: 1_200 }, (_, at) =>
    grantOf('x', `k${at}`, at === 0 ? null : `k${at - 1}`),
  );
  const chains = chainsOf(keys);
  const long = traceHtml({ ...pageOf('john'), chains: { ...chains, tree: chains.tree() } });
  expect(long).toContain('and 200 more keys');
  expect(long).not.toMatch(/<script|javascript:|https?:|url\(|@import|<link|<img|style="/i);
});
