import { z } from 'zod';
import { splitAid } from '../../shared/aun/aid';
import { CloseCode, WireCode } from '../../shared/aun/errors';
import { parseDeviceId, parseSlotId } from '../../shared/aun/ids';
import { RpcError } from '../errors';
import { randomHex } from '../runtime';
import type { DeliveryMode, Generation, Session } from '../sessions/session';
import type { Capabilities } from '../store/capabilities';
import { jsonObject } from '../wire/frames';
import type { OpenCall } from './method';
import { parseParams, withoutNulls } from './method';

const text = z.string();
const schema = z.object({
  nonce: text.default(''),
  auth: z.object({ method: text.default(''), token: text.default('') }).default({ method: '', token: '' }),
  protocol: z
    .object({ min: text.default('1.0'), max: text.default('1.0') })
    .default({ min: '1.0', max: '1.0' }),
  device: z.object({ id: text.default(''), type: text.optional() }).default({ id: '' }),
  client: z
    .object({ slot_id: text.default(''), sdk_lang: text.default(''), sdk_version: text.default('') })
    .default({ slot_id: '', sdk_lang: '', sdk_version: '' }),
  delivery_mode: z
    .object({
      mode: text.default('fanout'),
      routing: text.default(''),
      affinity_ttl_ms: z.number().nonnegative().default(0),
    })
    .default({ mode: 'fanout', routing: '', affinity_ttl_ms: 0 }),
  capabilities: jsonObject.default({}),
  extra_info: jsonObject.optional(),
  options: z.object({ kind: text.optional(), short_ttl_ms: z.number().optional() }).default({}),
});

function badRequest(message: string): RpcError {
  return new RpcError(WireCode.badRequest, message);
}

function version(value: string): number {
  const [major = '', minor = ''] = value.split('.');
  return Number(major) * 1000 + Number(minor === '' ? '0' : minor);
}

function checkProtocol(range: { min: string; max: string }): void {
  const supported = 1000;
  if (version(range.min) <= supported && supported <= version(range.max)) return;
  throw new RpcError(WireCode.protocolVersion, 'protocol version mismatch', {
    data: { server_range: { min: '1.0', max: '1.0' }, client_range: { min: range.min, max: range.max } },
    closeAfter: { code: 1002, reason: 'protocol version mismatch' },
  });
}

function deliveryOf(input: { mode: string; routing: string; affinity_ttl_ms: number }): DeliveryMode {
  const mode = input.mode.toLowerCase();
  if (mode === 'fanout') return { mode, routing: '', affinityTtlMs: 0 };
  if (mode !== 'queue') throw badRequest('invalid delivery_mode');
  const routing = input.routing === '' ? 'round_robin' : input.routing;
  if (routing !== 'round_robin' && routing !== 'sender_affinity') throw badRequest('invalid delivery_mode');
  return { mode, routing, affinityTtlMs: input.affinity_ttl_ms };
}

/** V2 is announced by name; everything else is V1 (`protocol/05 §1.4`). */
function generationOf(capabilities: Readonly<Record<string, unknown>>): Generation {
  const groups = capabilities['supported_group_e2ee'];
  const listed = Array.isArray(groups) ? groups : [];
  if (!listed.includes('group_e2ee_v2')) return 'v1';
  return listed.includes('group_e2ee') ? 'both' : 'v2';
}

/** What a connection declares about encrypted groups (`protocol/05 §4.2`). */
function groupCapabilities(capabilities: Readonly<Record<string, unknown>>): Capabilities {
  const generation = generationOf(capabilities);
  const listed = capabilities['supported_group_e2ee'];
  const named = Array.isArray(listed) && listed.length > 0;
  return {
    groupE2ee: capabilities['group_e2ee'] === true || named,
    v1: generation !== 'v2',
    v2: generation !== 'v1',
  };
}

/** Whether the client named V2 envelopes between two at login (`protocol/06 §1.3`). */
function announcesV2(capabilities: Readonly<Record<string, unknown>>): boolean {
  const envelopes = capabilities['supported_p2p_e2ee'];
  return Array.isArray(envelopes) && envelopes.includes('e2ee_v2');
}

/**
 * `auth.connect` (`protocol/01 §5`). A refused token neither consumes the nonce nor closes the socket: clients try up
 * to four tokens in a row.
 */
export function connect(call: OpenCall): unknown {
  const { gateway, connecting } = call;
  if (call.session !== null) throw badRequest('already authenticated');
  const input = parseParams(schema, withoutNulls(call.params));
  if (input.nonce === '') throw badRequest('missing nonce');
  if (input.auth.method !== 'kite_token') throw badRequest('unsupported auth.method');
  checkProtocol(input.protocol);
  if (!gateway.faults.authAvailable) throw new RpcError(4500, 'auth service unavailable');
  if (input.nonce !== connecting.nonce) {
    throw new RpcError(WireCode.nonceInvalid, 'nonce invalid or expired');
  }
  const aid = gateway.tokens.check(input.auth.token);
  if (aid === null) throw new RpcError(WireCode.tokenInvalid, 'token invalid or expired');
  const deviceId = input.device.id;
  const slotId = input.client.slot_id;
  if (deviceId === '' && slotId !== '') throw badRequest('slot_requires_device_id');
  if (deviceId !== '' && parseDeviceId(deviceId) === null) throw badRequest('invalid device id');
  if (parseSlotId(slotId) === null) throw badRequest('invalid slot_id');
  const short = input.options.kind === 'short';
  const { issuer } = splitAid(aid);
  const session = connecting.attach(
    {
      id: `gateway-client-${randomHex(4)}`,
      aid,
      issuer,
      deviceId,
      slotId,
      kind: short ? 'short' : 'long',
      shortTtlMs: short ? Math.max(0, input.options.short_ttl_ms ?? 0) : 0,
      delivery: deliveryOf(input.delivery_mode),
      generation: generationOf(input.capabilities),
      announcesV2: announcesV2(input.capabilities),
      secure: connecting.secure,
      language: input.client.sdk_lang.toLowerCase(),
      extraInfo: publicInfo(input.extra_info),
      connectedAt: gateway.clock.now(),
    },
    (candidate) => gateway.sessions.check(candidate),
  );
  if (session.kind === 'long') gateway.delivery.deviceOnline(session);
  gateway.store.capabilities.note(aid, groupCapabilities(input.capabilities), gateway.clock.now());
  gateway.sessions.add(session);
  gateway.log.info('connected', { aid, device: deviceId, slot: slotId, kind: session.kind });
  return hello(call, session);
}

function publicInfo(info: Readonly<Record<string, unknown>> | undefined) {
  if (info === undefined) return null;
  return Object.fromEntries(Object.entries(info).filter(([key]) => !key.startsWith('_')));
}

function hello({ gateway }: OpenCall, session: Session): unknown {
  const interval = gateway.faults.heartbeatInterval;
  return {
    status: 'ok',
    protocol: '1.0',
    server_time: gateway.clock.seconds(),
    authenticated: true,
    identity: { module_id: session.id, role: 'agent', aid: session.aid },
    trust_level: 'low',
    connection: { id: `conn_${session.id}`, device_id: session.deviceId, kind: session.kind },
    bridgeInfo: { name: 'AUN local gateway', version: '0.1' },
    capabilities: {
      namespaces: ['auth', 'message', 'meta', 'storage', 'stream'],
      features: {
        e2ee: true,
        binary_message: false,
        max_message_size: 1_048_576,
        notify: gateway.faults.notifications,
      },
    },
    ...(interval === null ? {} : { heartbeat_interval: interval }),
  };
}

/** Failed attempts on one socket after which it is closed, so that nobody guesses tokens at leisure. */
export const MAX_CONNECT_ATTEMPTS = 20;
/** What such a socket is told. */
export const TOO_MANY_ATTEMPTS = { code: CloseCode.authFailed, reason: 'too many attempts' } as const;
