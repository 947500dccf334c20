import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { JsonObject } from '../../../shared/aun/canonical-json';
import { ALICE } from './world';
import type { AttachmentWorld, TestPerson } from './world';

/** Lower-case hex SHA-256. */
export const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A finished reference (`protocol/06 §3`). */
export const referenceSchema = z.object({
  owner_aid: z.string(),
  bucket: z.string(),
  object_key: z.string(),
  filename: z.string(),
  content_type: z.string(),
  size_bytes: z.number(),
  sha256: z.string(),
  enc: z.object({
    v: z.number(),
    alg: z.string(),
    key: z.string(),
    iv: z.string(),
    aad: z.string(),
    filename: z.string(),
    content_type: z.string(),
    size_bytes: z.number(),
    sha256: z.string(),
  }),
  thumbnail: z.unknown().optional(),
});
/** A payload with finished references. */
export const payloadSchema = z.looseObject({ attachments: z.array(referenceSchema) });

/** Uploads bytes as one message of Alice and gives the finished payload. */
export async function uploaded(
  alice: TestPerson,
  bytes: Uint8Array,
  about: { name?: string; type?: string } = {},
): Promise<JsonObject> {
  const { id } = await alice.take(bytes, about);
  const { payload } = await alice.enqueue([id]);
  return alice.attachments.complete(payload, [id]);
}

/** Alice sends bytes as a file, and it is there with its row, not yet fetched, at Bob's. */
export async function receivedIn(
  world: AttachmentWorld,
  bytes: Uint8Array,
  about: { name?: string; type?: string } = {},
) {
  const alice = await world.person('alice');
  const bob = await world.person('bobby');
  const payload = await uploaded(alice, bytes, about);
  const [reference] = payloadSchema.parse(payload).attachments;
  const { rows, message } = await bob.receive(ALICE, payload);
  const [row] = rows;
  if (row === undefined || reference === undefined) throw new Error('nothing was received');
  return { alice, bob, payload, reference, row, message };
}
