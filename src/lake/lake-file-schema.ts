import * as z from 'zod';
import { SCHEMA_VERSION } from '../datasets/columns.js';
import { DATASET_NAMES } from '../datasets/dataset.js';
import { TEXT_MODES } from '../datasets/text-privacy.js';
import { AuditLakeError } from '../errors.js';
import type { LakeFile } from './lake-file.js';
import { TABLE_NAMES } from './tables.js';

/** The shape of lake.json. Apart from its rules, because loading zod takes longer than a small ingest. */
const Shape = z.strictObject({
  format: z.literal(1),
  created_at: z.string(),
  schema_version: z.number().int().max(SCHEMA_VERSION),
  text_mode: z.enum(TEXT_MODES),
  text_key: z.string().optional(),
  datasets: z.array(
    z.strictObject({
      name: z.enum(DATASET_NAMES),
      event_sources: z.union([z.literal('all'), z.array(z.string()).min(1)]),
      added_at: z.string(),
    }),
  ),
});

/** catalog.json: the committed list. */
const CatalogShape = z.object({
  format: z.literal(1),
  days: z.array(
    z.object({
      table: z.enum(TABLE_NAMES),
      day: z.string(),
      files: z.array(z.object({ path: z.string(), rows: z.number(), bytes: z.number() })),
    }),
  ),
});

/** @throws AuditLakeError LAKE_FORMAT */
export function parseCatalog(text: string, place: string): z.infer<typeof CatalogShape>['days'] {
  try {
    return CatalogShape.parse(JSON.parse(text)).days;
  } catch (error) {
    throw new AuditLakeError('LAKE_FORMAT', `${place} is not a catalog that this version can read`, error);
  }
}

/** @throws AuditLakeError LAKE_FORMAT */
export function parseLakeFile(text: string, place: string): LakeFile {
  try {
    return Shape.parse(JSON.parse(text));
  } catch (error) {
    throw new AuditLakeError('LAKE_FORMAT', `${place} is not a lake that this version can read`, error);
  }
}
