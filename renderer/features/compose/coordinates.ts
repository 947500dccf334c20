/** Reads a coordinate as people type or paste it: "31.2304", "-121,47", "31.2304° N". Null when it is none or too large. */
export function readCoordinate(text: string, most: 90 | 180): number | null {
  const found = /^\s*([+-]?\d{1,3}(?:[.,]\d{1,15})?)\s*°?\s*([NSEWnsew]?)\s*$/.exec(text);
  if (found === null) return null;
  const [, digits = '', side = ''] = found;
  const letters = most === 90 ? 'ns' : 'ew';
  if (side !== '' && !letters.includes(side.toLowerCase())) return null;
  const value = Number(digits.replace(',', '.'));
  const signed = /[sw]/i.test(side) ? -value : value;
  return Math.abs(signed) <= most ? signed : null;
}

/** Two coordinates pasted at once, as maps give them: "31.2304, 121.4737". */
export function readPair(text: string): readonly [string, string] | null {
  const parts = text.trim().split(/\s*[,;，；]\s+|\s*[;；]\s*|\s+(?=[+-]?\d)|,(?=\s*[+-]?\d+\.\d)/);
  const [latitude, longitude, ...more] = parts;
  if (latitude === undefined || longitude === undefined || more.length > 0) return null;
  if (readCoordinate(latitude, 90) === null || readCoordinate(longitude, 180) === null) return null;
  return [latitude.trim(), longitude.trim()];
}
