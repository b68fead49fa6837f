import { Command, Option } from 'commander';
import { type Config, readConfig } from '../../config.js';
import type { Answer } from '../../ports/query-engine.js';
import { SETTINGS, SETTINGS_FILE, type SettingName } from '../../settings.js';
import { asTable } from '../answer-table.js';
import type { Io } from '../io.js';
import { inOneChunk } from '../one-chunk.js';
import { settingOptions } from '../setting-options.js';

type Shown = {
  readonly key: string;
  readonly value: string | number | readonly string[] | null;
  readonly origin: string;
  /** The flag, the variable or the file; null for a default. */
  readonly place: string | null;
};

/** `audit-lake config`, to be added to the program. */
export function configCommand(io: Io): Command {
  const show = new Command('show')
    .summary('show every setting and where it comes from')
    .description(
      'Shows every setting, and whether a flag, the environment, the settings file or a default gave it.',
    )
    .addOption(new Option('--output <format>', OUTPUT).choices(['table', 'json']).default('table'))
    .addHelpText('after', EXAMPLES)
    .action(async (flags: { readonly output: string }) => {
      const config = await readConfig(flags);
      const texts = flags.output === 'json' ? [asJson(config)] : asPage(config, io.columns);
      for await (const text of texts) await io.out(text);
    });
  settingOptions(show, [SETTINGS_FILE, ...Object.values(SETTINGS)]);
  return new Command('config')
    .summary('show the settings')
    .description('Shows the settings.')
    .addCommand(show);
}

const OUTPUT = 'a table for people, or one JSON object';

const EXAMPLES = `
Examples:
  $ audit-lake config show
  $ audit-lake config show --lake s3://amzn-s3-demo-destination-bucket/audit --output json

A flag wins over the environment, that over audit-lake.yaml, that over the default.
`;

const NAMES: readonly SettingName[] = Object.keys(SETTINGS).filter(
  (name): name is SettingName => name in SETTINGS,
);

function shown(config: Config): readonly Shown[] {
  return NAMES.map((name) => {
    const { key, env, flag = null, isSecret = false } = SETTINGS[name];
    const origin = config.origins[name] ?? 'default';
    const places = { flag, environment: env, file: config.file ?? null, default: null };
    const value = name === 'datasets' ? config.datasets.map((dataset) => dataset.name) : config[name];
    const shown = isSecret && value !== undefined ? '(secret)' : (value ?? null);
    return { key, value: shown, origin, place: places[origin] };
  });
}

function asJson(config: Config): string {
  const settings = shown(config).map(({ key, ...rest }) => [key, rest]);
  const document = { schema_version: 1, file: config.file ?? null, settings: Object.fromEntries(settings) };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** A list that is empty and a value that is not set are left blank. */
async function* asPage(config: Config, width: number): AsyncGenerator<string> {
  const rows = shown(config).map(({ key, value, origin, place }) => {
    const text = Array.isArray(value) ? value.join(', ') : value;
    return [key, text === null ? null : String(text), place === null ? origin : `${origin} ${place}`];
  });
  const columns = ['setting', 'value', 'from'].map((name) => ({ name, type: 'VARCHAR' }));
  const answer: Answer = { columns, chunks: inOneChunk(rows) };
  yield* asTable(answer, width);
  yield config.file === undefined ? 'No settings file was found.\n' : `Settings file: ${config.file}\n`;
}
