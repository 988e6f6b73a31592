const DOLLARS = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });
const SHORT = new Intl.NumberFormat('en-US', {
  style: 'currency',
  currency: 'USD',
  notation: 'compact',
  maximumFractionDigits: 1,
});

/** Sums go by the cent; the CSV has all that is there. */
export const dollars = (amount: number): string => DOLLARS.format(amount);
/** For an axis: "$1.2K". */
export const dollarsShort = (amount: number): string => SHORT.format(amount);
