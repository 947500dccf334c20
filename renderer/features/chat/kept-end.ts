/** Where the reader is, as far as it decides which end of a long window may be dropped. */
export interface ReadingPlace {
  /** At the end, or on the way to it: rows that were just added may still be far below the screen. */
  readonly atEnd: boolean;
  readonly scrollOffset: number;
  readonly scrollSize: number;
}

/** Which end of a window that grew too long stays: the one the reader is at, or is going to. */
export function keptEnd(place: ReadingPlace): 'start' | 'end' {
  if (place.atEnd) return 'end';
  return place.scrollOffset < place.scrollSize / 2 ? 'start' : 'end';
}
