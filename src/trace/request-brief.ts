/** Enough of a request to know what it was about, and no more than fits a line. */
const MOST_VALUES = 4;
const MOST_CHARACTERS = 160;
/** Deeper down stands nothing that anybody would look for. */
const DEEPEST = 5;

/** Of every request, or of no interest. */
const TOLD_ELSEWHERE: ReadonlySet<string> = new Set(['Host', 'durationSeconds', 'clientRequestToken']);

/**
 * The first values of a request, by the names of their fields: `bucketName=amzn-s3-demo-bucket`. Nothing where it holds none,
 * or is no JSON.
 */
export function requestBrief(json: string | null): string {
  const values: string[] = [];
  try {
    collect('', JSON.parse(json ?? 'null'), { values, depth: 0 });
  } catch {
    return '';
  }
  return shortened(values.join(' '));
}

/** Cut between characters, never within one. */
function shortened(text: string): string {
  if (text.length <= MOST_CHARACTERS) return text;
  const cut = text.slice(0, MOST_CHARACTERS - 1);
  return `${cut.replace(/[\ud800-\udbff]$/, '')}…`;
}

type Collecting = { readonly values: string[]; readonly depth: number };

function collect(name: string, value: unknown, { values, depth }: Collecting): void {
  if (values.length >= MOST_VALUES || depth > DEEPEST || value === null || value === '') return;
  if (typeof value !== 'object') {
    values.push(`${name}${name === '' ? '' : '='}${String(value).slice(0, MOST_CHARACTERS)}`);
    return;
  }
  const inside: readonly (readonly [string, unknown])[] = Array.isArray(value)
    ? value.slice(0, MOST_VALUES).map((item: unknown) => [name, item] as const)
    : Object.entries(value);
  for (const [field, below] of inside)
    if (!TOLD_ELSEWHERE.has(field)) collect(field, below, { values, depth: depth + 1 });
}
