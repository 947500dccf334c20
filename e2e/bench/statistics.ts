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

/** Slope of the straight line that fits the points best (least squares): how much y grows with each x. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / points.length;
  const above = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return above / points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
}
