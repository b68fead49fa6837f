import { type Random, UPPER_PAIRS } from './random.ts';

const many = (count: number, make: (index: number) => string): readonly string[] =>
  Array.from({ length: count }, (_, index) => make(index));

const PEOPLE = 'ana.lima bert-jan chidi.obi dana.weiss eun-ji.park farah.noor José.García Zoë.Müller'.split(
  ' ',
);
const PRODUCTS = 'orders billing clickstream inventory payments search ledger données'.split(' ');

/**
 * The names that one account uses again and again: its buckets, tables, keys, functions. A slot of a
 * template that is no random kind of its own picks one of these.
 */
export const accountNames = (
  random: Random,
  account: string,
): Readonly<Record<string, readonly string[]>> => ({
  person: PEOPLE,
  product: PRODUCTS,
  env: ['prod', 'staging', 'dev'],
  bucket: many(
    24,
    (index) =>
      `example-${PRODUCTS[index % 7]}-${index < 12 ? 'prod' : 'dev'}-${account.slice(0, 4)}-${random.hex(6)}`,
  ),
  table: many(30, (index) => `${PRODUCTS[index % 7]}_${['raw', 'daily', 'events', 'summary'][index % 4]}`),
  database: many(6, (index) => `${PRODUCTS[index]}_lake`),
  workgroup: ['primary', 'analytics', 'bi-dashboards', 'data-science', 'équipe-données'],
  kmskey: many(12, () => random.uuid()),
  lambda: many(
    30,
    (index) =>
      `${PRODUCTS[index % 7]}-${['ingest', 'notify', 'transform', 'api', 'cleanup'][index % 5]}-handler`,
  ),
  role: many(
    24,
    (index) => `${PRODUCTS[index % 7]}-${['service', 'deploy', 'reader', 'task'][index % 4]}-role`,
  ),
  instance: many(60, () => `i-0${random.hex(16)}`),
  vpc: many(4, () => `vpc-0${random.hex(16)}`),
  subnet: many(12, () => `subnet-0${random.hex(16)}`),
  group: many(16, () => `sg-0${random.hex(16)}`),
  eni: many(80, () => `eni-0${random.hex(16)}`),
  ami: many(6, () => `ami-0${random.hex(16)}`),
  secret: many(14, (index) => `${PRODUCTS[index % 7]}/db-password-${random.hex(6)}`),
  parameter: many(
    40,
    (index) => `/${PRODUCTS[index % 7]}/config/${['url', 'level', 'limit', 'flag', 'name'][index % 5]}`,
  ),
  loggroup: many(
    30,
    (index) => `/aws/lambda/${PRODUCTS[index % 7]}-${['ingest', 'notify', 'api'][index % 3]}-handler`,
  ),
  cluster: ['apps-blue', 'apps-green', 'batch'],
  repository: many(10, (index) => `team/${PRODUCTS[index % 7]}-service`),
  stack: many(12, (index) => `${PRODUCTS[index % 7]}-stack-${index}`),
  queue: many(12, (index) => `${PRODUCTS[index % 7]}-events${index % 2 ? '-dlq' : ''}`),
  dbinstance: many(8, (index) => `${PRODUCTS[index % 7]}-db-${index}`),
  query: many(40, () => random.uuid()),
  principal: many(20, () => random.text(UPPER_PAIRS, 10)),
  othervpce: many(6, () => `vpce-0${random.hex(16)}`),
  grantee: ['777788889999', '444455556666', '111122223333'],
  publicip: many(20, (index) => `198.51.100.${10 + index}`),
});
