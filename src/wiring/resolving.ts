import { AuditLakeError } from '../errors.js';
import type { ResolvePorts } from '../jobs/resolve-queries.js';
import type { KnownQueries } from '../ports/known-queries.js';
import type { QueryTexts } from './query-texts.js';
import type { Registered } from './register-now.js';
import type { LakeTarget } from './writable-lake.js';

/** A lake whose open queries may be asked about and ended, until it is released. */
export type ResolvableLake = {
  readonly ports: ResolvePorts;
  readonly known: KnownQueries;
  /** Lets what engines see catch up with what was committed. */
  readonly follow: () => Promise<Registered | undefined>;
  readonly release: () => Promise<void>;
};

type FolderTarget = Extract<LakeTarget, { readonly kind: 'folder' }>;
type S3Target = Extract<LakeTarget, { readonly kind: 's3' }>;

/** A lake that is there already: nothing is made. @throws AuditLakeError LAKE_MISSING, TEXT_MODE; of disposition `stop` */
export async function openForResolving(
  target: LakeTarget,
  texts: QueryTexts,
  isStopped: () => boolean,
): Promise<ResolvableLake> {
  return target.kind === 's3' ? openS3(target, texts, isStopped) : openFolder(target, texts, isStopped);
}

async function openS3(
  target: S3Target,
  texts: QueryTexts,
  isStopped: () => boolean,
): Promise<ResolvableLake> {
  const { openS3ForResolving } = await import('./s3-resolving.js');
  const { registrarPorts } = await import('./catalog.js');
  const { registerNow } = await import('./register-now.js');
  const { lake, ports } = await openS3ForResolving(target, texts);
  const follow = () => registerNow(registrarPorts(lake, target), isStopped);
  return { ports, known: lake.state.known, follow, release: async () => lake.close() };
}

async function openFolder(
  { lake, lockWaitSeconds: waitSeconds }: FolderTarget,
  texts: QueryTexts,
  isStopped: () => boolean,
): Promise<ResolvableLake> {
  const { isLakeFolder, openLakeForWriting } = await import('./local.js');
  if (!isLakeFolder(lake)) throw new AuditLakeError('LAKE_MISSING', `there is no lake in ${lake}`);
  const options = { datasets: [], privacy: texts.privacy, waitSeconds, isStopped };
  const { ports, queries, known, release, ...opened } = await openLakeForWriting(lake, options);
  const follow = async () => {
    await opened.follow();
    return undefined;
  };
  return { ports: { ...ports, queries, history: texts.over(known) }, known, follow, release };
}
