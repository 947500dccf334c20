/** A device has everything of ours up to a number. */
export interface ToldAck {
  readonly peer: string;
  readonly device: string;
  readonly seq: number;
}

/** Messages that somebody took back, and the numbers under which the gateway said so. */
export interface ToldRecalls {
  readonly messages: ReadonlyMap<string, readonly string[]>;
  /** Ascending. */
  readonly numbers: readonly number[];
}

/**
 * What a gateway has told of messages and nobody has looked at yet. A flood of it comes to as much work as there are people and
 * devices it is about, however often it says the same; what is behind it in the queue does not wait for each of its events.
 */
export class Told {
  private readonly acks = new Map<string, ToldAck>();
  private readonly recalls = new Map<string, Set<string>>();
  private readonly numbers = new Set<number>();

  ack(peer: string, device: string, seq: number): void {
    const key = JSON.stringify([peer, device]);
    const before = this.acks.get(key)?.seq ?? seq;
    this.acks.set(key, { peer, device, seq: Math.max(before, seq) });
  }

  recall(sender: string, messageIds: readonly string[], seq: number | undefined): void {
    const ids = this.recalls.get(sender) ?? new Set();
    for (const id of messageIds) ids.add(id);
    this.recalls.set(sender, ids);
    if (seq !== undefined) this.numbers.add(seq);
  }

  /** Hands over what is known and forgets it here. */
  takeAcks(): readonly ToldAck[] {
    const taken = [...this.acks.values()];
    this.acks.clear();
    return taken;
  }

  /** Hands over what is known and forgets it here. */
  takeRecalls(): ToldRecalls {
    const messages = new Map([...this.recalls].map(([sender, ids]) => [sender, [...ids]] as const));
    const numbers = [...this.numbers].sort((one, other) => one - other);
    this.recalls.clear();
    this.numbers.clear();
    return { messages, numbers };
  }
}
