import { statementAccess } from '../adapters/aws/athena-access.js';
import {
  type LogFileAccessOptions,
  type LogFileSeen,
  unlistedAccess,
} from '../adapters/aws/log-file-access.js';
import { sourceAccess } from '../adapters/aws/source-access.js';
import { stateUse } from '../adapters/aws/state-access.js';
import { type Finding, runChecks } from '../jobs/run-checks.js';
import type { Check } from '../ports/access-check.js';
import {
  asCaller,
  type Calling,
  catalogChecks,
  keptLake,
  sourcesOf,
  type TextSettings,
  textChecks,
  workGroupOf,
} from './aws-checks.js';
import type { CatalogSettings } from './catalog.js';
import { type MaintenanceSettings, mustBeComplete } from './maintenance.js';
import { lakeNotSet, sourcesNotSet } from './missing-lake.js';
import type { S3LakeSettings } from './s3-lake.js';

type Kept = { readonly [name in keyof S3LakeSettings]: S3LakeSettings[name] | undefined };
type TrailSettings = { readonly sources: readonly string[]; readonly sourceOwner?: string | undefined };
type WithTexts = Kept & TextSettings;

/**
 * What each handler tries under its own role: all that it needs, as it does it, and nothing that its role does not
 * allow by design. Nothing is left behind. Each is a function by itself, so that a bundle holds no client that its
 * handler does not call.
 * `seen`: a log file that may be read, and the one that was found.
 * @throws AuditLakeError USAGE where no lake in S3 is set, or a source is no place in S3
 */
export function examineIngest(
  settings: WithTexts & TrailSettings,
  seen: LogFileSeen,
): AsyncGenerator<Finding> {
  return examined(settings, (calling) => [
    ...sourceChecks(settings, calling, (source) => unlistedAccess(source, seen)),
    ...writingChecks(settings, calling),
    ...textChecks(someOf(settings), calling),
  ]);
}

/** The same; who works off slices may list the trail. */
export function examineBackfill(
  settings: WithTexts & TrailSettings,
  seen: LogFileSeen,
): AsyncGenerator<Finding> {
  return examined(settings, (calling) => [
    ...sourceChecks(settings, calling, (source) => sourceAccess(source, seen)),
    ...writingChecks(settings, calling),
    ...textChecks(someOf(settings), calling),
  ]);
}

/** The same; who asks again for query texts tries every account. */
export function examineResolver(settings: WithTexts): AsyncGenerator<Finding> {
  return examined(settings, (calling) => [
    ...writingChecks(settings, calling),
    ...textChecks(settings, calling),
  ]);
}

/** The same; who keeps the catalog asks Glue and Athena. */
export function examineMaintenance(settings: MaintenanceSettings): AsyncGenerator<Finding> {
  const complete: S3LakeSettings & CatalogSettings = mustBeComplete(settings);
  return examined(complete, ({ arns }) => {
    const { checks, state, seen } = keptLake(complete, arns);
    return [
      ...[...checks, ...stateUse(state)],
      ...catalogChecks(complete, { arns, seen }),
      ...statementAccess(workGroupOf(complete, arns)),
    ];
  });
}

const examined = (settings: Kept, checksOf: (calling: Calling) => readonly Check[]) =>
  runChecks(asCaller(settings, checksOf));

function sourceChecks(
  settings: TextSettings & TrailSettings,
  { arns }: Calling,
  access: (source: LogFileAccessOptions) => readonly Check[],
): readonly Check[] {
  if (settings.sources.length === 0) throw sourcesNotSet();
  return sourcesOf(settings, arns).flatMap(access);
}

function writingChecks(settings: Kept, { arns }: Calling): readonly Check[] {
  const { lake, stateTable } = settings;
  if (lake === undefined || stateTable === undefined) throw lakeNotSet();
  const { checks, state } = keptLake({ ...settings, lake, stateTable }, arns);
  return [...checks, ...stateUse(state)];
}

/** Roles of accounts trust our account, and one statement admits to all: the own one and one more show whether it does. */
const someOf = <S extends TextSettings>(settings: S): S => ({
  ...settings,
  queryAccounts: settings.queryAccounts.slice(0, 2),
});
