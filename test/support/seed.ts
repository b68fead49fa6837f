/** The seed of every generated test: fixed, so that a run can be repeated; SEED=... tries another. */
export const SEED = Number(process.env['SEED'] ?? 20_260_109);
