import type { AwsWorld } from './aws/aws-world.ts';
import type { QueryTrail, Ran } from './query-trail.ts';
import { HOME, REGION } from './query-trail.ts';

/** A query with a secret in it that stands nowhere else. */
export type Planted = { readonly n: number; readonly secret: string; readonly sql: string };

const word = (n: number) => `zqk${n.toString(36).padStart(3, '0')}xvw`;
const digits = (n: number) => `7319${String(n).padStart(3, '0')}864`;
const hex = (n: number) => `c0ffee${n.toString(16).padStart(4, '0')}ad`;
const cyrillic = (n: number) => `тайна${String(n).padStart(3, '0')}ъ`;

type Shape = readonly [secret: (n: number) => string, sql: (secret: string) => string];

/** Where a literal may stand in a query. */
const SHAPES: readonly Shape[] = [
  [word, (it) => `SELECT * FROM t WHERE name = '${it}'`],
  [word, (it) => `SELECT * FROM t WHERE name LIKE '%${it}%' ESCAPE '!'`],
  [word, (it) => `SELECT * FROM t WHERE name IN ('a', '${it}', 'b')`],
  [digits, (it) => `SELECT * FROM t WHERE ssn = ${it}`],
  [digits, (it) => `SELECT * FROM t WHERE amount > -${it}.55 LIMIT 10`],
  [digits, (it) => `SELECT ${it}e5, .${it}, 1.${it}`],
  [word, (it) => `-- ${it}\nSELECT 1`],
  [word, (it) => `SELECT /* ${it} */ 1`],
  [word, (it) => `SELECT 1 -- ${it}`],
  [word, (it) => `EXECUTE stmt USING '${it}', 5`],
  [digits, (it) => `EXECUTE stmt USING ${it}`],
  [word, (it) => `SELECT 'it''s ${it}', "name" FROM "t"`],
  [word, (it) => `SELECT U&'\\0441${it}' FROM t`],
  [cyrillic, (it) => `SELECT * FROM t WHERE name = '${it}'`],
  [cyrillic, (it) => `SELECT * FROM "таблица" /* ${it} */`],
  [hex, (it) => `SELECT X'${it}'`],
  [word, (it) => `SELECT 'unterminated ${it}`],
  [word, (it) => `SELECT '\n\t${it}\r\n' FROM t`],
  [
    word,
    (it) => `CREATE EXTERNAL TABLE t (a string COMMENT "${it}") LOCATION 's3://amzn-s3-demo-bucket/${it}/'`,
  ],
  [word, (it) => `SELECT * FROM t WHERE j = '{"password":"${it}"}' AND c = ${'x'.repeat(1_500)}`],
];

export const PLANTED: readonly Planted[] = Array.from({ length: 500 }, (_, n) => {
  const [secretOf, sqlOf] = SHAPES[n % SHAPES.length] ?? [word, (it: string) => `'${it}'`];
  const secret = secretOf(n);
  return { n, secret, sql: sqlOf(secret) };
});

const HIDDEN = '***OMITTED***';
const LONG_AGO = '2022-03-04T05:06:07Z';
const event = (fields: Ran['event']): Ran => (fields ? { event: fields } : {});

type Soil = { readonly trail: QueryTrail; readonly world: AwsWorld };
type Place = (soil: Soil, id: string, planted: Planted) => void;

/** Where the text of a query, or a part of it, may stand. */
const PLACES: readonly Place[] = [
  ({ trail }, id, { sql }) => trail.ran(id, { sql }),
  ({ trail }, id, { secret }) =>
    trail.ran(id, { sql: 'SELECT ?', executionParameters: [`'${secret}'`, secret] }),
  ({ trail }, id, { sql }) =>
    trail.ran(id, {
      sql,
      state: 'FAILED',
      error: { message: `SYNTAX_ERROR: line 1:8: mismatched input: ${sql}` },
    }),
  ({ trail }, id, { sql }) =>
    trail.ran(id, { sql, state: 'CANCELLED', error: { message: `${sql} was cancelled` } }),
  ({ trail, world }, id, { sql }) => trail.ran(id, { sql, endsAt: world.now() + 30_000 }),
  ({ trail }, id, { sql }) =>
    trail.started(id, event({ eventTime: LONG_AGO, requestParameters: { queryString: sql } })),
  ({ trail }, id, { secret }) =>
    trail.started(id, event({ requestParameters: { queryString: HIDDEN, executionParameters: [secret] } })),
  ({ trail }, id, { sql }) =>
    trail.started(
      id,
      event({
        ...{
          errorCode: 'InvalidRequestException',
          errorMessage: `line 1:8: no viable alternative at ${sql}`,
        },
        ...{ responseElements: null, requestParameters: { queryString: HIDDEN } },
      }),
    ),
  ({ trail }, id, { sql }) =>
    trail.started(
      id,
      event({
        ...{ eventName: 'CreateNamedQuery', eventTime: LONG_AGO, responseElements: { namedQueryId: id } },
        requestParameters: { name: 'mine', queryString: sql },
      }),
    ),
  ({ trail }, id, { sql }) =>
    trail.started(
      id,
      event({
        ...{ eventName: 'CreatePreparedStatement', eventTime: LONG_AGO, responseElements: null },
        requestParameters: { statementName: 'mine', workGroup: 'primary', queryStatement: sql },
      }),
    ),
  ({ trail, world }, id, { sql }) => {
    world.athenaIn(HOME, REGION).createNamedQuery({ id, sql });
    const requestParameters = { name: 'mine', queryString: HIDDEN };
    trail.started(
      id,
      event({ eventName: 'CreateNamedQuery', requestParameters, responseElements: { namedQueryId: id } }),
    );
  },
  ({ trail, world }, id, { sql }) => {
    const name = id.replaceAll('-', '_');
    world.athenaIn(HOME, REGION).createPreparedStatement({ name, sql });
    const requestParameters = { statementName: name, workGroup: 'primary', queryStatement: HIDDEN };
    trail.started(
      id,
      event({ eventName: 'UpdatePreparedStatement', requestParameters, responseElements: null }),
    );
  },
];

/** Puts secrets where queries may show them: each shape of a query at each place. `unique` is part of the ids. */
export function plant(soil: Soil, planted: readonly Planted[], unique = 'q'): void {
  for (const it of planted) {
    const place = PLACES[Math.floor(it.n / SHAPES.length) % PLACES.length];
    place?.(soil, `${unique}-${it.n}`, it);
  }
}
