import type { ColumnInfo, ResultSet, Row } from '@aws-sdk/client-athena';
import type { AnswerColumn, AnswerValue } from '../../ports/query-engine.js';

type Page = readonly (readonly AnswerValue[])[];

/** From the text that Athena gives to a value, by the upper-case name of its type. What is not here stays text. */
const READERS: { readonly [type: string]: (text: string) => AnswerValue } = {
  TINYINT: Number,
  SMALLINT: Number,
  INTEGER: Number,
  BIGINT: BigInt,
  FLOAT: Number,
  DOUBLE: Number,
  BOOLEAN: (text) => text === 'true',
  TIMESTAMP: withoutZeros,
  'TIMESTAMP WITH TIME ZONE': (text) => withoutZeros(text.replace(/ UTC$/, '+00')),
};

/** `23:30:00.050` is `23:30:00.05`, and a whole second has no fraction. */
function withoutZeros(moment: string): string {
  return moment.replace(/(\.\d*?)0+(?!\d)/, (_, fraction: string) => (fraction === '.' ? '' : fraction));
}

/** Columns under the names of types that DuckDB gives them; a name that occurs again gets a number. */
export function columnsOf(results: ResultSet | undefined): readonly AnswerColumn[] {
  const seen = new Map<string, number>();
  return (results?.ResultSetMetadata?.ColumnInfo ?? []).map(({ Name: name = '', Type, ...of }) => {
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    return { name: before === 0 ? name : `${name}:${before}`, type: typeName({ Type, ...of }) };
  });
}

function typeName({ Type = 'varchar', Precision, Scale }: Partial<ColumnInfo>): string {
  const name = Type.toUpperCase();
  return name === 'DECIMAL' ? `DECIMAL(${Precision ?? 38},${Scale ?? 0})` : name;
}

/** The values of rows. A cell without a text is NULL; an empty text is a text. */
export function valuesOf(rows: readonly Row[], columns: readonly AnswerColumn[]): Page {
  const readers = columns.map(({ type }) => READERS[type]);
  return rows.map(({ Data = [] }) => {
    const texts = asManyAs(
      columns.length,
      Data.map(({ VarCharValue }) => VarCharValue),
    );
    return columns.map((_, at) => {
      const text = texts[at];
      return text === undefined ? null : (readers[at]?.(text) ?? text);
    });
  });
}

/** DESCRIBE gives three columns, but all three texts in the first of them, padded, with tabs between. */
function asManyAs(columns: number, texts: readonly (string | undefined)[]): readonly (string | undefined)[] {
  if (texts.length !== 1 || columns === 1) return texts;
  return (texts[0] ?? '').split('\t').map((text) => text.trim());
}
