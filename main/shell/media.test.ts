import { describe, expect, it } from 'vitest';
import type { MediaPart } from '../ports/attachments';
import { rangeOf, serveMedia } from './media';

const content = Buffer.from('0123456789');

function part(start: number, end: number): MediaPart {
  return {
    type: 'image/png',
    size: content.length,
    start,
    end,
    body: (async function* () {
      await Promise.resolve();
      for (const byte of content.subarray(start, end + 1)) yield Buffer.of(byte);
    })(),
  };
}

const source = (_address: string, range: { start: number; end: number | null } | null) =>
  Promise.resolve(part(range?.start ?? 0, Math.min(range?.end ?? 9, 9)));

describe('media for the window', () => {
  it('is the whole without a range', async () => {
    const answer = await serveMedia(source, 'app://parley/media/x', null);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-length')).toBe('10');
    expect(await answer.text()).toBe('0123456789');
  });

  it('is the part that was asked for, up to the end of the file', async () => {
    const answer = await serveMedia(source, 'app://parley/media/x', 'bytes=7-99');
    expect(answer.status).toBe(206);
    expect(answer.headers.get('content-range')).toBe('bytes 7-9/10');
    expect(await answer.text()).toBe('789');
  });

  it('is nothing where there is nothing to show, and nothing behind the end', async () => {
    expect((await serveMedia(() => Promise.resolve(null), 'app://parley/media/x', null)).status).toBe(404);
    const behind = await serveMedia(() => Promise.resolve(part(10, 9)), 'app://parley/media/x', 'bytes=10-');
    expect(behind.status).toBe(416);
  });

  it('can do nothing when it is opened by itself', async () => {
    const { headers } = await serveMedia(source, 'app://parley/media/x', null);
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it.each([null, '', 'bytes=-5', 'bytes=5-2', 'bytes=1-2,4-5', 'items=0-1', 'bytes=a-b'])(
    'takes %s for no range',
    (header) => expect(rangeOf(header)).toBeNull(),
  );
});
