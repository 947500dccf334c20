import { z } from 'zod';
import type { E2eeEngine } from '../ports/e2ee';
import type { GroupCourier, GroupKeys } from '../ports/groups';
import type { GroupRecord } from '../ports/group-store';
import type { RpcCaller } from '../ports/session';
import { AunError } from '../runtime/errors';
import type { GroupSync } from './sync/port';
import { wireCount, wireTime } from './wire';

/** Longest answer time of a send, in ms (`protocol/05 §6.0`). */
const SEND_TIMEOUT_MS = 35_000;

/** What the courier works with. */
export interface CourierParts {
  readonly rpc: RpcCaller;
  readonly sync: Pick<GroupSync, 'record' | 'refreshSoon'>;
  readonly keys: Pick<GroupKeys, 'sendingKey'>;
  readonly e2ee: Pick<E2eeEngine, 'sealGroup'>;
  readonly now: () => number;
}

const plain = z.record(z.string(), z.unknown()).catch({});
const recallSchema = z.object({
  recalled: z.array(z.unknown()).catch([]),
  accepted: z.array(z.unknown()).catch([]),
  errors: z.array(z.object({ message_id: z.string(), error: z.string() }).nullable().catch(null)).catch([]),
});

/** Sends finished messages into groups, sealed under the committed key (`protocol/02 §9`). Nothing ever leaves in the clear. */
export function createGroupCourier({ rpc, sync, keys, e2ee, now }: CourierParts): GroupCourier {
  return {
    async send({ group, messageId, payload, timestamp }) {
      const record = mayWrite(sync.record(group), now());
      for (let strict = false; ; strict = true) {
        const key = await keys.sendingKey(group, strict);
        const { epoch, secret } = key;
        const envelope = e2ee.sealGroup({ group, messageId, timestamp, payload, epoch, secret });
        const params = {
          group_id: record.wireId,
          payload: envelope,
          type: 'e2ee.group_encrypted',
          encrypted: true,
          message_id: messageId,
          timestamp,
        };
        try {
          return placeOf(await rpc.call('group.send', params, { timeoutMs: SEND_TIMEOUT_MS }));
        } catch (thrown) {
          // The epoch moved between the look and the sending: once more, with a look that trusts nothing.
          if (!(thrown instanceof AunError) || thrown.code !== 'group_securing' || strict) {
            noticed(thrown, group, sync);
            throw thrown;
          }
        }
      }
    },
    async recall(group, messageIds) {
      const record = sync.record(group);
      if (record === null) throw new AunError('group_not_found', 'this group is not kept here');
      const answer = await rpc.call('group.recall', {
        group_id: record.wireId,
        message_ids: [...messageIds],
      });
      const parsed = recallSchema.safeParse(answer);
      if (!parsed.success)
        throw new AunError('protocol_error', 'group.recall: the gateway answered something else');
      const done = new Set([...parsed.data.recalled, ...parsed.data.accepted]);
      const refused = parsed.data.errors.flatMap((each) =>
        each === null ? [] : [{ messageId: each.message_id, error: each.error }],
      );
      const isRefused = new Set(refused.map((each) => each.messageId));
      const recalled = messageIds.filter((id) => done.has(id) && !isRefused.has(id));
      return { recalled, refused };
    },
  };
}

/** What is known here already need not be asked. @throws AunError why nothing may be sent into a group now */
function mayWrite(record: GroupRecord | null, now: number): GroupRecord {
  if (record === null) throw new AunError('group_not_found', 'this group is not kept here');
  if (record.status === 'dissolved') throw new AunError('group_dissolved', 'the group has been dissolved');
  if (record.membership !== 'member') throw new AunError('group_not_member', 'we are not in this group');
  if (record.protocol !== '' && record.protocol !== 'group_e2ee')
    throw new AunError(
      'group_protocol_mismatch',
      'the group is encrypted in a way this version does not speak',
    );
  if (record.status === 'suspended')
    throw new AunError('group_suspended', 'the group is suspended', { retryable: true });
  if (record.mutedUntil !== null && record.mutedUntil > now)
    throw new AunError('group_muted', 'we are muted', { detail: { until: record.mutedUntil } });
  return record;
}

/** A refusal that says that the group is not as we thought: it is read anew. */
function noticed(thrown: unknown, group: string, sync: CourierParts['sync']): void {
  if (!(thrown instanceof AunError)) return;
  const isNews = ['group_suspended', 'group_not_member', 'group_dissolved', 'group_not_found', 'group_muted'];
  if (isNews.includes(thrown.code)) sync.refreshSoon(group, { record: true, members: true });
}

/** Number and time of a stored message; gateways nest them or do not (`protocol/05 §14` item 14). */
function placeOf(answer: unknown): { seq: number | null; serverTime: number | null } {
  const outer = plain.parse(answer);
  const inner = plain.parse(outer['message']);
  return {
    seq: wireCount(inner['seq'] ?? outer['seq']),
    serverTime: wireTime(
      inner['created_at'] ?? outer['created_at'] ?? inner['timestamp'] ?? outer['timestamp'],
    ),
  };
}
