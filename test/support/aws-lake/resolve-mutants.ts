import { type TransactWriteItem, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import type { Mutant } from './lake-mutants.ts';
import { withoutCondition } from './transaction-mutants.ts';

const isQuery = ({ Update }: TransactWriteItem) => Update?.Key?.['pk']?.S?.startsWith('ENR#') ?? false;

/** Bugs planted in front of DynamoDB, in what ends queries. */
export const RESOLVE_MUTANTS: readonly Mutant[] = [
  {
    name: 'no-query-check',
    meaning: 'a commit without the condition on ENR',
    breaks: /TWICE/,
    send: withoutCondition('TransactWriteItems', 'ENR#'),
  },
  {
    name: 'no-query-end',
    meaning: 'rows that are committed while ENR stays open',
    breaks: /TWICE|OPEN/,
    send: (command, send) => {
      const { TransactItems: items, ...input } = command.input;
      if (!Array.isArray(items)) return send(command);
      const TransactItems = items.filter((item: TransactWriteItem) => !isQuery(item));
      return send(new TransactWriteItemsCommand({ ...input, TransactItems }) as never);
    },
  },
  {
    name: 'postpone-reopens',
    meaning: 'another try that is noted over an ENR which is done',
    breaks: /TWICE|OPEN/,
    send: withoutCondition('PutItem', 'ENR#'),
  },
  {
    name: 'learn-overwrites',
    meaning: 'an answer without a text that takes the place of one',
    breaks: /told once/,
    send: withoutCondition('PutItem', 'TXT#'),
  },
];
