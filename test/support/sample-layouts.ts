import { logFileKey } from '../../src/demo/log-files.js';
import { ACCOUNTS, ORGANIZATION, type Place } from '../../src/demo/places.js';
import type { Query } from '../../src/demo/queries.js';
import { HOME, recentQuery, type Sample, uniqueOf } from './sample.js';

const DELAY = 5 * 60_000;

/** The ways in which keys are laid out, and the same events delivered twice. */
export function layoutSamples(): readonly Sample[] {
  const security: Place = { account: ACCOUNTS.security, region: 'eu-west-1' };
  return [
    placed(
      'singleAccount',
      'the trail of one account; Athena knows nothing of this query: `not_found`',
      (key) => key.replace(`${ORGANIZATION}/`, ''),
      { history: 'not_found' },
    ),
    placed(
      'prefix',
      'a prefix before `AWSLogs`, with a space and a letter beyond ASCII',
      (key) => `central lögs/${key}`,
    ),
    placed(
      'controlTower3',
      'Control Tower, landing zone 3.0 and later; Athena denies the text: `denied`',
      (key) => `${ORGANIZATION}/${key}`,
      { place: security },
    ),
    placed(
      'controlTower2',
      'Control Tower before landing zone 3.0; no answer about this query: `pending`',
      (key) => `${ORGANIZATION}/${key.replace(`${ORGANIZATION}/`, '')}`,
      { history: 'absent' },
    ),
    ...deliveredTwice(),
    placed('looseFile', 'a file of another name, not compressed', () => 'loose/export.json'),
  ];
}

/** The second file repeats the first and adds nothing: rows twice in the table, once in the view. */
function deliveredTwice(): readonly Sample[] {
  const { query, records } = recentQuery('redelivery');
  const text = JSON.stringify({ Records: records });
  const keyAfter = (delay: number, name: string): string =>
    logFileKey(HOME, query.at + delay, uniqueOf(name));
  return [
    { key: keyAfter(DELAY, 'redelivery1'), about: 'three events', text, queries: [query] },
    {
      key: keyAfter(13 * DELAY, 'redelivery2'),
      about: 'the same three events, delivered again an hour later',
      text,
    },
  ];
}

function placed(
  name: string,
  about: string,
  layout: (key: string) => string,
  over: Partial<Query> = {},
): Sample {
  const { query, records } = recentQuery(name, over);
  const key = layout(logFileKey(query.place, query.at + DELAY, uniqueOf(name)));
  return { key, about, text: JSON.stringify({ Records: records }), queries: [query] };
}
