import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitted, panBy, zoomAt } from './viewer-zoom';

const place = { width: 800, height: 600 };

describe('zoom of the viewer', () => {
  it('keeps the point under the pointer where it is', () => {
    const point = { x: 100, y: -50 };
    const zoomed = zoomAt(fitted, 2, point, place);
    expect(zoomed.scale).toBe(2);
    expect((point.x - zoomed.x) / zoomed.scale).toBeCloseTo(point.x);
    expect((point.y - zoomed.y) / zoomed.scale).toBeCloseTo(point.y);
  });

  it('comes back to fitting', () => {
    const there = zoomAt(fitted, 3, { x: 200, y: 200 }, place);
    expect(zoomAt(there, 0.01, { x: 0, y: 0 }, place)).toEqual({ scale: 1, x: 0, y: 0 });
  });

  it('never loses the picture, however it is moved', () => {
    const step = fc.record({
      x: fc.integer({ min: -5000, max: 5000 }),
      y: fc.integer({ min: -5000, max: 5000 }),
    });
    fc.assert(
      fc.property(fc.array(step), fc.double({ min: 0.1, max: 20, noNaN: true }), (steps, factor) => {
        let zoom = zoomAt(fitted, factor, { x: 10, y: 10 }, place);
        for (const by of steps) zoom = panBy(zoom, by, place);
        expect(Math.abs(zoom.x)).toBeLessThanOrEqual((place.width * (zoom.scale - 1)) / 2 + 1e-6);
        expect(Math.abs(zoom.y)).toBeLessThanOrEqual((place.height * (zoom.scale - 1)) / 2 + 1e-6);
      }),
    );
  });
});
