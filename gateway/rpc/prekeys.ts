import { z } from 'zod';
import { prekeySchema } from '../../shared/aun/wire';
import { parsePublicKey, verifySignature } from '../ca/keys';
import { invalidParams } from '../errors';
import type { PrekeyRecord } from '../store/prekeys';
import type { SessionCall } from './method';
import { parseParams } from './method';

const getSchema = z.object({ aid: z.string() });
const DEVICE = /^[A-Za-z0-9._-]{0,128}$/;

/**
 * `message.e2ee.put_prekey` (`protocol/02 §2.2`): one current prekey for each device of the caller. The signature must
 * be the caller's, so that one bad upload cannot block every sender.
 */
export function putPrekey(call: SessionCall): unknown {
  const { gateway, session } = call;
  const input = parseParams(prekeySchema, call.params);
  const deviceId = input.device_id || session.deviceId;
  if (!DEVICE.test(deviceId)) throw invalidParams('invalid params: device_id');
  if (parsePublicKey(input.public_key, 'P-256') === null) throw invalidParams('invalid prekey public_key');
  const createdAt = input.created_at ?? null;
  const fingerprint = input.cert_fingerprint || null;
  const signed = `${input.prekey_id}|${input.public_key}${createdAt === null ? '' : `|${createdAt}`}`;
  const { certificates } = gateway.store;
  const named = fingerprint === null ? null : certificates.byFingerprint(fingerprint);
  if (fingerprint !== null && (named?.owner !== session.aid || named.status === 'revoked')) {
    throw invalidParams('prekey cert_fingerprint is not one of the caller');
  }
  const signer = named ?? certificates.active(session.aid, 'P-256');
  if (signer === null || !verifySignature(signer.publicKey, signed, input.signature)) {
    throw invalidParams('prekey signature verification failed');
  }
  gateway.store.transaction(() => {
    gateway.store.prekeys.put({
      aid: session.aid,
      deviceId,
      prekeyId: input.prekey_id,
      publicKey: input.public_key,
      signature: input.signature,
      createdAt,
      certFingerprint: fingerprint,
      updatedAt: gateway.clock.now(),
    });
    gateway.delivery.deviceKnown(session.aid, deviceId);
  });
  return { ok: true, prekey_id: input.prekey_id, device_id: deviceId };
}

/** `message.e2ee.get_prekey`: never consumes; an unknown AID is `found:false`, not an error. */
export function getPrekey({ gateway, params }: SessionCall): unknown {
  const { aid } = parseParams(getSchema, params);
  const [first, ...rest] = gateway.store.prekeys.current(aid, gateway.delivery.seenSince).map(material);
  if (first === undefined) return { found: false };
  return { found: true, device_prekeys: [first, ...rest], prekey: first };
}

function material(record: PrekeyRecord) {
  return {
    prekey_id: record.prekeyId,
    public_key: record.publicKey,
    signature: record.signature,
    ...(record.createdAt === null ? {} : { created_at: record.createdAt }),
    ...(record.certFingerprint === null ? {} : { cert_fingerprint: record.certFingerprint }),
    ...(record.deviceId === '' ? {} : { device_id: record.deviceId }),
  };
}
