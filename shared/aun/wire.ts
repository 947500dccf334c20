import { z } from 'zod';

/**
 * Schemas of what crosses the wire. Unknown members are kept or ignored, never refused (`protocol/01` conventions):
 * `looseObject` keeps them where the raw value matters, `object` strips them elsewhere.
 */
const text = z.string();
const epochMs = z.number().int();

/** JSON-RPC error member. A missing code means −32603 (`protocol/01 §10.1`). */
export const rpcErrorSchema = z.object({
  code: z.number().default(-32603),
  message: text.default(''),
  data: z.unknown().optional(),
});

/** Any frame the gateway may send. Routing rules: `protocol/01 §4.1`. */
export const serverFrameSchema = z.looseObject({
  id: z.unknown().optional(),
  method: text.optional(),
  params: z.unknown().optional(),
  result: z.unknown().optional(),
  error: z.unknown().optional(),
});

/** `challenge` params (`protocol/01 §4.2`). */
export const challengeSchema = z.object({ nonce: text.min(1), server_time: z.number().optional() });

/** Discovery document (`protocol/01 §3.2`). */
export const discoverySchema = z.object({
  gateways: z
    .array(z.object({ url: text.optional(), priority: z.coerce.number().catch(999).default(999) }))
    .min(1),
});

/** `auth.create_aid` result (`protocol/01 §7.1`). */
export const createAidResultSchema = z.object({ cert: text.min(1) });

/** `auth.aid_login1` result (`protocol/01 §7.2`). */
export const login1ResultSchema = z.object({
  request_id: text.min(1),
  nonce: text.min(1),
  client_nonce_signature: text.min(1),
  auth_cert: text.min(1),
  server_time: z.number().optional(),
});

/** `auth.aid_login2` result (`protocol/01 §7.3`): the first non-empty of three token names counts. */
export const login2ResultSchema = z
  .object({
    access_token: text.optional(),
    token: text.optional(),
    kite_token: text.optional(),
    refresh_token: text.optional(),
    expires_in: z.number().positive().default(3600),
    new_cert: text.optional(),
    active_cert: text.optional(),
  })
  .transform((value) => ({ ...value, access: value.access_token || value.token || value.kite_token || '' }));

/** `auth.refresh_token` result (`protocol/01 §7.4`). */
export const refreshResultSchema = z.object({
  success: z.boolean(),
  error: text.optional(),
  access_token: text.optional(),
  refresh_token: text.optional(),
  expires_in: z.number().positive().default(3600),
  new_cert: text.optional(),
  active_cert: text.optional(),
  relogin_required: z.boolean().optional(),
});

/** `auth.connect` result (`protocol/01 §5.2`). */
export const helloSchema = z.looseObject({
  status: text,
  server_time: z.number().optional(),
  heartbeat_interval: z.number().optional(),
  connection: z.looseObject({ id: text.optional() }).optional(),
  capabilities: z
    .looseObject({
      features: z
        .looseObject({ max_message_size: z.number().optional(), notify: z.unknown().optional() })
        .optional(),
    })
    .optional(),
});

/** `meta.ping` result. */
export const pongSchema = z.looseObject({
  timestamp: z.number().optional(),
  heartbeat_interval: z.number().optional(),
});

/** `event/gateway.disconnect` params (`protocol/01 §5.8`). */
export const gatewayDisconnectSchema = z.object({
  code: z.number(),
  reason: text.default(''),
  detail: z.record(text, z.unknown()).optional(),
});

/** Prekey material as uploaded and served (`protocol/02 §2.2`). */
export const prekeySchema = z.object({
  prekey_id: text.trim().min(1),
  public_key: text.trim().min(1),
  signature: text.trim().min(1),
  created_at: epochMs.nullish(),
  cert_fingerprint: text.trim().toLowerCase().nullish(),
  device_id: text.trim().nullish(),
});
export type WirePrekey = z.infer<typeof prekeySchema>;

/** `message.e2ee.get_prekey` result; entries are checked one by one so that a bad one hides no good one. */
export const getPrekeyResultSchema = z.object({
  found: z.boolean().default(false),
  device_prekeys: z.array(z.unknown()).optional(),
  prekey: z.unknown().optional(),
});

/** V1 P2P envelope (`protocol/02 §3.3`). Kept loose: unknown members must survive storage and healing. */
export const envelopeV1Schema = z.looseObject({
  type: z.literal('e2ee.encrypted'),
  version: text.optional(),
  encryption_mode: text,
  suite: text,
  prekey_id: text.optional(),
  ephemeral_public_key: text,
  protected_headers: z.unknown().optional(),
  context: z.unknown().optional(),
  nonce: text,
  ciphertext: text,
  tag: text,
  aad: z.looseObject({}),
  sender_signature: text,
  sender_cert_fingerprint: text.optional(),
});
export type EnvelopeV1 = z.infer<typeof envelopeV1Schema>;

/** One inbox row: pull result or `event/message.received` params (`protocol/04 §3.2`, `§4.1`). */
export const messageRowSchema = z.looseObject({
  message_id: text.min(1),
  seq: z.number().int().nonnegative().optional(),
  from: text.default(''),
  to: text.default(''),
  timestamp: z.number().default(0),
  type: text.optional(),
  encrypted: z.boolean().optional(),
  direction: text.optional(),
  device_id: text.optional(),
  slot_id: text.optional(),
  payload: z.unknown(),
  context: z.unknown().optional(),
});
export type MessageRow = z.infer<typeof messageRowSchema>;

/** `message.pull` result; rows are parsed one by one so that a bad one is kept and explained, not dropped. */
export const pullResultSchema = z.object({
  messages: z.array(z.unknown()),
  latest_seq: z.number().int().optional(),
  server_ack_seq: z.number().int().optional(),
  retention_floor_seq: z.number().int().default(0),
});

/** `message.send` result (`protocol/04 §3.1`). `device_seqs` is an extension of our gateway. */
export const sendResultSchema = z.object({
  message_id: text.optional(),
  seq: z.number().int().optional(),
  timestamp: epochMs.optional(),
  status: text.default('sent'),
  device_seqs: z.record(text, z.number().int()).optional(),
});

/** `event/message.ack` params (`protocol/04 §4.3`). */
export const ackEventSchema = z.object({
  to: text,
  ack_seq: z.number().int(),
  device_id: text.default(''),
  slot_id: text.default(''),
});

/** `event/message.recalled` params (`protocol/04 §4.4`). */
export const recalledEventSchema = z.looseObject({
  from: text.default(''),
  to: text.default(''),
  message_ids: z.array(text).default([]),
  timestamp: z.number().optional(),
  seq: z.number().int().optional(),
});

/** `message.query_online` result. */
export const onlineResultSchema = z.object({ online: z.record(text, z.boolean()) });
