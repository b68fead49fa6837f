/** What SNS lets through, for as much of its language of filters as we use: nested keys, `$or`, values, `prefix`. */

type Test = string | { readonly prefix: string };
type Policy = { readonly [key: string]: Policy | readonly Test[] | readonly Policy[] };

/** @throws Error for a policy that SNS would refuse or read otherwise */
export function isDelivered(policy: unknown, body: string): boolean {
  const read = policy as Policy;
  const sizes = leaves(read);
  if (sizes.length > 5) throw new Error('a filter has at most five keys');
  const combinations = sizes.reduce((product, size) => product * size, 1);
  if (combinations > 150) throw new Error(`${combinations} combinations, of 150`);
  try {
    return fits(read, JSON.parse(body));
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function fits(policy: Policy, message: unknown): boolean {
  // Arrays are looked into: one of the elements must fit.
  if (Array.isArray(message)) return message.some((element) => fits(policy, element));
  if (typeof message !== 'object' || message === null) return false;
  return Object.entries(policy).every(([key, wanted]) => {
    if (key === '$or') return alternatives(wanted).some((one) => fits(one, message));
    const value: unknown = Reflect.get(message, key);
    if (!Array.isArray(wanted)) return fits(wanted as Policy, value);
    const values: unknown[] = Array.isArray(value) ? value : [value];
    return values.some((it) => wanted.some((test) => passes(test, it)));
  });
}

function passes(test: Test, value: unknown): boolean {
  if (typeof test === 'string') return value === test;
  if (Object.keys(test).join() !== 'prefix') throw new Error(`${Object.keys(test)} is not known here`);
  return typeof value === 'string' && value.startsWith(test.prefix);
}

const RESERVED = /^(prefix|suffix|numeric|exists|anything-but|cidr|wildcard|equals-ignore-case)$/;

function alternatives(wanted: Policy[string]): readonly Policy[] {
  if (!Array.isArray(wanted) || wanted.length < 2) throw new Error('$or takes two objects at least');
  if (wanted.some((one) => Object.keys(one).some((key) => RESERVED.test(key))))
    throw new Error('$or with a reserved word is an attribute of that name');
  return wanted;
}

/** For each key its number of values, times how deep it lies: so SNS counts what a filter may hold. */
function leaves(policy: Policy, depth = 1): number[] {
  return Object.entries(policy).flatMap(([key, it]) => {
    if (key === '$or') return alternatives(it).flatMap((one) => leaves(one, depth));
    return Array.isArray(it) ? [it.length * depth] : leaves(it as Policy, depth + 1);
  });
}
