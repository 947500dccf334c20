/** Value at a share of the sorted list (0.5 = median); NaN for an empty one. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  const index = Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1));
  return sorted[index] ?? Number.NaN;
}

/** Rounds to one decimal. */
export function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Rounds to two decimals. */
export function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}
