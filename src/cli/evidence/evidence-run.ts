import { type Config, namedLake } from '../../config.js';
import { printable } from '../../shown/printable.js';
import { counted, formatCount } from '../../shown/units.js';
import { openEvidence } from '../../wiring/lake-evidence.js';
import { withEngine } from '../asked-engine.js';
import { engineTarget } from '../engine-options.js';
import type { Io } from '../io.js';
import * as making from '../report-making.js';
import type { ReportDoors, ReportFlags } from '../report-run.js';
import { s3LakeOf } from '../s3-lake-of.js';
import { type Contents, isComplete, writeContents } from './contents.js';
import { type Manifest, manifestText, sha256Of } from './manifest.js';
import { mustBeNewFolder, PackFolder } from './pack-folder.js';
import { sourcesSql } from './source-list.js';

export type EvidenceDoors = ReportDoors & { readonly nodeVersion: string };

/**
 * Makes an evidence pack: a folder that is there when all of it is. Its path and the SHA-256 of its manifest on stdout.
 * False where it is made, and says that data files are not as they were committed or that an equation does not hold.
 * @throws AuditLakeError USAGE for values that are none and a folder that is not empty; LAKE_MISSING, LAKE_FORMAT,
 *   LAKE_WRITE_FAILED, QUERY_FAILED, AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED
 * @throws Interrupted
 */
export async function runEvidence(
  config: Config,
  flags: ReportFlags,
  { io, doors }: { readonly io: Io; readonly doors: EvidenceDoors },
): Promise<boolean> {
  const contents = contentsOf(config, flags, doors);
  mustBeNewFolder(flags.out);
  const manifest = await packed(contents, { io, doors, out: flags.out });
  await io.out(`${printable(flags.out)}\nSHA-256 of manifest.json ${sha256Of(manifestText(manifest))}\n`);
  io.err(told(manifest));
  return manifest.stored.altered === 0 && manifest.equations.every(({ balances }) => balances);
}

function contentsOf(config: Config, flags: ReportFlags, doors: EvidenceDoors): Contents {
  const now = making.wholeSecond(doors.now());
  const period = making.momentsOf(flags, now);
  const asked = making.askedOf(doors.questions.filter(isComplete), flags, period);
  const { version, nodeVersion, questions } = doors;
  const target = engineTarget(config, flags);
  const sources = sourcesSql(making.fixed(period));
  return { config, flags, target, now, period, asked, sources, questions, version, nodeVersion };
}

async function packed(
  contents: Contents,
  { io, doors, out }: { readonly io: Io; readonly doors: EvidenceDoors; readonly out: string },
): Promise<Manifest> {
  const { config, asked, sources, target } = contents;
  const { evidence, stored, lakeFile, close } = await openEvidence(namedLake(config), s3LakeOf(config));
  let pack: PackFolder | undefined;
  try {
    const making_ = await PackFolder.beside(out);
    pack = making_;
    const opening = {
      ...{ target, memoryLimit: making.ENGINE_MEMORY },
      sql: [...asked.sql.values(), sources].join('\n'),
    };
    const manifest = await withEngine(opening, { io, doors }, (engine) =>
      writeContents(making_, contents, { engine, evidence, stored, lakeFile }),
    );
    await pack.finish();
    return manifest;
  } finally {
    await pack?.discard();
    await close();
  }
}

/** What was made, and what whoever made it must know. */
function told({ log_files, stored, questions, files, equations, changed_meanwhile }: Manifest): string {
  const unbalanced = equations.filter(({ balances }) => !balances);
  const { altered } = stored;
  const lines = [
    `${counted(files.length + 2, 'file')}: ${counted(questions.asked.length, 'question')} asked, ${formatCount(log_files.listed)} entries of the ledger and ${counted(stored.data_files, 'data file')} listed`,
    ...unbalanced.map(({ says, left, right }) => `Warning: ${says} does not hold: ${left} and ${right}`),
    ...(altered > 0 ? [`${making.alteredText(altered)} data-files.csv names them.`] : []),
    ...(changed_meanwhile || unbalanced.length > 0
      ? ['Warning: data was added meanwhile; the manifest says so. Make the pack again for one moment.']
      : []),
    'Keep the SHA-256 in another place: audit-lake evidence verify <folder> --manifest <it> sees whatever was changed',
  ];
  return `${lines.join('\n')}\n`;
}
