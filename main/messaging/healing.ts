import { z } from 'zod';
import { isGroupId } from '../../shared/aun/group-id';
import type { AccountStore, StoreChange } from '../ports/store';
import type { E2eeEngine } from '../ports/e2ee';
import { toAunError } from '../runtime/errors';
import type { Disposer, Runtime } from '../runtime/runtime';
import { groupControlOf } from './group-controls';
import { envelopeRecord, readRow } from './inbound-record';
import { HEAL_BATCH, HEAL_PERIOD_MS } from './limits';

/** Tries to open messages again that were kept unreadable. */
export interface Healer {
  online(): void;
  offline(): void;
  /** One round now, over one conversation or all. */
  run(conversation: string | null): Promise<{ healed: number; remaining: number }>;
}

const objectSchema = z.record(z.string(), z.unknown());

/** Makes the healer of an account: one round after each connect, then one every {@link HEAL_PERIOD_MS}. */
export function createHealer(deps: {
  readonly aid: string;
  readonly store: AccountStore;
  readonly e2ee: E2eeEngine;
  readonly runtime: Runtime;
  readonly now: () => number;
  readonly publish: (change: StoreChange) => void;
  /** Group key messages are on disk and wait to be handled. */
  readonly controlsStored: () => void;
}): Healer {
  let timer: Disposer | null = null;
  let running: Promise<{ healed: number; remaining: number }> | null = null;

  async function round(conversation: string | null): Promise<{ healed: number; remaining: number }> {
    // Those of groups are opened with other keys, where the groups are.
    const items = (await deps.store.healing(conversation, HEAL_BATCH)).filter(
      (item) => !isGroupId(item.conversation),
    );
    const rows = items.map((item) => objectSchema.parse(JSON.parse(item.rawJson)));
    const opened = await deps.e2ee.open(
      rows.map((row) => ({ row })),
      { anew: true },
    );
    let healed = 0;
    for (const [index, item] of items.entries()) {
      const result = opened[index];
      const read = readRow(rows[index], () => true);
      if (result === undefined || read.kind !== 'envelope') continue;
      if (result.ok) healed += 1;
      const record = envelopeRecord(read, result, deps.aid, deps.now());
      const control = groupControlOf(result, deps.aid, record.serverTime);
      // The key of a group is kept where it is handled, not with the message that brought it.
      deps.publish(
        await deps.store.heal(item.id, control === null ? record : { ...record, payloadJson: null }),
      );
      if (control === null) continue;
      deps.publish(await deps.store.commitInbound([], null, [control]));
      deps.controlsStored();
    }
    return { healed, remaining: items.length - healed };
  }

  function run(conversation: string | null): Promise<{ healed: number; remaining: number }> {
    // Two rounds at once would open the same rows twice; the second caller gets its own round afterwards.
    const before = running ?? Promise.resolve({ healed: 0, remaining: 0 });
    const mine = before.catch(() => undefined).then(() => round(conversation));
    running = mine;
    return mine;
  }

  function background(): void {
    run(null).catch((thrown: unknown) => {
      const error = toAunError(thrown);
      deps.runtime.logger.log('warn', 'healing.failed', { code: error.code, message: error.message });
    });
  }

  return {
    online() {
      timer?.();
      background();
      timer = deps.runtime.scheduler.every(HEAL_PERIOD_MS, background);
    },
    offline() {
      timer?.();
      timer = null;
    },
    run,
  };
}
