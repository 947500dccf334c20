import type { KeyObject } from 'node:crypto';
import { canonicalJson } from '../../../../shared/aun/canonical-json';
import type { Identity } from '../../../ports/identity';
import { decodeBase64, isSignatureValid } from '../primitives';
import { sortedAids } from './commitment';
import type { GroupManifest, KeyResponse } from './controls';

type Signer = Pick<Identity, 'sign'>;

/** The nine lines of a manifest that are signed (`protocol/02 §8.6`). `none` is the word Python puts for a null epoch. */
export function manifestText(manifest: Omit<GroupManifest, 'signature'>, none = ''): string {
  return [
    manifest.manifest_version,
    manifest.group_id,
    manifest.epoch,
    manifest.prev_epoch ?? none,
    manifest.member_aids.join('|'),
    manifest.added.join('|'),
    manifest.removed.join('|'),
    manifest.initiator_aid,
    manifest.issued_at,
  ].join('\n');
}

/** Signs a manifest; its lists are sorted first. */
export function signManifest(signer: Signer, manifest: Omit<GroupManifest, 'signature'>): GroupManifest {
  const sorted = {
    ...manifest,
    member_aids: sortedAids(manifest.member_aids),
    added: sortedAids(manifest.added),
    removed: sortedAids(manifest.removed),
  };
  return { ...sorted, signature: sign(signer, manifestText(sorted)) };
}

/** Whether the key signed the manifest, in either spelling of a missing previous epoch. */
export function isManifestSigned(manifest: GroupManifest, key: KeyObject): boolean {
  if (isSigned(key, manifestText(manifest), manifest.signature)) return true;
  return manifest.prev_epoch === null && isSigned(key, manifestText(manifest, 'None'), manifest.signature);
}

/** The nine lines of an answer to a key request that are signed (`protocol/02 §10.3`). */
export function responseText(response: Omit<KeyResponse, 'response_signature'>): string {
  return [
    response.response_version,
    response.group_id,
    response.epoch,
    response.requester_aid,
    response.request_id,
    response.responder_aid,
    response.commitment,
    sortedAids(response.member_aids).join('|'),
    response.issued_at,
  ].join('\n');
}

/** Signs an answer. */
export function signResponse(signer: Signer, response: Omit<KeyResponse, 'response_signature'>): KeyResponse {
  return { ...response, response_signature: sign(signer, responseText(response)) };
}

/** Whether the key signed the answer. */
export function isResponseSigned(response: KeyResponse, key: KeyObject): boolean {
  return isSigned(key, responseText(response), response.response_signature);
}

/** What a rotation signature covers (`protocol/02 §13.2`, version 2). */
export interface RotationFacts {
  readonly group: string;
  readonly baseEpoch: number;
  readonly targetEpoch: number;
  readonly aid: string;
  /** Unix seconds as a decimal text. */
  readonly timestamp: string;
  readonly rotationId: string;
  readonly reason: string;
  readonly keyCommitment: string;
  readonly expectedMembers: readonly string[];
  readonly requiredAcks: readonly string[];
}

/** The signed text of a rotation. Manifest hash and chain are always empty, as 0.2.20 signs them. */
export function rotationText(facts: RotationFacts): string {
  const names = (aids: readonly string[]): string[] =>
    sortedAids(aids.map((aid) => aid.trim()).filter((aid) => aid !== ''));
  return canonicalJson({
    version: 'v2',
    group_id: facts.group,
    base_epoch: facts.baseEpoch,
    target_epoch: facts.targetEpoch,
    aid: facts.aid,
    rotation_timestamp: facts.timestamp,
    rotation_id: facts.rotationId,
    reason: facts.reason,
    key_commitment: facts.keyCommitment,
    manifest_hash: '',
    epoch_chain: '',
    expected_members: names(facts.expectedMembers),
    required_acks: names(facts.requiredAcks),
  });
}

/** The three params that prove who rotates. */
export function rotationSignature(
  signer: Signer,
  facts: RotationFacts,
): { rotation_signature: string; rotation_timestamp: string; rotation_sig_version: 'v2' } {
  return {
    rotation_signature: sign(signer, rotationText(facts)),
    rotation_timestamp: facts.timestamp,
    rotation_sig_version: 'v2',
  };
}

function sign(signer: Signer, text: string): string {
  return signer.sign(Buffer.from(text, 'utf8')).toString('base64');
}

function isSigned(key: KeyObject, text: string, signature: string): boolean {
  const der = decodeBase64(signature);
  return der !== null && der.length > 0 && isSignatureValid(key, Buffer.from(text, 'utf8'), der);
}
