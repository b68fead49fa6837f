import { Command, Option } from 'commander';
import { readConfig } from '../../config.js';
import { nearestTo } from '../../nearest-setting.js';
import { MOMENT_GRAMMAR } from '../../questions/moment.js';
import type { Parameter, Question } from '../../questions/question.js';
import type { Given } from '../../questions/rendered-question.js';
import { realTime } from '../../wiring/real-time.js';
import type { QueryDoors } from '../asked-engine.js';
import { type AskFlags, runQuestion, unknownQuestion } from '../asked-question.js';
import { engineOptions } from '../engine-options.js';
import type { Io } from '../io.js';
import { daysText, example, questionList } from '../question-list.js';

const EXAMPLES = `
Examples:
  $ audit-lake ask
  $ audit-lake ask by-user john.doe --lake ./lake
  $ audit-lake ask table patients.visits --from 2026-07-01 --to 2026-10-01 --output csv > visits.csv
  $ audit-lake ask outside-networks --networks 10.0.0.0/8,2001:db8::/32 --fail-on rows
  $ audit-lake ask read-results --show-sql

A time is UTC: ${MOMENT_GRAMMAR};
7d is midnight seven days ago. The same SQL runs in Athena. Exit code 3: --fail-on rows, and there are some.`;

type AskCommand = {
  readonly io: Io;
  readonly doors: QueryDoors;
  readonly exit: (code: number) => void;
  readonly questions: readonly Question[];
};

/** `audit-lake ask`, with a command for each question. */
export function askCommand(io: Io, setting: Omit<AskCommand, 'io'>): Command {
  const { questions } = setting;
  const command = new Command('ask')
    .summary('ask a lake what auditors ask: who, what, when, from where')
    .description('Asks a lake one of the questions below. Without a question: lists them.')
    .argument('[question]', 'its name')
    .argument('[values...]', 'what it asks for')
    .usage('[question] [options]')
    .allowUnknownOption()
    .helpCommand('help [question]', 'tell what a question takes')
    .addHelpText('after', EXAMPLES)
    .action(async (name: string | undefined) => {
      if (name !== undefined) unknownQuestion(name, nearestQuestion(name, questions));
      await io.out(questionList(questions));
      io.err('Next: audit-lake ask <question> --lake <location>; --help tells what a question takes\n');
    });
  for (const question of questions) command.addCommand(questionCommand(question, { io, ...setting }));
  return command;
}

/** `networks` is a part of `outside-networks`; `user` is near to nothing else than `by-user`. */
function nearestQuestion(name: string, questions: readonly Question[]): string | undefined {
  const names = questions.map((question) => question.name);
  return names.find((it) => name.length > 2 && it.includes(name.toLowerCase())) ?? nearestTo(name, names);
}

function questionCommand(question: Question, { io, doors, exit, questions }: AskCommand): Command {
  const command = new Command(question.name).summary(question.title).description(question.answers);
  const positional = question.parameters.filter(({ kind }) => kind === 'argument');
  for (const { name, help } of positional) command.argument(`<${name}>`, help);
  for (const parameter of question.parameters)
    if (parameter.kind === 'option') command.addOption(optionOf(parameter));
  command
    .option('--from <time>', `where the period begins (default: ${daysText(question.days)} before today)`)
    .option('--to <time>', 'where it ends, not included (default: now)')
    .option('--show-sql', 'print the SQL, and ask nothing')
    .addOption(new Option('--fail-on <what>', 'end with exit code 3 where there are rows').choices(['rows']));
  const next = questions.find(({ name }) => name === question.next);
  return engineOptions(command)
    .addHelpText('after', `\nExample:\n  $ audit-lake ask ${example(question)} --lake ./lake`)
    .action(async (...args: readonly unknown[]) => {
      const flags = command.opts<AskFlags & Given>();
      const named = positional.map(({ name }, at) => [name, String(args[at])]);
      const given: Given = { ...optionsOf(question, flags), ...Object.fromEntries(named) };
      const outside = { ...doors, exit, now: realTime.now, readConfig: () => readConfig(flags) };
      await runQuestion(question, { given, flags, next }, { io, doors: outside });
    });
}

function optionOf({ name, type, help, ...parameter }: Parameter): Option {
  const standard = parameter.kind === 'option' ? parameter.standard : '';
  return new Option(`--${name} <${type}>`, `${help} (default: ${standard || 'any'})`);
}

const optionsOf = ({ parameters }: Question, flags: Given): Given =>
  Object.fromEntries(
    parameters.filter(({ kind }) => kind === 'option').map(({ name }) => [name, flags[name]]),
  );
