import { z } from 'zod';
import { invalidParams } from '../errors';
import { recalledPayload } from '../messages/rows';
import type { MessageRecord } from '../store/messages';
import type { SessionCall } from './method';
import { parseParams } from './method';

const schema = z.object({ message_ids: z.array(z.string()).min(1) });
const MAX_IDS = 100;

type RecallProblem = 'not_found' | 'not_sender' | 'already_recalled' | 'expired';

/**
 * `message.recall` (`protocol/04 §3.4`): blanks every stored copy, keeps its sequence number and tells whoever is online.
 * What cannot be recalled is listed in `errors`; the call itself succeeds.
 */
export function recall(call: SessionCall): unknown {
  const { gateway, session } = call;
  const { message_ids: ids } = parseParams(schema, call.params);
  if (ids.length > MAX_IDS) throw invalidParams(`at most ${MAX_IDS} message_ids`);
  const unique = [...new Set(ids)];
  const recalled: MessageRecord[] = [];
  const errors: { message_id: string; error: RecallProblem }[] = [];
  gateway.store.transaction(() => {
    for (const id of unique) {
      const record = gateway.store.messages.find(session.aid, id);
      const problem = problemOf(call, id, record);
      if (record === null || problem !== null) {
        errors.push({ message_id: id, error: problem ?? 'not_found' });
        continue;
      }
      gateway.store.inbox.blank(record.id, recalledPayload(id));
      gateway.store.messages.markRecalled(record.id, gateway.clock.now());
      recalled.push(record);
    }
  });
  announce(call, recalled);
  return {
    success: true,
    accepted: unique.length,
    recalled: recalled.length,
    errors: errors.length === 0 ? null : errors,
  };
}

function problemOf(
  { gateway, session }: SessionCall,
  id: string,
  record: MessageRecord | null,
): RecallProblem | null {
  if (record === null) {
    // Only those who got the message learn that it exists under another sender.
    return gateway.store.messages.receivedFromOther(id, session.aid) ? 'not_sender' : 'not_found';
  }
  if (record.deliveryMode !== 'fanout') return 'not_found';
  if (record.recalledAt !== null) return 'already_recalled';
  const window = gateway.faults.recallWindowMs ?? gateway.config.timings.recallWindow;
  return gateway.clock.now() - record.sentAt > window ? 'expired' : null;
}

/** One event for each recipient; the sender's other connections hear of it too. */
function announce({ gateway, session }: SessionCall, recalled: readonly MessageRecord[]): void {
  for (const recipient of new Set(recalled.map((record) => record.recipient))) {
    const params = {
      from: session.aid,
      to: recipient,
      message_ids: recalled
        .filter((record) => record.recipient === recipient)
        .map((record) => record.messageId),
      timestamp: gateway.clock.now(),
    };
    gateway.delivery.pushEvent(recipient, 'message.recalled', params, session.id);
    if (recipient !== session.aid) {
      gateway.delivery.pushEvent(session.aid, 'message.recalled', params, session.id);
    }
  }
}
