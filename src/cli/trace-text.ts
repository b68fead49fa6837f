import { printable } from '../shown/printable.js';
import { counted } from '../shown/units.js';
import { askedBy, type Chains, grantedTo, lifeText } from '../trace/chains.js';
import { requestBrief } from '../trace/request-brief.js';
import { dayText, serviceOf, type TraceRow, timeText } from '../trace/trace-row.js';
import { cut } from './answer-table.js';

/** More sessions than anybody reads on a terminal. */
const MOST_LINES = 40;
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

const padded = (text: string, width: number) => cut(printable(text), width).padEnd(width);

/** The keys that were given out, each below the one that asked for it. */
export function chainsText(chains: Chains, width: number): string {
  const branches = chains.tree();
  if (branches.length === 0) return '';
  const names = branches.map(({ grant, depth }) =>
    depth === 0
      ? `${askedBy(grant)} > ${grantedTo(grant)}`
      : `${'   '.repeat(depth - 1)}└─ ${grantedTo(grant)}`,
  );
  const widest = Math.min(Math.max(...names.map((name) => printable(name).length)), Math.max(20, width - 60));
  const lines = branches.slice(0, MOST_LINES).map(({ grant }, at) => {
    const text = `  ${padded(names[at] ?? '', widest)}  ${padded(grant.key, 20)}  ${lifeText(grant)}`;
    return `${cut(text, width)}\n`;
  });
  const more = branches.length - MOST_LINES;
  return `Keys\n${lines.join('')}${more > 0 ? `  and ${counted(more, 'more key')}\n` : ''}`;
}

/** The events for the eye: days, in them sessions, in these what was done. A piece for each piece of rows. */
export async function* timelineText(
  rows: AsyncIterable<readonly TraceRow[]>,
  width: number,
): AsyncGenerator<string> {
  let day = '';
  let session = '';
  for await (const chunk of rows) {
    let text = '';
    for (const row of chunk) {
      const [today, now] = [dayText(row.at), `${row.via}  ${row.key ?? ''}`.trimEnd()];
      if (today !== day) text += `\n${today}, ${WEEKDAYS[new Date(row.at).getUTCDay()] ?? ''}\n`;
      if (today !== day || now !== session) text += `  ${cut(printable(now), width - 2)}\n`;
      [day, session] = [today, now];
      text += `${cut(line(row), width)}\n`;
    }
    yield text;
  }
}

function line(row: TraceRow): string {
  const call = `${serviceOf(row.source)} ${row.name ?? '?'}`;
  const place = `${padded(row.account ?? '?', 12)} ${padded(row.region ?? '?', 10)} ${padded(row.ip ?? '?', 13)}`;
  const brief = printable(requestBrief(row.request));
  const error = row.error === null ? '' : `${printable(row.error)}  `;
  const mark = row.error === null ? ' ' : '✗';
  return `    ${timeText(row.at)} ${mark} ${padded(call, 32)}  ${place}  ${error}${brief}`.trimEnd();
}
