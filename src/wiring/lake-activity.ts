import { lakeActivity } from '../adapters/lake-activity.js';
import type { ActivityLog } from '../ports/activity-log.js';
import type { QueryEngine } from '../ports/query-engine.js';

/** What a lake tells of people and their keys. @param most grants that one search tells */
export const openLakeActivity = (engine: QueryEngine, most: number): ActivityLog =>
  lakeActivity(engine, most);

/** Names the tables that are asked, for whoever has to fetch their data files first. */
export const ASKED_TABLES = 'SELECT 1 FROM athena_events, cloudtrail_events';
