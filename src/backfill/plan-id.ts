const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
/** Of plans that are made in the same second. */
const TAIL_LETTERS = 4;

/**
 * The name of a new plan, such as `20261121T113155Z-k3f9`: names sort as the plans were made, also where two are made
 * in one second, or the clock was set back between them. Then it is that of the second behind the newest.
 * @param now milliseconds since 1970
 * @param random gives numbers from 0 to below 1
 * @param newest the last of the names that are there
 */
export function planId(now: number, random: () => number, newest?: string): string {
  const letters = Array.from({ length: TAIL_LETTERS }, () => LETTERS[Math.floor(random() * LETTERS.length)]);
  const behind = newest === undefined ? now : Math.max(now, secondOf(newest) + 1000);
  const second = new Date(behind).toISOString().replace(/\.\d+/, '').replaceAll(/[-:]/g, '');
  return `${second}-${letters.join('')}`;
}

/** When a plan of this name was made, in milliseconds since 1970. */
function secondOf(id: string): number {
  return Date.parse(id.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ).*$/, '$1-$2-$3:$4:$5'));
}

const ENDING = '.jsonl';

/** The name of the file of a plan. */
export function planFileName(id: string): string {
  return `${id}${ENDING}`;
}

/** The id that the name of a file tells; undefined where it tells none: a plan may lie anywhere, under any name. */
export function planIdIn(location: string): string | undefined {
  return planIds([location.replace(/^.*[/\\]/s, '')])[0];
}

/** The ids of the plans among files of these names, newest first. */
export function planIds(fileNames: readonly string[]): readonly string[] {
  const plans = fileNames.filter((name) => name.endsWith(ENDING));
  return plans
    .map((name) => name.slice(0, -ENDING.length))
    .filter(isPlanId)
    .sort()
    .reverse();
}

/** Whether a name could be the id of a plan; a location never is. */
export function isPlanId(name: string): boolean {
  return /^\d{8}T\d{6}Z-[a-z0-9]{4}$/.test(name);
}
