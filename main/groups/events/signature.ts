import { verify } from 'node:crypto';
import { z } from 'zod';
import { parsePeerAid } from '../../../shared/aun/aid';
import type { GroupAction, SignatureStanding } from '../../../shared/model/group';
import type { GroupPeers } from '../../ports/group-e2ee';
import { wireTime } from '../wire';
import type { GroupEvent } from './read';

/** How far the signed time may be from the event's, in ms (`protocol/05 §7.7`). */
const MAX_SKEW_MS = 10 * 60_000;

/** The methods that can have caused an action (`protocol/05 §7.3`), without `group.`. */
const METHODS: Readonly<Partial<Record<GroupAction, readonly string[]>>> = {
  update: ['update', 'set_settings', 'bind_group_aid'],
  member_added: ['add_member', 'invite'],
  joined: ['request_join'],
  join_approved: ['review_join_request', 'batch_review_join_request'],
  invite_code_used: ['use_invite_code'],
  member_left: ['leave'],
  member_removed: ['kick', 'remove_member'],
  role_changed: ['set_role'],
  owner_transferred: ['transfer_owner', 'complete_transfer'],
  member_banned: ['ban'],
  member_unbanned: ['unban'],
  announcement_updated: ['update_announcement', 'set_settings'],
  rules_updated: ['update_rules', 'set_settings'],
  join_requirements_updated: ['update_join_requirements', 'set_settings'],
  join_requested: ['request_join'],
  join_rejected: ['review_join_request', 'batch_review_join_request'],
  suspended: ['suspend'],
  resumed: ['resume'],
  dissolved: ['dissolve'],
  resource_put: ['resources.put'],
  resource_updated: ['resources.update'],
  resource_deleted: ['resources.delete'],
  resource_direct_added: ['resources.direct_add'],
  resource_request_created: ['resources.request_add'],
  resource_request_approved: ['resources.approve_request'],
  resource_request_rejected: ['resources.reject_request'],
};

const signatureSchema = z.object({
  aid: z.string().max(300),
  cert_fingerprint: z.string().max(128).catch(''),
  timestamp: z.string().max(20),
  params_hash: z.string().max(128),
  signature: z.string().max(1024),
  _method: z.string().max(80).catch(''),
});

/**
 * What is known of the signature under an event (`protocol/05 §7.7`). The event does not hold what was signed, so a valid one says
 * that its author did ask for something of this kind at that time, never that what is shown is what they asked for. Besides the
 * signature itself the author has to be the one who is named as the actor, and method and time have to fit.
 * @returns `unchecked` where the certificate cannot be had now
 */
export async function judgeSignature(
  event: GroupEvent,
  peers: Pick<GroupPeers, 'certificate' | 'certificateNamed'>,
): Promise<SignatureStanding> {
  const given = event.raw['client_signature'];
  if (given === undefined || given === null || given === '') return 'unsigned';
  const parsed = signatureSchema.safeParse(given);
  if (!parsed.success) return 'invalid';
  const {
    aid,
    timestamp,
    params_hash: hash,
    signature,
    _method: method,
    cert_fingerprint: print,
  } = parsed.data;
  const signer = parsePeerAid(aid);
  if (signer === null || signer !== event.actor || !isPlausible(event, method, timestamp)) return 'invalid';
  try {
    const certificate =
      print === '' ? await peers.certificate(signer) : await peers.certificateNamed(signer, print);
    const data = Buffer.from(`${method}|${aid}|${timestamp}|${hash}`, 'utf8');
    const bytes = Buffer.from(signature, 'base64');
    return verify('sha256', data, { key: certificate.publicKey, dsaEncoding: 'der' }, bytes)
      ? 'verified'
      : 'invalid';
  } catch {
    // No certificate that verifies, now: nothing is known, which is not the same as wrong.
    return 'unchecked';
  }
}

function isPlausible(event: GroupEvent, method: string, timestamp: string): boolean {
  if (!method.startsWith('group.')) return false;
  const methods = event.known === null ? null : (METHODS[event.known] ?? null);
  if (methods !== null && !methods.includes(method.slice('group.'.length))) return false;
  const signedAt = /^\d{1,15}$/.test(timestamp) ? wireTime(Number(timestamp)) : null;
  return signedAt !== null && (event.at === null || Math.abs(signedAt - event.at) <= MAX_SKEW_MS);
}
