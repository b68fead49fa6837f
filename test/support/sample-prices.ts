import { ASSUMPTIONS, DEFAULT_PRICES, PRICES } from '../../src/backfill/price-table.js';

const HEAD = `# The figures behind the estimates of \`audit-lake backfill plan\`, as they are without any file. Copy it, look up your
# prices, write the day on which you did, and give it with --prices. Every line may be left out.
`;

/** `samples/prices.yaml`: our own table of prices, for others to change. */
export function samplePrices(): string {
  const { date, region, currency } = DEFAULT_PRICES;
  const prices = Object.entries(PRICES).map(
    ([name, { value, per, unit, meaning }]) =>
      `  ${name}: ${value} # for ${per === 1 ? 'one' : per.toLocaleString('en-US')} ${unit}: ${meaning}\n`,
  );
  const assumptions = Object.entries(ASSUMPTIONS).map(
    ([name, { value, meaning }]) => `  ${name}: ${value} # ${meaning}\n`,
  );
  const head = `date: ${date}\nregion: ${region}\ncurrency: ${currency}\n`;
  return `${HEAD}${head}prices:\n${prices.join('')}assumptions:\n${assumptions.join('')}`;
}
