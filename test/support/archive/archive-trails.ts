import type { Layout } from './archive-layouts.ts';
import { type ArchiveShape, DAY_MS, dayOf, startOf } from './archive-shape.ts';

/** From so many thousandths of the archive's time until so many. */
type Span = { readonly from: number; readonly until: number };

/** Log files of one account and Region, delivered under one layout. */
export type Deliveries = Span & {
  readonly account: string;
  readonly region: string;
  readonly layout: Layout;
  /** Silent days. */
  readonly gaps: readonly { readonly at: number; readonly days: number }[];
  /** While the account had a trail of its own beside that of the organization: the same events twice. */
  readonly overlap?: Span;
};

export const DELIVERIES: readonly Deliveries[] = [
  {
    account: '111122223333',
    region: 'us-east-1',
    layout: 'organization',
    from: 0,
    until: 1_000,
    gaps: [{ at: 300, days: 5 }],
    overlap: { from: 600, until: 700 },
  },
  {
    account: '111122223333',
    region: 'eu-west-1',
    layout: 'organization',
    from: 0,
    until: 1_000,
    gaps: [
      { at: 450, days: 1 },
      { at: 700, days: 17 },
    ],
  },
  {
    account: '444455556666',
    region: 'us-east-1',
    layout: 'organization',
    from: 250,
    until: 1_000,
    gaps: [{ at: 980, days: 3 }],
  },
  {
    account: '444455556666',
    region: 'eu-west-1',
    layout: 'control-tower-3',
    from: 500,
    until: 1_000,
    gaps: [],
  },
  // An account that was closed long ago.
  {
    account: '123456789012',
    region: 'us-east-1',
    layout: 'control-tower-2',
    from: 0,
    until: 200,
    gaps: [{ at: 100, days: 2 }],
  },
];

/** The days of an archive, and which of them lie in a span. */
export function daysOf({ from, to }: ArchiveShape): readonly string[] {
  const count = (startOf(to) - startOf(from)) / DAY_MS + 1;
  return Array.from({ length: count }, (_, at) => dayOf(startOf(from) + at * DAY_MS));
}

export const isIn = ({ from, until }: Span, at: number, days: number): boolean =>
  at >= Math.floor((from * days) / 1_000) && at < Math.floor((until * days) / 1_000);

export const isSilent = ({ gaps }: Deliveries, at: number, days: number): boolean =>
  gaps.some((gap) => {
    const first = Math.floor((gap.at * days) / 1_000);
    return at >= first && at < first + gap.days;
  });
