import type { Caller, Mishap } from './aws-call.ts';

/** One operation of a service: the members of its input that the double obeys, and what it does. */
export type Operation = {
  readonly members: ReadonlySet<string>;
  readonly run: (input: never, mishap: Mishap, caller: Caller) => unknown;
};

/** Obeys the listed members. An input with any other is refused: a double must not ignore what it was told. */
export function operation<Input>(
  members: readonly (keyof Input & string)[],
  run: (input: Input, mishap: Mishap, caller: Caller) => unknown,
): Operation {
  return { members: new Set<string>(members), run };
}

type Performance = {
  readonly name: string;
  readonly input: object;
  readonly mishap: Mishap;
  readonly caller: Caller;
};

/** Runs an operation by its name, in one synchronous step. */
export function perform(
  operations: { readonly [name: string]: Operation },
  { name, input, mishap, caller }: Performance,
): unknown {
  const found = operations[name];
  if (found === undefined) throw new Error(`The AWS double does not know the operation ${name}`);
  for (const [member, value] of Object.entries(input)) {
    if (value !== undefined && !found.members.has(member)) {
      throw new Error(`The AWS double does not know the member ${member} of ${name}`);
    }
  }
  // The one cast of the doubles: whoever sends an operation by its name gives the input of that name.
  return found.run(input as never, mishap, caller);
}
