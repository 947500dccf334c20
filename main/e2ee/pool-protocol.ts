import { z } from 'zod';
import { undecryptableReasonSchema } from '../../shared/model/message';
import { checkedEnvelopeSchema } from './v1/incoming';

/** Messages between the pool and its workers: plain data, key bytes in buffers that are handed over, not copied. */
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const account = z.number().int();
const job = z.number().int();

/** One key a worker is given. */
const keySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('prekey'), id: z.string(), pkcs8: bytes }),
  z.object({ kind: z.literal('sender'), aid: z.string(), fingerprint: z.string(), spki: bytes }),
]);
export type WorkerKey = z.infer<typeof keySchema>;

export const workerRequestSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('account'),
    account,
    identities: z.array(z.object({ key: z.string(), pkcs8: bytes })),
  }),
  z.object({ kind: z.literal('keys'), account, keys: z.array(keySchema) }),
  z.object({ kind: z.literal('open'), account, job, envelopes: z.array(checkedEnvelopeSchema) }),
  z.object({ kind: z.literal('forget'), account }),
  z.object({ kind: z.literal('stop') }),
]);
export type WorkerRequest = z.infer<typeof workerRequestSchema>;

const outcomeSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), plaintext: z.string() }),
  z.object({
    ok: z.literal(false),
    reason: undecryptableReasonSchema,
    detail: z.string(),
    mayHeal: z.boolean(),
  }),
]);
export type OpenOutcome = z.infer<typeof outcomeSchema>;

export const workerReplySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('stopped') }),
  z.object({ kind: z.literal('opened'), job, outcomes: z.array(outcomeSchema) }),
]);
export type WorkerReply = z.infer<typeof workerReplySchema>;
