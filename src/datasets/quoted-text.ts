/** Shorter texts stand anywhere by chance. */
const SHORTEST = 4;
/** As much of a text is looked for: whoever quotes it begins with its beginning, and may cut it short. */
const NEEDLE = 32;
/** With more texts than this everything counts as a quotation: looking for each would take too long. */
const MOST = 32;

/** Ids of queries are Athena's own; a text within one is chance, and without it the query is lost. */
const ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Whether a string quotes one of the texts, as it stands or as JSON within the string. Time is linear. */
export function quoting(texts: readonly string[]): (text: string) => boolean {
  const whole = new Set(texts.filter((text) => text.length >= SHORTEST));
  const beginnings = new Set<string>();
  for (const text of whole) {
    // Half a character would be written in another way.
    const beginning = text.slice(0, NEEDLE).replace(/[\ud800-\udbff]$/, '');
    beginnings.add(beginning).add(JSON.stringify(beginning).slice(1, -1));
  }
  if (beginnings.size > 2 * MOST) return (text) => text.length >= SHORTEST && !ID.test(text);
  const needles = [...beginnings];
  return (text) => whole.has(text) || (!ID.test(text) && needles.some((needle) => text.includes(needle)));
}
