/** How a picture lies in the viewer: its scale beside fitting, and how far it is moved, in px. */
export interface Zoom {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export const fitted: Zoom = { scale: 1, x: 0, y: 0 };
const largest = 8;

/** Half of what does not fit may be moved to either side, and nothing more: the picture never leaves the screen. */
function within(value: number, extent: number, scale: number): number {
  const room = (extent * (scale - 1)) / 2;
  return room === 0 ? 0 : Math.min(room, Math.max(-room, value));
}

/** Scales around a point, measured in px from the middle of the place. */
export function zoomAt(
  zoom: Zoom,
  factor: number,
  point: { readonly x: number; readonly y: number },
  place: { readonly width: number; readonly height: number },
): Zoom {
  const scale = Math.min(largest, Math.max(1, zoom.scale * factor));
  const ratio = scale / zoom.scale;
  return {
    scale,
    x: within(point.x - (point.x - zoom.x) * ratio, place.width, scale),
    y: within(point.y - (point.y - zoom.y) * ratio, place.height, scale),
  };
}

/** Moves a picture that is larger than its place. */
export function panBy(
  zoom: Zoom,
  by: { readonly x: number; readonly y: number },
  place: { readonly width: number; readonly height: number },
): Zoom {
  return {
    scale: zoom.scale,
    x: within(zoom.x + by.x, place.width, zoom.scale),
    y: within(zoom.y + by.y, place.height, zoom.scale),
  };
}
