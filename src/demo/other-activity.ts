import { type AsOf, momentOf, type PlaceDay, placeDays } from './calendar.js';
import { identityCalls } from './identity-calls.js';
import { ORDINARY, type Ordinary } from './ordinary-calls.js';
import { type Actor, PEOPLE } from './people.js';
import { ACCOUNTS } from './places.js';
import type { Random } from './random.js';
import { type Call, type Happening, happening } from './records.js';

/** Calls to other services per log file: Athena is a small part of any trail. */
const CALLS_PER_FILE = [18, 34] as const;

type Actors = readonly [Actor, ...Actor[]];

const STAFF: { readonly [account: string]: Actors } = {
  [ACCOUNTS.analytics]: [PEOPLE.john, PEOPLE.zoe, PEOPLE.mary, PEOPLE.martha, PEOPLE.diego],
  [ACCOUNTS.platform]: [PEOPLE.etl, PEOPLE.etl, PEOPLE.wang],
  [ACCOUNTS.security]: [PEOPLE.saanvi],
};

/** All that happened beside Athena, in every place and on every day of the trail. */
export function otherActivity(asOf: AsOf, random: Random): readonly Happening[] {
  const ordinary = placeDays(asOf).flatMap((day) => ordinaryDay(day, random));
  return [...ordinary, ...identityCalls(asOf, random)];
}

export function ordinaryDay({ asOf, daysAgo, place }: PlaceDay, random: Random): readonly Happening[] {
  return Array.from({ length: random.between(...CALLS_PER_FILE) }, () => {
    const at = momentOf(asOf, daysAgo, random.between(0, 85_000));
    const what = random.pick(ORDINARY);
    return happening(ordinaryCall(what, { at, place }, random), random);
  });
}

function ordinaryCall(what: Ordinary, { at, place }: Pick<Call, 'at' | 'place'>, random: Random): Call {
  const by = what.by ?? random.pick(STAFF[place.account] ?? [PEOPLE.saanvi]);
  const { service, name, readOnly } = what;
  // One call in twenty-five is refused, as in any account.
  const refused = !what.by && random.fraction() < 0.04;
  const error = { code: 'AccessDenied', message: `User is not authorized to perform: ${service}:${name}` };
  if (refused)
    return { by, at, place, service, name, readOnly, request: what.request?.(random, place) ?? null, error };
  return {
    by,
    at,
    place,
    service,
    name,
    readOnly,
    request: what.request?.(random, place) ?? null,
    response: what.response?.(random, place) ?? null,
    ...what.more?.(random, place),
  };
}
