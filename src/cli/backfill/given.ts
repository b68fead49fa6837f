import type { Command } from 'commander';
import { quoted } from '../../shown/shell-quoted.js';

type Verb = 'plan' | 'run' | 'status' | 'watch';

/**
 * What somebody gave to a command, as a command beside it takes it: flags, and variables that go before it. So that a
 * command that we print works when it is pasted.
 */
export type Given = (verb: Verb) => {
  readonly variables: readonly string[];
  readonly flags: readonly string[];
};

/** Each printed command names these by itself where it has to. */
const NAMED = [
  ...['--lake', '--on', '--from', '--to', '--account', '--inventory'],
  ...['--restore', '--restart', '--output', '--quiet'],
];
/** Here `--region` is that of AWS; elsewhere that of log files, which a printed command names by itself. */
const ASKING: readonly string[] = ['status', 'watch'];

/** The flags of a command line that are not from the environment or the settings file: those are there next time. */
export function givenTo(command: Command): Given {
  const isAsking = ASKING.includes(command.name());
  const named = isAsking ? NAMED : [...NAMED, '--region'];
  const given = command.options.filter(
    (option) =>
      command.getOptionValueSource(option.attributeName()) === 'cli' && !named.includes(option.long ?? ''),
  );
  return (verb) => {
    const beside = command.parent?.commands.find((it) => it.name() === verb)?.options ?? [];
    const taken = given.filter(({ flags, description }) =>
      beside.some((it) => it.flags === flags && it.description === description),
    );
    const isMoved = isAsking && !ASKING.includes(verb);
    return {
      variables: isMoved ? textsOf(command, 'region').map((name) => `AWS_REGION=${name}`) : [],
      flags: taken.flatMap((option) =>
        textsOf(command, option.attributeName()).flatMap((text) => [option.long ?? '', text]),
      ),
    };
  };
}

/** What was given for an option, as a shell takes it. */
function textsOf(command: Command, option: string): readonly string[] {
  const value: unknown = command.getOptionValue(option);
  return [value].flat().flatMap((text) => (typeof text === 'string' ? [quoted(text)] : []));
}
