import type { Scope } from '../../src/backfill/scope.js';

/** Every log file of an archive. */
export const EVERYTHING: Scope = { from: undefined, to: undefined, accounts: [], regions: [] };
