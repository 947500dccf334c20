import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import type { AccountStore } from '../ports/store';
import type { Message } from '../../shared/model/message';
import { GROUP } from './group-test-facts';
import { createInlineStoreHost } from './inline-host';
import { bundleForTest } from './store-test-bundle';
import { OWN, PEER, quiet, temporaryFolder } from './store-test-support';

/** Lets the child write until it has reported `lines` more things, then ends it at once. */
async function writeUntilKilled(args: readonly string[], lines: number): Promise<string[]> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<NodeJS.Signals | null>((resolve) =>
    child.on('exit', (_code, signal) => resolve(signal)),
  );
  const reported: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    reported.push(line);
    if (reported.length === lines) child.kill('SIGKILL');
  }
  expect(await ended).toBe('SIGKILL');
  return reported;
}

async function everything(store: AccountStore, conversation = PEER): Promise<Message[]> {
  const all: Message[] = [];
  for (;;) {
    const page = await store.page(conversation, { limit: 500, after: all.at(-1) ?? { sortAt: 0, id: 0 } });
    all.push(...page.messages);
    if (!page.hasNewer) return all;
  }
}

describe('kill -9 at any moment', () => {
  it('loses nothing that was reported as stored, doubles nothing and leaves nothing half done', async () => {
    const child = await bundleForTest('kill-test-child');
    const worker = await bundleForTest('worker');
    const file = path.join(temporaryFolder(), 'parley.db');
    const key = randomBytes(32);
    const reported = new Set<string>();
    let received = 0;
    const told = { group: 0, event: 0 };
    for (const lines of [1, 2, 3, 50, 128, 250, 52]) {
      for (const line of await writeUntilKilled([child, worker, file, key.toString('hex')], lines)) {
        const [kind, value = ''] = line.split(' ');
        if (kind === 'in') received = Number(value);
        else if (kind === 'group' || kind === 'event') told[kind] = Number(value);
        else reported.add(`${kind} ${value}`);
      }
      const host = createInlineStoreHost(quiet);
      const store = await host.open(file, key);
      const messages = await everything(store);
      const inboundIds = messages.filter((message) => !message.own).map((message) => message.messageId);
      const { contiguous } = await store.cursor();
      // One batch may have been stored without the report getting out; a batch and its cursor are one.
      expect([received, received + 3]).toContain(contiguous);
      received = contiguous;
      expect(new Set(inboundIds)).toEqual(
        new Set(Array.from({ length: contiguous }, (_, index) => `in-${index + 1}`)),
      );
      expect(inboundIds).toHaveLength(contiguous);

      // In a group, too: messages, lines of the log and key messages came with the numbers they came with, or not at all.
      const group = await store.group(GROUP);
      const spoken = group?.messages.contiguous ?? 0;
      const logged = group?.events.contiguous ?? 0;
      for (const [now, before] of [[spoken, told.group] as const, [logged, told.event] as const]) {
        expect(now).toBeGreaterThanOrEqual(before);
        expect(now).toBeLessThanOrEqual(contiguous);
      }
      const timeline = await everything(store, GROUP);
      const joins = timeline.filter((message) => message.content.kind === 'group_event');
      const log = await store.groupLog(GROUP, { text: '', actions: [], before: null, limit: 10_000 });
      expect(joins).toHaveLength(log.entries.length);
      expect(log.entries[0]?.seq ?? 0).toBe(logged);
      const ids = timeline.filter((message) => message.sender === PEER).map((message) => message.messageId);
      expect(new Set(ids).size).toBe(ids.length);
      expect(await store.groupSeqOwner(GROUP, spoken)).toEqual(
        spoken === 0 ? null : { sender: PEER, messageId: `in-${spoken}` },
      );
      expect(await store.groupControls(10_000)).toHaveLength(contiguous / 3);
      const own = new Map(
        messages.filter((message) => message.sender === OWN).map((message) => [message.messageId, message]),
      );
      const waiting = new Set((await store.outboxHeads()).map((item) => item.messageId));
      const unsettled = [...own.values()].filter((message) => message.state !== 'sent');
      expect(unsettled.length).toBeLessThanOrEqual(await queuedCount(store));
      for (const line of reported) {
        const [kind, id = ''] = line.split(' ');
        expect(own.has(id), line).toBe(true);
        if (kind === 'sent') expect(own.get(id)?.state, line).toBe('sent');
      }
      expect(waiting.size).toBeLessThanOrEqual(1);
      expect(await store.conversation(PEER)).toMatchObject({ unread: contiguous });
      expect((await store.search({ text: 'inbound', conversation: PEER, limit: 1000 })).length).toBe(
        contiguous,
      );
      await host.close();
    }
    expect(reported.size).toBeGreaterThan(150);
  });
});

async function queuedCount(store: AccountStore): Promise<number> {
  return (await store.totals(0)).queued;
}
