import { seeded } from '../../bench/random.ts';
import { laidOut } from './made-layout.ts';
import { QueryMaker } from './made-query.ts';

/** A statement with its truth, in the notation of the labelled statements, sorted. */
export type MadeStatement = {
  readonly kind: string;
  readonly text: string;
  readonly touched: readonly string[];
  /** Names that WITH gives somewhere. */
  readonly named: ReadonlySet<string>;
};

type Make = (it: QueryMaker) => void;
const NOTHING: ReadonlySet<string> = new Set();

/** These tokens, as they stand. */
const say = (text: string): Make => {
  const tokens = text.split(' ');
  return (it) => it.put(...tokens);
};
const all =
  (...makes: readonly Make[]): Make =>
  (it) => {
    for (const make of makes) make(it);
  };
const either =
  (...makes: readonly Make[]): Make =>
  (it) =>
    it.random.pick(makes)(it);
const query: Make = (it) => it.query(NOTHING);
const bracketed: Make = (it) => it.brackets(() => it.query(NOTHING));
const expression: Make = (it) => it.expression(NOTHING);
const reads: Make = (it) => it.table('r');
const writes: Make = (it) => it.table('w');
const hiveWrites: Make = (it) => it.hiveTable('w');
const hiveLooks: Make = (it) => it.hiveTable('m');
const onlyLooks: Make = (it) => {
  it.reads = 'm';
};
const marked =
  (mark: string): Make =>
  (it) => {
    it.touched.add(mark);
  };
const columns: Make = (it) => it.brackets(() => it.list(3, () => it.put(it.names.any().written)));
const nothing: Make = () => undefined;
const where = either(nothing, all(say('WHERE'), expression));

const PROPERTIES = say("WITH ( format = 'ORC' , partitioned_by = ARRAY [ 'a' , '\\' ] )");
const CREATE_TABLE_AS = all(
  say('CREATE TABLE'),
  either(nothing, say('IF NOT EXISTS')),
  writes,
  either(nothing, PROPERTIES),
  say('AS'),
);
const CREATE_TABLE = all(
  say('CREATE EXTERNAL TABLE'),
  hiveWrites,
  say(
    "( `from` string COMMENT 'it\\'s' , x map < string , int > ) PARTITIONED BY ( day string ) ROW FORMAT SERDE",
  ),
  say(
    '\'a.b\' WITH SERDEPROPERTIES ( "q" = "\\"" ) STORED AS TEXTFILE LOCATION \'s3://amzn-s3-demo-bucket/x/\'',
  ),
);
const ALTER_TABLE = all(
  say('ALTER TABLE'),
  hiveWrites,
  either(
    say("ADD IF NOT EXISTS PARTITION ( x = 'it\\'s,FROM' , y = 1 ) LOCATION 's3://amzn-s3-demo-bucket/x/'"),
    say(`SET TBLPROPERTIES ( 'a' = '\\\\' , "b\\"" = "RENAME" )`),
    say('ADD COLUMNS ( x struct < from : string , b : int > )'),
    say('PARTITION ( x = 1 ) RENAME TO PARTITION ( x = 2 )'),
    all(say('RENAME TO'), hiveWrites),
  ),
);
const MERGE = all(
  ...[say('MERGE INTO'), writes, say('AS t USING'), either(bracketed, reads), say('AS s ON'), expression],
  ...[say('WHEN MATCHED AND'), expression, say('THEN UPDATE SET x ='), expression],
  say(', y = 1 WHEN NOT MATCHED THEN INSERT ( x , y ) VALUES'),
  (it) => it.brackets(() => it.list(2, () => expression(it))),
);
const FUNCTION = say("USING EXTERNAL FUNCTION f ( x varchar ) RETURNS varchar LAMBDA 'l'");

/** Kinds of statements, each with how often it is made. */
const KINDS: readonly (readonly [weight: number, kind: string, make: Make])[] = [
  [12, 'SELECT', query],
  [1, 'SELECT', all(FUNCTION, say('SELECT f ( x ) FROM'), reads)],
  [2, 'INSERT', all(say('INSERT INTO'), writes, either(nothing, columns), query)],
  [2, 'CREATE_TABLE_AS_SELECT', all(CREATE_TABLE_AS, either(query, bracketed))],
  [
    1,
    'CREATE_TABLE_AS_SELECT',
    all(CREATE_TABLE_AS, onlyLooks, either(query, bracketed), say('WITH NO DATA')),
  ],
  [2, 'CREATE_VIEW', all(say('CREATE OR REPLACE VIEW'), writes, onlyLooks, say('AS'), query)],
  [1, 'EXPLAIN', all(say('EXPLAIN ( TYPE IO , FORMAT JSON )'), onlyLooks, query)],
  [1, 'EXPLAIN_ANALYZE', all(say('EXPLAIN ANALYZE VERBOSE'), query)],
  [1, 'PREPARE', all(say('PREPARE p FROM'), marked('prepared:p'), onlyLooks, query)],
  [1, 'EXECUTE', all(say("EXECUTE p USING 1 , 'a'"), marked('prepared:p'), marked('opaque'))],
  [1, 'UPDATE', all(say('UPDATE'), writes, say('SET x ='), expression, say(', y ='), expression, where)],
  [1, 'DELETE', all(say('DELETE FROM'), writes, where)],
  [1, 'MERGE', MERGE],
  [
    1,
    'UNLOAD',
    all(say('UNLOAD'), bracketed, say("TO 's3://amzn-s3-demo-bucket/x/' WITH ( format = 'ORC' )")),
  ],
  [1, 'CREATE_TABLE', CREATE_TABLE],
  [1, 'ALTER_TABLE', ALTER_TABLE],
  [1, 'DROP_TABLE', all(say('DROP TABLE IF EXISTS'), hiveWrites)],
  [1, 'MSCK_REPAIR', all(say('MSCK REPAIR TABLE'), hiveWrites)],
  [
    1,
    'SHOW',
    all(
      either(...['PARTITIONS', 'CREATE TABLE', 'COLUMNS IN'].map((what) => say(`SHOW ${what}`))),
      hiveLooks,
    ),
  ],
  [1, 'DESCRIBE', all(say('DESCRIBE FORMATTED'), hiveLooks)],
  [1, 'OPTIMIZE', all(say('OPTIMIZE'), writes, say('REWRITE DATA USING BIN_PACK'), where)],
];
const BY_WEIGHT = KINDS.flatMap((kind) => Array.from({ length: kind[0] }, () => kind));

/** The statement of a seed: the same seed makes the same one. `plain` leaves out comments. */
export function madeStatement(seed: number, layout: 'harsh' | 'plain' = 'harsh'): MadeStatement {
  const random = seeded(seed);
  const [, kind, make] = random.pick(BY_WEIGHT);
  const it = new QueryMaker(random, 2 + random.below(30));
  make(it);
  const text = layout === 'plain' ? it.tokens.join(' ') : laidOut(it.tokens, random);
  return { kind, text, touched: [...it.touched].sort(), named: it.named };
}

/** A seed for each number of statements, far from each other. */
export function seedsFrom(seed: number, count: number): number[] {
  const random = seeded(seed);
  return Array.from({ length: count }, () => random.below(2 ** 32));
}
