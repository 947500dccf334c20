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

const delivery = {
  deliver: z.object({
    method: z.string().regex(/^event\/app\.[A-Za-z0-9_.-]{1,128}$/),
    params: jsonObject.default({}),
  }),
  ttl_ms: z.number().int().min(0).max(60_000).optional(),
};

const schema = z.object({
  ...delivery,
  target: z.object({
    type: z.literal('aid'),
    aid: z.string(),
    device_id: z.string().nullish(),
    slot_id: z.string().nullish(),
  }),
  group_id: z.undefined().optional(),
  group_aid: z.undefined().optional(),
});

const groupSchema = z.object({
  ...delivery,
  target: z.undefined().optional(),
  group_id: z.string().optional(),
  group_aid: z.string().optional(),
});
type Notice = z.infer<z.ZodObject<typeof delivery>>;

/**
 * Takes a notification: no reply, no error, nothing is kept (`protocol/04 §10.1`). What is not allowed, and whatever goes to
 * the gateway itself, is dropped.
 */
export function notified(
  gateway: GatewayContext,
  session: Session | null,
  method: string,
  params: JsonObject,
): void {
  if (session === null || !gateway.faults.notifications) return;
  if (Buffer.byteLength(JSON.stringify(params), 'utf8') > MAX_PARAMS_BYTES) return;
  if (method === 'notification/route') toPerson(gateway, session, params);
  else if (method === 'notification/group.route') toGroup(gateway, session, params);
}

function toPerson(gateway: GatewayContext, session: Session, params: JsonObject): void {
  const parsed = schema.safeParse(withoutNulls(params));
  if (!parsed.success) return;
  const { target } = parsed.data;
  const deviceId = target.device_id ?? '';
  const slotId = target.slot_id ?? '';
  if (slotId !== '' && deviceId === '') return;
  const receivers = gateway.sessions
    .longOf(target.aid)
    .filter((receiver) => deviceId === '' || receiver.deviceId === deviceId)
    .filter((receiver) => slotId === '' || slotKey(receiver.slotId) === slotKey(slotId));
  deliver(gateway, session, parsed.data, receivers, () => ({}));
}

/**
 * To everybody else in an active group who is connected. A muted member may: a mute is about messages (`protocol/05 §6.5`).
 * Each receiver reads the id of the group in the form of its generation.
 */
function toGroup(gateway: GatewayContext, session: Session, params: JsonObject): void {
  const parsed = groupSchema.safeParse(withoutNulls(params));
  if (!parsed.success) return;
  const { groups, sessions } = gateway;
  const named = parsed.data.group_id ?? parsed.data.group_aid ?? '';
  const group = groups.lookUp(named, session);
  if (group?.status !== 'active' || groups.member(group, session.aid) === null) return;
  const receivers = groups
    .members(group)
    .filter((member) => member.aid !== session.aid)
    .flatMap((member) => sessions.longOf(member.aid));
  deliver(gateway, session, parsed.data, receivers, (receiver) => groups.idsFor(group, receiver));
}

/** Hands a notice to sockets that have room for it. `more` says what the gateway adds for a receiver. */
function deliver(
  gateway: GatewayContext,
  sender: Session,
  notice: Notice,
  receivers: readonly Session[],
  more: (receiver: Session) => Readonly<Record<string, unknown>>,
): void {
  const stamp = {
    from_aid: sender.aid,
    device_id: sender.deviceId,
    slot_id: sender.slotId,
    connection_id: `conn_${sender.id}`,
    sent_at: gateway.clock.now(),
    ...(notice.ttl_ms === undefined ? {} : { ttl_ms: notice.ttl_ms }),
  };
  const event = notice.deliver.method.slice('event/'.length);
  for (const receiver of receivers) {
    if (receiver.channel.backlog > MAX_BACKLOG_BYTES) continue;
    receiver.channel.pushEvent(
      event,
      JSON.stringify({ ...notice.deliver.params, ...more(receiver), _notify: stamp }),
    );
  }
}
