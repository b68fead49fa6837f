import { describe, expect, test } from 'vitest';
import { formatAnswer, type OutputFormat } from '../../src/cli/answer-format.js';
import { TABLE_ROWS } from '../../src/cli/answer-table.js';
import type { Answer, AnswerColumn, AnswerValue } from '../../src/ports/query-engine.js';

type Rows = readonly (readonly AnswerValue[])[];

const column = (name: string, type = 'VARCHAR'): AnswerColumn => ({ name, type });

function answer(columns: readonly AnswerColumn[], ...chunks: readonly Rows[]): Answer {
  return {
    columns,
    chunks: (async function* () {
      yield* chunks;
    })(),
  };
}

async function show(
  given: Answer,
  format: OutputFormat,
  { width = 80, toTerminal = false } = {},
): Promise<string> {
  let all = '';
  for await (const text of formatAnswer(given, { format, width, toTerminal })) all += text;
  return all;
}

const one = (value: AnswerValue, type?: string) => answer([column('a', type)], [[value]]);
const ESC = '\u001b';
const HOSTILE = `${ESC}[2J\u009b31m\u202eevil\u2066\n\u0000`;

describe('json', () => {
  test('is one array, whatever the chunks, and the same to a parser', async () => {
    const text = await show(
      answer([column('id'), column('n', 'INTEGER')], [['a', 1]], [], [['b', null]]),
      'json',
    );
    expect(text).toBe('[\n{"id":"a","n":1},\n{"id":"b","n":null}\n]\n');
  });

  test('of nothing is an empty array', async () => {
    expect(await show(answer([column('a')]), 'json')).toBe('[]\n');
    expect(await show(answer([column('a')], []), 'json')).toBe('[]\n');
  });

  test('writes every digit of an integer', async () => {
    expect(await show(one(2n ** 100n, 'HUGEINT'), 'json')).toBe(
      '[\n{"a":1267650600228229401496703205376}\n]\n',
    );
    expect(await show(one(-9007199254740993n, 'BIGINT'), 'ndjson')).toBe('{"a":-9007199254740993}\n');
  });

  test('stays JSON for numbers that JSON lacks', async () => {
    expect(await show(one(Number.NaN, 'DOUBLE'), 'ndjson')).toBe('{"a":"NaN"}\n');
    expect(await show(one(Number.NEGATIVE_INFINITY, 'DOUBLE'), 'ndjson')).toBe('{"a":"-Infinity"}\n');
  });
});

test('ndjson is one object a line', async () => {
  const text = await show(answer([column('a')], [['1\n2'], [null]], [[true]]), 'ndjson');
  expect(
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([{ a: '1\n2' }, { a: null }, { a: true }]);
});

describe('csv', () => {
  test('quotes as RFC 4180 says, and tells NULL from the empty text', async () => {
    const rows = [
      ['a,b', 'say "hi"'],
      ['line\r\nend', null],
      ['', ' x'],
    ];
    const expected = 'c,"d,e"\r\n"a,b","say ""hi"""\r\n"line\r\nend",\r\n""," x"\r\n';
    expect(await show(answer([column('c'), column('d,e')], rows), 'csv')).toBe(expected);
  });

  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx'])(
    'the text %j cannot run as a formula',
    async (text) => {
      expect(await show(one(text), 'csv')).toMatch(/^a\r\n"?'/);
    },
  );

  test('leaves numbers as they are', async () => {
    expect(await show(one(-1, 'INTEGER'), 'csv')).toBe('a\r\n-1\r\n');
    expect(await show(one(-5n, 'BIGINT'), 'csv')).toBe('a\r\n-5\r\n');
    expect(await show(one('-1.10', 'DECIMAL(18,2)'), 'csv')).toBe('a\r\n-1.10\r\n');
  });

  test('has a header even without rows', async () => {
    expect(await show(answer([column('a'), column('b')]), 'csv')).toBe('a,b\r\n');
  });

  test('is exact in a pipe and harmless on a terminal', async () => {
    expect(await show(one(`${ESC}x`), 'csv')).toBe(`a\r\n${ESC}x\r\n`);
    expect(await show(one(`${ESC}x`), 'csv', { toTerminal: true })).toBe('a\r\n\\u001bx\r\n');
  });
});

test('md is a table whose cells Markdown takes as text', async () => {
  const rows = [
    ['a|b', null],
    ['<b>*x*</b>\n`y`', '[z](https://example.com)'],
  ];
  expect(await show(answer([column('c'), column('d')], rows), 'md')).toBe(
    [
      '| c | d |',
      '| --- | --- |',
      '| a\\|b |  |',
      '| \\<b\\>\\*x\\*\\</b\\>\\\\n\\`y\\` | \\[z\\](https://example.com) |',
      '',
    ].join('\n'),
  );
});

describe('table', () => {
  test('aligns text left and numbers right, and counts the rows', async () => {
    const given = answer([column('user'), column('n', 'BIGINT')], [['john.doe', 12n]], [['湖', 5n]]);
    expect((await show(given, 'table')).split('\n')).toEqual([
      '┌──────────┬────┐',
      '│ user     │  n │',
      '├──────────┼────┤',
      '│ john.doe │ 12 │',
      '│ 湖       │  5 │',
      '└──────────┴────┘',
      '2 rows',
      '',
    ]);
  });

  test.each([40, 80, 132])(
    'never grows wider than a terminal of %i, and marks what it cut',
    async (width) => {
      const long = 'SELECT '.repeat(10_000);
      const text = await show(
        answer([column('id'), column('sql'), column('why')], [['q-1', long, long]]),
        'table',
        { width },
      );
      const widest = Math.max(...text.split('\n').map((line) => line.length));
      expect(widest).toBeLessThanOrEqual(width);
      expect(widest).toBeGreaterThan(width - 3);
      expect(text).toContain('…');
      expect(text).toContain(' q-1 ');
    },
  );

  test('prints one field a line where there are too many columns, without the NULL ones', async () => {
    const columns = Array.from({ length: 30 }, (_, index) => column(`column_${index}`));
    const values = columns.map((_, index) => (index % 2 === 0 ? `value ${index}` : null));
    const text = await show(answer(columns, [values]), 'table', { width: 60 });
    expect(text.split('\n')[0]).toBe('── row 1 '.padEnd(60, '─'));
    expect(text).toContain('column_28  value 28\n');
    expect(text).not.toContain('column_29 ');
    expect(text).toMatch(/\n1 row\n$/);
  });

  test('stops at its limit, says so, and leaves the rest unread', async () => {
    let read = 0;
    const chunks = (async function* () {
      for (;;) {
        read += 1;
        yield Array.from({ length: 1000 }, () => ['x']);
      }
    })();
    const text = await show({ columns: [column('a')], chunks }, 'table');
    expect(text).toContain(`First ${TABLE_ROWS} rows; there are more`);
    expect(read).toBeLessThanOrEqual(TABLE_ROWS / 1000 + 1);
  });

  test('of no rows has its header', async () => {
    expect(await show(answer([column('user')]), 'table')).toContain('│ user');
    expect(await show(answer([column('user')]), 'table')).toMatch(/0 rows\n$/);
  });
});

test.each(['table', 'json', 'ndjson', 'md'] as const)(
  '%s lets no control character through',
  async (format) => {
    const text = await show(answer([column(HOSTILE)], [[HOSTILE]]), format);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    expect(text).toContain('evil');
    if (format === 'ndjson') expect(JSON.parse(text)).toEqual({ [HOSTILE]: HOSTILE });
  },
);
