import { META } from '../src/lake/names.js';

/** What both sides must call the same: the handlers, and what they are deployed with. */
export const NAMES = {
  /** Of all that handlers count in CloudWatch (src/lambda/report.ts). */
  metrics: 'AuditLake',
  /** Defaults of the settings (src/settings.ts). */
  database: 'audit_lake',
  queryRole: 'audit-lake-query-history',
  /** Below the root of the lake. */
  stage: `${META.stageFolder}/`,
  /** What people ask, and maintenance: apart from the results of the fleet, which nobody else writes. */
  results: `${META.resultsFolder}/queries/`,
  plans: `${META.plansFolder}/`,
  lakeFile: META.lakeFile,
} as const;
