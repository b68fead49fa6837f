import { AwsError } from './aws-error.ts';

const CONDITION = /^\s*([a-z_]+)\s*(?:=\s*('[^']*')|IN\s*\(([^()]*)\))\s*(AND\b|$)/i;

/**
 * What `GetPartitions` filters by, of what Glue takes: conditions `a = 'x'` and `a IN ('x', 'y')`, joined by AND. The
 * keys are those of the table, in the order of the values.
 */
export function readExpression(
  expression: string,
  keys: readonly string[],
): (values: readonly string[]) => boolean {
  if (expression.length > 2_048) {
    throw new AwsError('InvalidInputException', 'Expression is longer than 2048 characters');
  }
  const conditions: { readonly at: number; readonly among: ReadonlySet<string> }[] = [];
  for (let left = expression; left.trim() !== ''; ) {
    const [all = '', name = '', one, many, end] = CONDITION.exec(left) ?? [];
    const at = keys.indexOf(name);
    if (all === '' || at < 0) throw new AwsError('InvalidInputException', `Unsupported expression ${left}`);
    const among = (one ?? many ?? '').split(',').map((value) => /^\s*'([^']*)'\s*$/.exec(value)?.[1] ?? '');
    conditions.push({ at, among: new Set(among) });
    left = left.slice(all.length);
    if (end && left.trim() === '') throw new AwsError('InvalidInputException', 'Unfinished expression');
  }
  return (values) => conditions.every(({ at, among }) => among.has(values[at] ?? ''));
}
