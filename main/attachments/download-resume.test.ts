import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { TransferAnswer } from '../ports/transfers';
import { AunError } from '../runtime/errors';
import { systemRandom } from '../runtime/runtime';
import { collect } from './encrypted-file';
import { receivedIn } from './testing/payload';
import { AttachmentWorld } from './testing/world';

let world: AttachmentWorld;
beforeAll(async () => {
  world = await AttachmentWorld.start();
});
afterEach(() => {
  world.faults.clear();
});
afterAll(() => world.dispose());

describe('a file whose line was cut', () => {
  /** A download whose first answer ends in the middle; `next` makes the second one. */
  async function cutOnce(next: (object: Buffer, from: number) => Partial<TransferAnswer>) {
    const { bob, row } = await receivedIn(world, systemRandom.bytes(70_000));
    let asked = 0;
    let closed = 0;
    let object: Buffer = Buffer.alloc(0);
    async function* of(bytes: Buffer, fails: boolean): AsyncGenerator<Buffer> {
      yield await Promise.resolve(bytes);
      if (fails) throw new AunError('network_unreachable', 'reset', { retryable: true });
    }
    bob.intercept = async (request) => {
      asked += 1;
      const close = (): void => void (closed += 1);
      if (asked === 1) {
        const whole = await bob.transfers.request(request);
        object = await collect(whole.body);
        return { ...whole, body: of(object.subarray(0, 30_000), true), close };
      }
      const { body = of(object, false), ...more } = next(object, 30_000);
      return { status: 200, headers: {}, body, close, ...more };
    };
    const done = bob.attachments.download(row.id);
    await vi.waitFor(() => expect(bob.time.waiting).toBe(1), { timeout: 20_000 });
    bob.time.advance(1_000);
    const { state, problem } = await done;
    expect(closed).toBe(asked);
    return { state, problem, asked };
  }

  it('goes on where it was', async () => {
    const bytes = systemRandom.bytes(1_500_000);
    const { bob, row } = await receivedIn(world, bytes);
    world.faults.plan('GET', { kind: 'cut', afterBytes: 700_000 });
    world.faults.plan('GET', { kind: 'cut', afterBytes: 10_000 });
    const ranges: (string | undefined)[] = [];
    bob.intercept = (request) => {
      ranges.push(request.headers?.['range']);
      return bob.transfers.request(request);
    };
    const done = bob.attachments.download(row.id);
    await vi.waitFor(() => expect(bob.time.waiting).toBe(1));
    bob.time.advance(1_000);
    expect((await done).state).toBe('here');
    expect(ranges[0]).toBeUndefined();
    expect(ranges).toHaveLength(3);
    for (const range of ranges.slice(1))
      expect(Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1])).toBeGreaterThan(0);
  });

  it('takes the whole file from a server that knows no parts, once', async () => {
    expect(await cutOnce(() => ({}))).toEqual({ state: 'here', problem: null, asked: 2 });
  });

  it('does not take another part than the one it asked for', async () => {
    for (const range of ['bytes 29999-70000/70016', 'bytes 0-1/2', 'bytes */70016', undefined])
      expect(
        await cutOnce(() => ({
          status: 206,
          headers: range === undefined ? {} : { 'content-range': range },
        })),
      ).toEqual({ state: 'failed', problem: 'protocol_error', asked: 2 });
  });
});
