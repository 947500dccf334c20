import { z } from 'zod';
import type { JsonObject } from '../../shared/aun/canonical-json';

/** Type of a V1 group envelope, and of the message that carries one. */
export const GROUP_ENVELOPE = 'e2ee.group_encrypted';

const schema = z.object({
  type: z.literal(GROUP_ENVELOPE),
  version: z.literal('1'),
  epoch: z.number().int().positive(),
  ciphertext: z.string().min(1),
  nonce: z.string().min(1),
  tag: z.string().min(1),
  sender_signature: z.string().min(1),
  aad: z.object({ group_id: z.string(), from: z.string(), message_id: z.string().min(1), epoch: z.number() }),
});

/** What the gateway can see of a sealed message (`protocol/02 §8.3`). */
export interface EnvelopeFacts {
  readonly epoch: number;
  readonly aadEpoch: number;
  readonly groupId: string;
  readonly from: string;
}

/** Whether a payload claims to be a V1 group envelope; one of V2 has the same type and another version. */
export function isGroupEnvelope(payload: JsonObject): boolean {
  return payload['type'] === GROUP_ENVELOPE && payload['version'] !== 'v2';
}

/** The outside of a V1 group envelope; null when it is none. */
export function envelopeFacts(payload: JsonObject): EnvelopeFacts | null {
  const parsed = schema.safeParse(payload);
  if (!parsed.success) return null;
  const { epoch, aad } = parsed.data;
  return { epoch, aadEpoch: aad.epoch, groupId: aad.group_id, from: aad.from };
}
