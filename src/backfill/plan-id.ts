const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
/** Of plans that are made in the same second. */
const TAIL_LETTERS = 4;

/**
 * The name of a new plan, such as `20261121T113155Z-k3f9`: names sort as the plans were made.
 * @param now milliseconds since 1970
 * @param random gives numbers from 0 to below 1
 */
export function planId(now: number, random: () => number): string {
  const second = new Date(now).toISOString().replace(/\.\d+/, '').replaceAll(/[-:]/g, '');
  const letters = Array.from({ length: TAIL_LETTERS }, () => LETTERS[Math.floor(random() * LETTERS.length)]);
  return `${second}-${letters.join('')}`;
}

const ENDING = '.jsonl';

/** The name of the file of a plan. */
export function planFileName(id: string): string {
  return `${id}${ENDING}`;
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
