import type { Message } from '../../shared/model/message';
import type { Side } from './side';

/** What one side wrote, in order. A text is sent once its command was answered, by whichever run of the program. */
export interface Sent {
  readonly texts: readonly string[];
}

/** Differences between what was sent and what is stored; every text is expected exactly once. */
export interface Balance {
  readonly lost: number;
  readonly doubled: number;
  /** Texts of one sender that stand in another order than they were written. */
  readonly disordered: number;
}

/** Every message of a conversation in the database of a side, oldest first. */
export async function stored(side: Side, account: string, conversation: string): Promise<Message[]> {
  const all: Message[] = [];
  for (;;) {
    const oldest = all[0];
    const before = oldest === undefined ? {} : { before: { sortAt: oldest.sortAt, id: oldest.id } };
    const page = await side.invoke('message.page', { account, conversation, limit: 500, ...before });
    all.unshift(...page.messages);
    if (!page.hasOlder) return all;
  }
}

/** Texts of one writer among stored messages. */
export function textsOf(messages: readonly Message[], own: boolean): string[] {
  return messages.flatMap((message) =>
    message.own === own && message.content.kind === 'text' ? [message.content.text] : [],
  );
}

/** Compares what was sent with what is there. */
export function balance(sent: readonly string[], there: readonly string[]): Balance {
  const counts = new Map<string, number>();
  for (const text of there) counts.set(text, (counts.get(text) ?? 0) + 1);
  const lost = sent.filter((text) => !counts.has(text)).length;
  const doubled = there.length - counts.size;
  const order = new Map(sent.map((text, index) => [text, index]));
  let last = -1;
  let disordered = 0;
  for (const text of there) {
    const place = order.get(text) ?? Number.POSITIVE_INFINITY;
    if (place < last) disordered += 1;
    last = Math.max(last, place);
  }
  return { lost, doubled, disordered };
}
