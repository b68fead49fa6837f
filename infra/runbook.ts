import { readFileSync } from 'node:fs';

const PATH = 'infra/RUNBOOK.md';

type Package = { readonly version: string; readonly repository?: { readonly url: string } | undefined };

/**
 * Where people read RUNBOOK.md as it was when this version was made: at the version's tag in the repository that package.json
 * names. Where it names none, the path in the repository.
 */
export function runbook(of: Package = ourPackage()): string {
  if (!of.repository) return PATH;
  const home = of.repository.url.replace(/^git\+/, '').replace(/\.git$/, '');
  return `${home}/blob/v${of.version}/${PATH}`;
}

const ourPackage = (): Package =>
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
