import { z } from 'zod';
import { decodeBase64 } from '../primitives';

/** Payload types that carry group keys; they come inside P2P envelopes only and are never shown (`protocol/02 §10`). */
export const GROUP_CONTROL_TYPES: ReadonlySet<string> = new Set([
  'e2ee.group_key_distribution',
  'e2ee.group_key_request',
  'e2ee.group_key_response',
]);
/** Bytes of a group secret. */
export const GROUP_SECRET_BYTES = 32;

const MOST_MEMBERS = 2000;
const id = z.string().min(1).max(512);
const aids = z.array(z.string().min(1).max(320)).max(MOST_MEMBERS);
const epoch = z.number().int().min(1).max(0xffff_ffff);
const time = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const hex64 = z.string().regex(/^[0-9a-fA-F]{64}$/);
/** Absent, null and empty mean the same: there is none. */
const optionalChain = hex64.or(z.literal('')).nullish();
const secret = z.string().refine((text) => decodeBase64(text)?.length === GROUP_SECRET_BYTES);

/** Signed list of members (`protocol/02 §8.6`). */
export const manifestSchema = z.object({
  manifest_version: z.literal(1),
  group_id: id,
  epoch,
  prev_epoch: z.number().int().min(0).nullable().default(null),
  member_aids: aids,
  added: aids.default([]),
  removed: aids.default([]),
  initiator_aid: id,
  issued_at: time,
  signature: z.string().max(512),
});
export type GroupManifest = z.infer<typeof manifestSchema>;

/** A key that is handed out (`protocol/02 §10.1`); without a manifest it is refused. */
export const keyDistributionSchema = z.object({
  type: z.literal('e2ee.group_key_distribution'),
  group_id: id,
  epoch,
  group_secret: secret,
  commitment: hex64,
  member_aids: aids,
  distributed_by: id,
  distributed_at: time,
  manifest: manifestSchema,
  epoch_chain: optionalChain,
  rotation_id: z.string().max(128).nullish(),
});
export type KeyDistribution = z.infer<typeof keyDistributionSchema>;

/** Somebody asks for a key (`protocol/02 §10.3`). */
export const keyRequestSchema = z.object({
  type: z.literal('e2ee.group_key_request'),
  group_id: id,
  epoch,
  requester_aid: id,
  request_id: z.string().min(1).max(128),
  requested_at: time,
});
export type KeyRequest = z.infer<typeof keyRequestSchema>;

/** The answer to a request (`protocol/02 §10.3`). */
export const keyResponseSchema = z.object({
  type: z.literal('e2ee.group_key_response'),
  group_id: id,
  epoch,
  group_secret: secret,
  commitment: hex64,
  member_aids: aids,
  requester_aid: id,
  request_id: z.string().min(1).max(128),
  responder_aid: id,
  issued_at: time,
  epoch_chain: optionalChain,
  response_version: z.literal(1),
  response_signature: z.string().max(512),
});
export type KeyResponse = z.infer<typeof keyResponseSchema>;

/** Any control message, parsed. */
export const groupControlSchema = z.discriminatedUnion('type', [
  keyDistributionSchema,
  keyRequestSchema,
  keyResponseSchema,
]);

/** Whether an opened payload is a group control message, well-formed or not. */
export function isGroupControl(payload: unknown): boolean {
  const typed = z.object({ type: z.string() }).safeParse(payload);
  return typed.success && GROUP_CONTROL_TYPES.has(typed.data.type);
}

/** The bytes of a secret in a control message. @throws RangeError when it is none */
export function secretOf(control: { readonly group_secret: string }): Uint8Array {
  const bytes = decodeBase64(control.group_secret);
  if (bytes?.length !== GROUP_SECRET_BYTES) throw new RangeError('not a group secret');
  return bytes;
}
