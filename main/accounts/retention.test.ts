import { expect, it } from 'vitest';
import type { StoreChange } from '../ports/store';
import { AunError } from '../runtime/errors';
import { FakeTime } from '../runtime/testing/fake-time';
import { RetentionSweep, SWEEP_MESSAGES } from './retention';

/** Messages by the moment they fall due. */
class DueMessages {
  readonly time = new FakeTime();
  due: number[] = [];
  readonly published: StoreChange[] = [];
  failures = 0;
  refuse = false;
  sure = true;
  readonly sweep = new RetentionSweep({
    store: {
      nextExpiry: () => Promise.resolve(this.due.length === 0 ? null : Math.min(...this.due)),
      sweepExpired: (now, limit) => this.swept(now, limit),
    },
    now: () => this.time.now(),
    timeIsSure: () => this.sure,
    scheduler: this.time,
    publish: (change) => this.published.push(change),
    failed: () => (this.failures += 1),
  });

  /** Messages that went, over all sweeps. */
  get gone(): number {
    return this.published.reduce((sum, change) => sum + change.removed.length, 0);
  }

  /** Lets everything that was begun come to its end. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
  }

  private swept(now: number, limit: number): Promise<StoreChange> {
    if (this.refuse) return Promise.reject(new AunError('disk_full', 'no room'));
    const over = this.due.filter((at) => at <= now).slice(0, limit);
    for (const at of over) this.due.splice(this.due.indexOf(at), 1);
    return Promise.resolve({
      messages: [],
      conversations: [],
      removed: over.map((_at, id) => ({ conversation: 'bob.aun.test', id })),
    });
  }
}

it('deletes what fell due while the program was closed, in steps', async () => {
  const messages = new DueMessages();
  messages.due = Array.from({ length: SWEEP_MESSAGES * 2 + 5 }, () => messages.time.now() - 1);
  messages.sweep.look();
  await messages.settle();
  expect(messages.published.map((change) => change.removed.length)).toEqual([
    SWEEP_MESSAGES,
    SWEEP_MESSAGES,
    5,
  ]);
});

it('waits for the moment and not longer, and does nothing where nothing falls due', async () => {
  const messages = new DueMessages();
  messages.sweep.look();
  await messages.settle();
  expect(messages.time.waiting).toBe(0);
  messages.due = [messages.time.now() + 90_000];
  messages.sweep.look();
  await messages.settle();
  messages.time.advance(89_999);
  await messages.settle();
  expect(messages.gone).toBe(0);
  messages.time.advance(1);
  await messages.settle();
  expect(messages.gone).toBe(1);
  expect(messages.time.waiting).toBe(0);
});

it('looks again after some hours however far away the moment is, as clocks are set and computers sleep', async () => {
  const messages = new DueMessages();
  messages.due = [messages.time.now() + 365 * 86_400_000];
  messages.sweep.look();
  await messages.settle();
  messages.due = [messages.time.now() + 1];
  messages.time.advance(6 * 60 * 60_000);
  await messages.settle();
  expect(messages.gone).toBe(1);
});

it('tries again a minute after the database refused', async () => {
  const messages = new DueMessages();
  messages.due = [messages.time.now()];
  messages.refuse = true;
  messages.sweep.look();
  await messages.settle();
  expect(messages.failures).toBe(1);
  messages.refuse = false;
  messages.time.advance(60_000);
  await messages.settle();
  expect(messages.gone).toBe(1);
});

it('touches nothing after it was stopped', async () => {
  const messages = new DueMessages();
  messages.due = [messages.time.now() + 1_000];
  messages.sweep.look();
  await messages.settle();
  await messages.sweep.stop();
  messages.time.advance(10_000);
  messages.sweep.look();
  await messages.settle();
  expect(messages.gone).toBe(0);
});

it('deletes nothing before the gateway has confirmed the time', async () => {
  const messages = new DueMessages();
  messages.due = [messages.time.now() - 1];
  messages.sure = false;
  messages.sweep.look();
  await messages.settle();
  expect(messages.gone).toBe(0);
  messages.sure = true;
  messages.time.advance(60_000);
  await messages.settle();
  expect(messages.gone).toBe(1);
});
