import { AunError } from '../runtime/errors';
import type { Random } from '../runtime/runtime';

/** Kept at most; the oldest leave first. */
const MOST = 64;

/**
 * Names for things that the main process found (files and folders the user chose), so that no path crosses the bridge:
 * the window gets a random handle and can only name what was handed out to it.
 */
export class HandedOut<T> {
  private readonly things = new Map<string, T>();

  constructor(private readonly random: Random) {}

  give(thing: T): string {
    const handle = this.random.bytes(16).toString('hex');
    this.things.set(handle, thing);
    for (const oldest of this.things.keys()) {
      if (this.things.size <= MOST) break;
      this.things.delete(oldest);
    }
    return handle;
  }

  /** @throws AunError `not_found` */
  find(handle: string): T {
    const thing = this.things.get(handle);
    if (thing === undefined) throw new AunError('not_found', 'this handle was not given out');
    return thing;
  }
}
