import { z } from 'zod';
import { parseMessageId } from '../../shared/aun/ids';
import { MAX_PAYLOAD_BYTES } from '../config';
import { invalidParams, sendFailed } from '../errors';
import { jsonObject } from '../wire/frames';
import { randomId } from '../runtime';
import type { SessionCall } from './method';
import { parseParams } from './method';

const schema = z.object({
  to: z.unknown().optional(),
  payload: z.unknown().optional(),
  type: z.string().optional(),
  encrypted: z.boolean().optional(),
  message_id: z.string().optional(),
  persist_required: z.unknown().optional(),
  durable: z.unknown().optional(),
  protected_headers: z.unknown().optional(),
  headers: z.unknown().optional(),
});

const copySchema = z.object({ device_id: z.string().default(''), envelope: jsonObject });
const multiDeviceSchema = z.object({
  logical_message_id: z.string().optional(),
  recipient_copies: z.array(copySchema).max(256).default([]),
  self_copies: z.array(copySchema).max(256).default([]),
});
const boundSchema = z.object({
  from: z.string().optional(),
  to: z.string().optional(),
  message_id: z.string().optional(),
});

/** One envelope for one device; `payload` is JSON text. */
export interface Copy {
  /** Empty for a device without an id. */
  readonly deviceId: string;
  readonly payload: string;
}

/** What a `message.send` asks for, whichever of the wire forms of `protocol/04 §3.1` it came in. */
export type SendForm = {
  readonly to: string;
  readonly messageId: string;
  readonly durable: boolean;
  readonly type: string | null;
  readonly encrypted: boolean;
  /** JSON object text of further row members, or null. */
  readonly extras: string | null;
} & (
  | { readonly kind: 'copies'; readonly recipients: readonly Copy[]; readonly self: readonly Copy[] }
  | { readonly kind: 'single' | 'plain'; readonly payload: string }
);

/** Device id the SDKs put in when an upload had none (`protocol/02 §2.2`). */
const PLACEHOLDER_DEVICE = 'aun_device_id';
const DEVICE = /^[A-Za-z0-9._-]{0,128}$/;

/**
 * Reads the params of `message.send`.
 * @throws RpcError −32603 `missing to/payload` or `payload too large`, −32602 for an envelope bound to something else.
 */
export function readSend(call: SessionCall): SendForm {
  const input = parseParams(schema, call.params);
  const { payload } = input;
  if (typeof input.to !== 'string' || input.to === '' || payload === undefined || payload === null) {
    throw sendFailed('missing to/payload');
  }
  if (typeof payload !== 'string' && !jsonObject.safeParse(payload).success) {
    throw sendFailed('missing to/payload');
  }
  checkSize(call.frame, payload);
  const inner = jsonObject.safeParse(payload).data ?? {};
  const innerType = typeof inner['type'] === 'string' ? inner['type'] : '';
  if (innerType === 'e2ee.p2p_encrypted') throw invalidParams('E2EE V2 is not spoken here');
  const type = input.type !== undefined && input.type !== '' ? input.type : null;
  const wrapper = innerType === 'e2ee.multi_device' || type === 'e2ee.multi_device';
  const multi = wrapper ? multiDeviceSchema.safeParse(inner) : null;
  if (multi !== null && !multi.success) throw invalidParams('invalid params: payload');
  const logicalId = multi?.data.logical_message_id;
  const messageId = messageIdOf(input.message_id, logicalId);
  const base = {
    to: input.to,
    messageId,
    durable: Boolean(input.persist_required) || Boolean(input.durable),
    extras: extrasOf(input.protected_headers ?? input.headers),
  };
  const bound = { from: call.session.aid, to: input.to, message_id: messageId };
  if (multi?.data !== undefined) {
    const copies = (list: readonly z.infer<typeof copySchema>[]): Copy[] =>
      list.map((copy) => readCopy(copy, bound));
    return {
      ...base,
      extras: null,
      kind: 'copies',
      type: 'e2ee.encrypted',
      encrypted: true,
      recipients: unique(copies(multi.data.recipient_copies)),
      self: unique(copies(multi.data.self_copies)),
    };
  }
  if (type === 'e2ee.encrypted' || innerType === 'e2ee.encrypted') {
    checkBinding(inner, bound);
    const text = JSON.stringify(payload);
    return { ...base, kind: 'single', type: 'e2ee.encrypted', encrypted: true, payload: text };
  }
  return { ...base, kind: 'plain', type, encrypted: false, payload: JSON.stringify(payload) };
}

function checkSize(frame: string, payload: unknown): void {
  // No UTF-16 unit needs more than three bytes, so a short frame is small enough without counting.
  if (frame.length * 3 <= MAX_PAYLOAD_BYTES) return;
  if (Buffer.byteLength(JSON.stringify(payload), 'utf8') > MAX_PAYLOAD_BYTES) {
    throw sendFailed('payload too large');
  }
}

function messageIdOf(given: string | undefined, logical: string | undefined): string {
  if (given !== undefined && given !== '' && logical !== undefined && logical !== given) {
    throw invalidParams('message_id does not match the envelope');
  }
  const id = given !== undefined && given !== '' ? given : (logical ?? randomId());
  if (parseMessageId(id) === null) throw invalidParams('invalid params: message_id');
  return id;
}

function extrasOf(headers: unknown): string | null {
  return jsonObject.safeParse(headers).success ? JSON.stringify({ protected_headers: headers }) : null;
}

function readCopy(
  copy: z.infer<typeof copySchema>,
  bound: { from: string; to: string; message_id: string },
): Copy {
  checkBinding(copy.envelope, bound);
  const deviceId = copy.device_id === PLACEHOLDER_DEVICE ? '' : copy.device_id;
  if (!DEVICE.test(deviceId)) throw invalidParams('invalid params: device_id');
  return { deviceId, payload: JSON.stringify(copy.envelope) };
}

/** An envelope names its sender, recipient and id; a mismatch could never be opened (`protocol/02 §5.2`). */
function checkBinding(
  envelope: Readonly<Record<string, unknown>>,
  bound: { from: string; to: string; message_id: string },
): void {
  const aad = boundSchema.safeParse(envelope['aad'] ?? {});
  if (!aad.success) throw invalidParams('invalid params: aad');
  for (const key of ['from', 'to', 'message_id'] as const) {
    const value = aad.data[key];
    if (value !== undefined && value !== bound[key]) {
      throw invalidParams(`envelope aad.${key} does not match`);
    }
  }
}

function unique(copies: readonly Copy[]): Copy[] {
  const seen = new Set<string>();
  return copies.filter((copy) => !seen.has(copy.deviceId) && seen.add(copy.deviceId));
}
