import type { Day } from '../../../src/lake/partition.js';
import type { PartitionRegister } from '../../../src/ports/partition-register.js';
import type { LakePorts } from './aws-lake.ts';
import type { Mutant } from './lake-mutants.ts';

/** The same port with some methods replaced; methods live on its class. */
function replaced<T extends object>(port: T, methods: Partial<T>): T {
  return new Proxy(port, {
    get: (target, name) => {
      const own: unknown = Reflect.get(methods, name);
      const member: unknown = own ?? Reflect.get(target, name, target);
      return typeof member === 'function' ? member.bind(own ? methods : target) : member;
    },
  });
}

const withRegister =
  (change: (register: PartitionRegister) => Partial<PartitionRegister>) =>
  (ports: LakePorts): LakePorts => ({ ...ports, register: replaced(ports.register, change(ports.register)) });

let tokens = 0;

/** Mutants of the register (protocol 4.3), and the recipe of the design card. */
export const REGISTER_MUTANTS: readonly Mutant[] = [
  {
    name: 'put-then-alter',
    meaning: 'the partition is noted as there, then added: nobody takes over',
    breaks: /partitions: .* is missing|rows: .* is missing|is PENDING/,
    ports: withRegister((register) => ({
      claim: async (partition, lease) => {
        const claim = await register.claim(partition, lease);
        if (claim) await register.registered(partition);
        return claim;
      },
    })),
  },
  {
    name: 'no-takeover',
    meaning: 'a lease that has run out is left alone',
    breaks: /is ISSUING/,
    ports: withRegister((register) => ({
      open: async (table) =>
        (await register.open(table)).filter(({ registration }) => registration !== 'ISSUING'),
    })),
  },
  {
    name: 'no-token',
    meaning: 'every start is a statement of its own',
    breaks: /was added by [2-9] statements/,
    ports: (ports) => ({
      ...ports,
      catalog: replaced(ports.catalog, {
        startAdding: (batch) => ports.catalog.startAdding({ ...batch, token: `token ${tokens++}` }),
      }),
    }),
  },
  {
    name: 'not-verified',
    meaning: 'a statement that has ended is believed',
    breaks: /partitions: .* is missing|rows: .* is missing|is PENDING/,
    ports: (ports) => ({
      ...ports,
      catalog: replaced(ports.catalog, {
        locations: async (_, days) => new Map(days.map((day: Day) => [day, { kind: 'own', generation: 0 }])),
      }),
    }),
  },
];
