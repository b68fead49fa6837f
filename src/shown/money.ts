/** An amount of money for people, without its currency: `1,234.50`, and never nothing for what costs a little. */
export function formatMoney(amount: number): string {
  if (amount > 0 && amount < 0.005) return '<0.01';
  return amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}
