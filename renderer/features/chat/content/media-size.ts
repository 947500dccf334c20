/** Size of a box in CSS pixels. */
export interface BoxSize {
  readonly width: number;
  readonly height: number;
}

/** A single picture is never larger than this … */
export const largestBox: BoxSize = { width: 340, height: 340 };
/** … and never smaller: what can be done with it has to fit in. */
export const smallestBox: BoxSize = { width: 160, height: 100 };
const unknownBox: BoxSize = { width: 260, height: 180 };

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

/**
 * The place a picture or film takes before anything of it is here, so that nothing moves when it comes. Measures are the
 * sender's claim: wild ones give a sensible box, and the picture is cut to it.
 */
export function boxFor(width: number | null, height: number | null): BoxSize {
  if (width === null || height === null || !(width > 0) || !(height > 0)) return unknownBox;
  if (!Number.isFinite(width) || !Number.isFinite(height)) return unknownBox;
  const scale = Math.min(1, largestBox.width / width, largestBox.height / height);
  return {
    width: Math.round(clamp(width * scale, smallestBox.width, largestBox.width)),
    height: Math.round(clamp(height * scale, smallestBox.height, largestBox.height)),
  };
}

/** Tiles of a gallery that are shown; the last one tells how many more there are. */
export const shownTiles = 6;

/** The grid of a gallery of several pictures: columns and the edge of a tile in px. */
export function gridFor(count: number): { readonly columns: number; readonly tile: number } {
  return count === 2 || count === 4 ? { columns: 2, tile: 168 } : { columns: 3, tile: 111 };
}
