/** The seed of every property test: `SEED=...` replays a failure. */
export const SEED = Number(process.env['SEED'] ?? 20_260_109);
