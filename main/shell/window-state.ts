import { z } from 'zod';

/** A rectangle on the screens, in device-independent pixels. */
export interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const pixels = z.number().int().min(-100_000).max(100_000);

/** What is kept of the window between two runs. */
export const windowStateSchema = z.object({
  bounds: z.object({ x: pixels, y: pixels, width: pixels, height: pixels }).nullable(),
  maximized: z.boolean(),
});
export type WindowState = z.infer<typeof windowStateSchema>;

export const DEFAULT_WINDOW_STATE: WindowState = { bounds: null, maximized: false };
/** First size of the window, and the smallest in which it is usable. */
export const FIRST_SIZE = { width: 1080, height: 720 } as const;
export const SMALLEST_SIZE = { width: 420, height: 480 } as const;
/** So much of the title bar must be on a screen, or the window could not be moved back. */
const GRIP = 80;

function overlap(startA: number, lengthA: number, startB: number, lengthB: number): number {
  return Math.min(startA + lengthA, startB + lengthB) - Math.max(startA, startB);
}

/**
 * Where the window opens: where it was, if that is still on one of the screens (`workAreas`); otherwise its size only,
 * so that the system chooses the place.
 */
export function restoreBounds(
  state: WindowState,
  workAreas: readonly Bounds[],
): { width: number; height: number; x?: number; y?: number } {
  const { bounds } = state;
  if (bounds === null) return { ...FIRST_SIZE };
  const width = Math.max(bounds.width, SMALLEST_SIZE.width);
  const height = Math.max(bounds.height, SMALLEST_SIZE.height);
  const { x, y } = bounds;
  const reachable = workAreas.some(
    (area) =>
      overlap(x, width, area.x, area.width) >= GRIP && y >= area.y - 1 && y < area.y + area.height - GRIP,
  );
  return reachable ? { width, height, x, y } : { width, height };
}
