import { META } from '../src/lake/names.js';

/** What both sides must call the same: the handlers, and what they are deployed with. */
export const NAMES = {
  /** Of all that handlers count in CloudWatch (src/lambda/report.ts). */
  metrics: { namespace: 'AuditLake', dimensions: { service: 'audit-lake' } },
  /** Defaults of the settings (src/settings.ts). */
  database: 'audit_lake',
  queryRole: 'audit-lake-query-history',
  /** Below the root of the lake. */
  stage: `${META.stageFolder}/`,
  results: `${META.resultsFolder}/`,
  plans: `${META.plansFolder}/`,
  lakeFile: META.lakeFile,
} as const;
