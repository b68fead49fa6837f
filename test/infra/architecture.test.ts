import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { filesBelow } from '../support/corpus.ts';
import { inRepository, shippedFiles, textOf } from '../support/repository.ts';
import { sourceFile } from '../support/source-file.ts';

const infra = inRepository('infra/');
const files = filesBelow(infra, /^(?!.*cdk\.out).*\.ts$/).map((path) =>
  sourceFile(`infra/${path.slice(infra.length)}`, readFileSync(path, 'utf8')),
);

/** What a deployment may know of the code that it deploys: names, defaults, grammars, schemas, questions. Handlers it only bundles. */
const OF_SRC = [
  ...['src/settings.ts', 'src/setting-values.ts', 'src/nearest-setting.ts', 'src/datasets/text-privacy.ts'],
  ...['src/lake/ddl.ts', 'src/lake/names.ts', 'src/lake/tables.ts', 'src/lake/overlap.ts'],
  'src/backfill/state-machine.ts',
  ...['src/questions/alert.ts', 'src/questions/saved-question.ts', 'src/wiring/questions.ts'],
];
/** Where esbuild begins, and what names the repository and the version. */
const REPOSITORY: readonly string[] = ['.', 'package.json'];
const PACKAGES = /^(aws-cdk-lib(\/aws-[\w-]+)?|constructs|esbuild|yaml|node:(fs|os|path|url))$/;

describe('infra', () => {
  test('imports of src what names, settings, schemas and questions are, and nothing else', () => {
    expect(files.length).toBeGreaterThan(25);
    const links = files.flatMap(({ path, links }) => links.map(({ to }) => ({ path, to })));
    const odd = links.filter(
      ({ to }) =>
        !to.startsWith('infra/') && !OF_SRC.includes(to) && !PACKAGES.test(to) && !REPOSITORY.includes(to),
    );
    expect(odd).toEqual([]);
    const idle = OF_SRC.filter((name) => !links.some(({ to }) => to === name));
    expect(idle).toEqual([]);
  });

  test('is imported by nothing of src', () => {
    const importing = shippedFiles().filter(
      (path) => path.startsWith('src/') && /from '[./]*infra\//.test(textOf(path)),
    );
    expect(importing).toEqual([]);
  });

  test('touches neither clock, environment nor chance', () => {
    expect(files.flatMap(({ path, touches }) => [...touches].map((what) => `${path}: ${what}`))).toEqual([]);
  });

  test('looks nothing up, and needs no Docker', () => {
    const looking = /\.fromLookup\(|ContextProvider|DockerImage|valueFromLookup/;
    expect(files.filter(({ text }) => looking.test(text)).map(({ path }) => path)).toEqual([]);
    expect(shippedFiles()).not.toContain('infra/cdk.context.json');
  });

  test('keeps the house style: no default exports, no any, short files, short functions, few parameters', () => {
    expect(files.flatMap(({ path, shunned }) => shunned.map((what) => `${path}: ${what}`))).toEqual([]);
    expect(files.filter(({ text }) => text.split('\n').length > 200).map(({ path }) => path)).toEqual([]);
    const functions = files.flatMap(({ functions }) => functions);
    expect(
      functions.filter(({ lines, parameters }) => lines > 60 || parameters > 3).map(({ name }) => name),
    ).toEqual([]);
    const bad = /^(?!infra\/[a-z0-9]+(-[a-z0-9]+)*\.ts$)/;
    expect(files.filter(({ path }) => bad.test(path)).map(({ path }) => path)).toEqual([]);
  });
});
