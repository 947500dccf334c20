import { z } from 'zod';
import type { JsonObject } from '../../shared/aun/canonical-json';
import type { GatewayContext } from '../context';
import type { Session } from '../sessions/session';
import { slotKey } from '../sessions/session';
import { jsonObject } from '../wire/frames';
import { withoutNulls } from './method';

/** Largest params of a notification as UTF-8 JSON, in bytes (`protocol/04 §10.1`). */
const MAX_PARAMS_BYTES = 65_536;
/** A receiver that has this much waiting gets no notifications on top, in bytes. */
const MAX_BACKLOG_BYTES = 256 * 1024;

const schema = z.object({
  target: z.object({
    type: z.literal('aid'),
    aid: z.string(),
    device_id: z.string().nullish(),
    slot_id: z.string().nullish(),
  }),
  deliver: z.object({
    method: z.string().regex(/^event\/app\.[A-Za-z0-9_.-]{1,128}$/),
    params: jsonObject.default({}),
  }),
  ttl_ms: z.number().int().min(0).max(60_000).optional(),
  group_id: z.undefined().optional(),
  group_aid: z.undefined().optional(),
});

/**
 * Takes a notification: no reply, no error, nothing is kept (`protocol/04 §10.1`). What is not allowed, and whatever goes to
 * groups or to the gateway itself, is dropped.
 */
export function notified(
  gateway: GatewayContext,
  session: Session | null,
  method: string,
  params: JsonObject,
): void {
  if (session === null || method !== 'notification/route' || !gateway.faults.notifications) return;
  if (Buffer.byteLength(JSON.stringify(params), 'utf8') > MAX_PARAMS_BYTES) return;
  const parsed = schema.safeParse(withoutNulls(params));
  if (!parsed.success) return;
  const { target, deliver, ttl_ms: ttlMs } = parsed.data;
  const deviceId = target.device_id ?? '';
  const slotId = target.slot_id ?? '';
  if (slotId !== '' && deviceId === '') return;
  const receivers = gateway.sessions
    .longOf(target.aid)
    .filter((receiver) => deviceId === '' || receiver.deviceId === deviceId)
    .filter((receiver) => slotId === '' || slotKey(receiver.slotId) === slotKey(slotId));
  if (receivers.length === 0) return;
  const text = JSON.stringify({
    ...deliver.params,
    _notify: {
      from_aid: session.aid,
      device_id: session.deviceId,
      slot_id: session.slotId,
      connection_id: `conn_${session.id}`,
      sent_at: gateway.clock.now(),
      ...(ttlMs === undefined ? {} : { ttl_ms: ttlMs }),
    },
  });
  const event = deliver.method.slice('event/'.length);
  for (const receiver of receivers) {
    if (receiver.channel.backlog <= MAX_BACKLOG_BYTES) receiver.channel.pushEvent(event, text);
  }
}
