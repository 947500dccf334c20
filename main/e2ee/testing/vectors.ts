import { createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { prekeySchema } from '../../../shared/aun/wire';
import type { Certificate } from '../../ports/identity';
import { readCertificate } from './parties';

const text = z.string();
const object = z.record(text, z.json());
const inputsSchema = z.object({
  sender_identity_key: text,
  recipient_cert: text,
  recipient_identity_key: text,
  prekey: text.nullable(),
  ephemeral_key: text,
  nonce_hex: text,
  from: text,
  to: text,
  message_id: text,
  timestamp: z.number(),
  payload: object,
  protected_headers: object.nullable(),
  context: object.nullable(),
});
const expectedSchema = z.object({
  dh_hex: z.array(text),
  ikm_hex: text,
  hkdf_info: text,
  message_key_hex: text,
  plaintext_utf8: text,
  aad_utf8: text,
  ciphertext_hex: text,
  tag_hex: text,
  sender_sign_payload_hex: text,
});
const prekeyVectorSchema = z.object({
  owner: text,
  private_key: text,
  upload_params: prekeySchema,
  sign_payload_utf8: text,
});
const schema = z.object({
  aids: z.record(text, text),
  keys: z.record(text, z.object({ private_scalar_hex: text, pkcs8_pem: text, spki_der_b64: text })),
  certs: z.record(
    text,
    z.object({ aid: text, pem: text, der_sha256_fingerprint: text, spki_sha256_fingerprint: text }),
  ),
  prekeys: z.object({
    bob_laptop: prekeyVectorSchema,
    alice_tablet: prekeyVectorSchema,
    negative: z.array(
      z.object({
        name: text,
        base: text,
        patch: object.default({}),
        remove: z.array(text).default([]),
        expect: text,
      }),
    ),
  }),
  p2p: z.array(
    z.object({
      name: text,
      inputs: inputsSchema,
      expected: expectedSchema,
      envelope: object,
      message: object,
      decrypted: z.object({ payload: object, e2ee: object }),
      receiver: text,
      receiver_prekey: text.nullish(),
    }),
  ),
  p2p_negative: z.array(
    z.object({ name: text, receiver: text, message: object, sdk_result: text, recommended: text }),
  ),
  metadata_auth: z.array(
    z.object({
      of: text,
      message_key_hex: text,
      metadata_key_hex: text,
      protected_headers: object.nullable(),
      context: object.nullable(),
    }),
  ),
  canonical_json: z.array(z.object({ value: z.json(), canonical_utf8: text })),
});

/** The published vectors of generation V1, P2P part. */
export const vectors = schema.parse(
  JSON.parse(readFileSync(path.resolve(__dirname, '../../../e2e/vectors/e2ee-v1.json'), 'utf8')),
);
export type MessageVector = (typeof vectors.p2p)[number];

function member<Value>(record: Readonly<Record<string, Value>>, name: string): Value {
  const value = record[name];
  if (value === undefined) throw new Error(`the vectors have no ${name}`);
  return value;
}

export const vectorKey = (name: string): KeyObject => createPrivateKey(member(vectors.keys, name).pkcs8_pem);
export const vectorScalar = (name: string): Buffer =>
  Buffer.from(member(vectors.keys, name).private_scalar_hex, 'hex');
export const vectorCertificate = (name: string): Certificate =>
  readCertificate(member(vectors.certs, name).pem);
export const vectorAid = (name: string): string => member(vectors.aids, name);
export const vectorPrekey = (name: string): z.infer<typeof prekeyVectorSchema> =>
  name === 'alice_tablet' ? vectors.prekeys.alice_tablet : vectors.prekeys.bob_laptop;
