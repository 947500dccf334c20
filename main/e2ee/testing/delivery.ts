import { z } from 'zod';
import type { SealedMessage } from '../../ports/e2ee';
import { aadText, signedBytes } from '../v1/aad';
import type { TestIdentity } from './parties';

const copySchema = z.object({ device_id: z.string(), envelope: z.record(z.string(), z.unknown()) });
const paramsSchema = z.object({
  message_id: z.string(),
  timestamp: z.number(),
  payload: z.object({ recipient_copies: z.array(copySchema), self_copies: z.array(copySchema) }),
});
type Copy = z.infer<typeof copySchema>;

/** The copies inside `message.send` params, after a trip through JSON. */
export function sealedCopies(sealed: SealedMessage): { recipient: Copy[]; self: Copy[] } {
  const { payload } = paramsSchema.parse(JSON.parse(JSON.stringify(sealed.params)));
  return { recipient: payload.recipient_copies, self: payload.self_copies };
}

/** Splits a sealed message as a gateway does: the row of each device (`protocol/02 §5.2`). */
export function deliver(
  sealed: SealedMessage,
  from: string,
  to: string,
): Map<string, Record<string, unknown>> {
  const { message_id, timestamp } = paramsSchema.parse(sealed.params);
  const { recipient, self } = sealedCopies(sealed);
  const rows = new Map<string, Record<string, unknown>>();
  const add = (copies: readonly Copy[], direction: string): void => {
    for (const { device_id, envelope } of copies) {
      rows.set(device_id, {
        message_id,
        from,
        to,
        seq: 1,
        timestamp: timestamp + 5,
        type: 'e2ee.encrypted',
        encrypted: true,
        direction,
        device_id,
        payload: envelope,
      });
    }
  };
  add(recipient, 'inbound');
  if (to !== from) add(self, 'outbound_sync');
  return rows;
}

const signedSchema = z.looseObject({
  ciphertext: z.string(),
  tag: z.string(),
  aad: z.record(z.string(), z.union([z.string(), z.number()])),
});

/** Changes members of an envelope in both places where they stand and signs it again, as a dishonest sender can. */
export function resign(
  envelope: unknown,
  sender: TestIdentity,
  changes: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const parsed = signedSchema.parse(envelope);
  const aad = { ...parsed.aad, ...changes };
  const bytes = signedBytes(
    Buffer.from(parsed.ciphertext, 'base64'),
    Buffer.from(parsed.tag, 'base64'),
    Buffer.from(aadText(aad), 'utf8'),
  );
  return { ...parsed, ...changes, aad, sender_signature: sender.sign(bytes).toString('base64') };
}
