import { World } from '../interop/world';
import { Seat } from './seat';
import type { SeatOptions } from './seat';

/** Two real applications whose identities know each other: both have opened the conversation. */
export class Pair {
  private constructor(
    readonly world: World,
    readonly here: Seat,
    readonly there: Seat,
    /** Address at the first window. */
    readonly own: string,
    /** Address at the second one. */
    readonly peer: string,
  ) {}

  /** Starts a gateway and two windows on it. The first one is looked at; it shows the conversation when this resolves. */
  static async begin(names: readonly [string, string], options: SeatOptions = {}): Promise<Pair> {
    const world = await World.begin();
    try {
      const here = await Seat.take(world, names[0], options);
      const there = await Seat.take(world, names[1]);
      const own = await here.join(world, names[0]);
      const peer = await there.join(world, names[1]);
      await here.invoke('conversation.open', { account: own, peer });
      await there.invoke('conversation.open', { account: peer, peer: own });
      await here.window.choose(peer);
      return new Pair(world, here, there, own, peer);
    } catch (error) {
      await world.end();
      throw error;
    }
  }

  /** The other side writes a text. */
  async hear(text: string, requestId = text): Promise<number> {
    const { id } = await this.there.invoke('message.send', {
      account: this.peer,
      conversation: this.own,
      text,
      requestId,
    });
    return id;
  }

  /** Waits until a message of the other side that has these words is on the screen. */
  async shown(words: string, timeoutMs = 20_000): Promise<void> {
    await this.here.page
      .locator('[data-testid="bubble"]', { hasText: words })
      .first()
      .waitFor({ timeout: timeoutMs });
  }

  end(): Promise<void> {
    return this.world.end();
  }
}
