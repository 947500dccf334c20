import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { manifestSchema } from '../v1/group';

const text = z.string();
const object = z.record(text, z.json());

const schema = z.object({
  group: z.object({
    group_id: text,
    secrets: z.record(text, text),
    membership_commitment: z.array(
      z.object({ member_aids: z.array(text), epoch: z.number(), secret: text, commitment: text }),
    ),
    epoch_chain: z.array(
      z.object({
        prev_chain: text.nullable(),
        epoch: z.number(),
        commitment: text,
        rotator_aid: text,
        chain: text,
      }),
    ),
    epoch_chain_negative: z.array(
      z.object({
        prev_chain: text.nullable(),
        epoch: z.number(),
        commitment: text,
        rotator_aid: text,
        chain: text,
      }),
    ),
    manifest: z.array(
      z.object({
        name: text,
        signed: manifestSchema,
        sign_data_utf8: text,
        python_sign_data_utf8: text.optional(),
        signer: text,
      }),
    ),
    key_distribution: z.object({ payload: object }),
    key_distribution_cases: z.array(
      z.object({
        name: text,
        receiver: text,
        payload: object,
        sdk_result: text,
        stored: object.nullable(),
        preloaded_epoch1_chain: text.optional(),
      }),
    ),
    key_request: object,
    key_response: z.object({ payload: object, sign_data_utf8: text, signer: text }),
    key_response_cases: z.array(
      z.object({ name: text, payload: object, request_remembered: z.json(), sdk_result: text }),
    ),
    messages: z.array(
      z.object({
        name: text,
        inputs: z.object({
          sender_identity_key: text,
          group_id: text,
          epoch: z.number(),
          group_secret_hex: text,
          from: text,
          message_id: text,
          timestamp: z.number(),
          nonce_hex: text,
          payload: object,
          protected_headers: object.nullable(),
          context: object.nullable(),
        }),
        expected: z.object({
          message_key_hex: text,
          aad_utf8: text,
          ciphertext_hex: text,
          tag_hex: text,
        }),
        envelope: object,
        message: object,
      }),
    ),
    messages_negative: z.array(
      z.object({ name: text, message: object, sdk_result: text, recommended: text }),
    ),
    ecies: z.object({
      recipient_key: text,
      ephemeral_key: text,
      iv_hex: text,
      plaintext_hex: text,
      blob_b64: text,
      negative_tag_flip_b64: text,
    }),
    state_hash: z.array(
      z.object({
        group_id: text,
        state_version: z.number(),
        key_epoch: z.number(),
        members: z.array(z.object({ aid: text, role: text })),
        policy: object,
        prev_state_hash: text,
        state_hash: text,
      }),
    ),
    rotation_signature: z.object({
      signer: text,
      v2_sign_data_utf8: text,
      begin_rotation_params: z.looseObject({
        group_id: text,
        base_epoch: z.number(),
        target_epoch: z.number(),
        rotation_id: text,
        reason: text,
        key_commitment: text,
        expected_members: z.array(text),
        required_acks: z.array(text),
        rotation_timestamp: text,
        rotation_signature: text,
      }),
    }),
  }),
});

/** The published vectors of generation V1, group part. */
export const groupVectors = schema.parse(
  JSON.parse(readFileSync(path.resolve(__dirname, '../../../e2e/vectors/e2ee-v1.json'), 'utf8')),
).group;

/** Secret of an epoch in the vectors. */
export function vectorSecret(epoch: number | string): Buffer {
  const hex = groupVectors.secrets[String(epoch)];
  if (hex === undefined) throw new Error(`the vectors have no secret of epoch ${epoch}`);
  return Buffer.from(hex, 'hex');
}
