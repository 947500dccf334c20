import { z } from 'zod';
import { anything, wireCount, wireJoinMode, wireRole, wireTime } from '../wire-values';
import type { GroupRole, JoinMode } from '../../../shared/model/group';

/*
 * What a gateway answers about the keys of a group (`protocol/02 §11.4`), read tolerantly and bounded: whatever is missing or
 * malformed is empty, nothing here throws. AIDs stay exactly as told, because they go into commitments letter by letter.
 */

const MOST_MEMBERS = 5000;
const LONGEST = 512;
/** Epochs are written into chains as 32 bits. */
const LAST_EPOCH = 0xffff_ffff;

const text = anything.transform((value) => (typeof value === 'string' ? value.slice(0, LONGEST) : ''));
const epoch = anything.transform((value) => {
  const count = wireCount(value);
  return count !== null && count <= LAST_EPOCH ? count : 0;
});
const object = z.record(z.string(), z.unknown());

function nameOf(value: unknown): string {
  const name: unknown = typeof value === 'string' ? value : object.safeParse(value).data?.['aid'];
  return typeof name === 'string' && name.length <= 320 ? name : '';
}

/** Names in the order given, each once. A list that is too long or holds what is no name is no list: null. */
const aids = anything.transform((value): readonly string[] => {
  if (!Array.isArray(value) || value.length > MOST_MEMBERS) return [];
  const names = value.map(nameOf);
  return names.includes('') ? [] : [...new Set(names)];
});

const rotationFields = z.object({
  rotation_id: text,
  base_epoch: epoch,
  target_epoch: epoch,
  status: text,
  key_commitment: text,
  expected_members: aids,
  lease_owner: text,
  lease_expires_at: anything.transform(wireTime),
  expired: anything.transform((value) => value === true),
  epoch_chain: text,
  rotated_by: text,
  committed_by: text,
});

/** A change of key as the gateway tells it. Empty texts and lists were not told. */
export interface Rotation {
  readonly id: string;
  readonly target: number;
  readonly status: string;
  readonly commitment: string;
  readonly expected: readonly string[];
  readonly leaseOwner: string;
  /** Unix ms, or null. */
  readonly leaseEndsAt: number | null;
  readonly expired: boolean;
  readonly chain: string;
  readonly rotator: string;
}

/** Reads a rotation; null when there is none. */
export function readRotation(value: unknown): Rotation | null {
  const parsed = rotationFields.safeParse(value);
  if (!parsed.success || parsed.data.rotation_id === '') return null;
  const raw = parsed.data;
  return {
    id: raw.rotation_id,
    target: raw.target_epoch,
    status: raw.status,
    commitment: raw.key_commitment.trim().toLowerCase(),
    expected: raw.expected_members,
    leaseOwner: raw.lease_owner,
    leaseEndsAt: raw.lease_expires_at,
    expired: raw.expired,
    chain: raw.epoch_chain.trim().toLowerCase(),
    rotator: raw.rotated_by || raw.lease_owner || raw.committed_by,
  };
}

const epochFields = z.object({
  epoch,
  committed_epoch: anything,
  pending_rotation: anything.transform(readRotation),
  committed_rotation: anything.transform(readRotation),
  rotated_by: text,
  owner_aid: text,
  recovery_candidates: aids,
  admins: aids,
  members: aids,
});

/** Where a group stands (`group.e2ee.get_epoch`). */
export interface EpochState {
  readonly committed: number;
  readonly pending: Rotation | null;
  /** The rotation that made the committed epoch. */
  readonly rotation: Rotation | null;
  /** Who may be asked for a key, best first, each once. */
  readonly candidates: readonly string[];
  readonly owner: string;
  readonly members: readonly string[];
}

/** Reads the answer of `group.e2ee.get_epoch`; null when it is no object. */
export function readEpochState(value: unknown): EpochState | null {
  const parsed = epochFields.safeParse(value);
  if (!parsed.success) return null;
  const raw = parsed.data;
  const told = wireCount(raw.committed_epoch);
  const committed = told !== null && told <= LAST_EPOCH ? told : raw.epoch;
  const names = [raw.rotated_by, raw.owner_aid, ...raw.recovery_candidates, ...raw.admins, ...raw.members];
  return {
    committed,
    pending: raw.pending_rotation,
    rotation: raw.committed_rotation,
    candidates: [...new Set(names.filter((name) => name !== ''))],
    owner: raw.owner_aid,
    members: raw.members,
  };
}

const rosterFields = z.object({
  members: z.array(z.unknown()).max(MOST_MEMBERS).optional().catch(undefined),
  items: z.array(z.unknown()).max(MOST_MEMBERS).optional().catch(undefined),
});
const memberFields = z.object({
  aid: text,
  role: anything.transform(wireRole),
  status: text,
  min_read_epoch: epoch,
  online: anything,
});

/** A member as key changes see them. */
export interface Keyholder {
  readonly aid: string;
  readonly role: GroupRole;
  /** First epoch whose messages they may read; 0: every one. */
  readonly floor: number;
  readonly online: boolean;
}

/** Active members of `get_members` or `get_online_members`; null when the answer is not one (`protocol/02 §9` step 4). */
export function readRoster(value: unknown): readonly Keyholder[] | null {
  const parsed = rosterFields.safeParse(value);
  const list = parsed.data?.members ?? parsed.data?.items;
  if (list === undefined) return null;
  const holders = new Map<string, Keyholder>();
  for (const item of list) {
    const member = memberFields.safeParse(item);
    if (!member.success || member.data.aid === '') continue;
    const { aid, role, status, min_read_epoch: floor, online } = member.data;
    if (status !== '' && status !== 'active') continue;
    holders.set(aid, { aid, role: role ?? 'member', floor, online: online === true });
  }
  return [...holders.values()];
}

const replyFields = z.object({
  success: anything,
  reason: text,
  rotation: anything.transform(readRotation),
});

/** Answer to a step of a rotation: a refusal is an answer, not an error (`protocol/02 §11.4`). */
export interface RotationReply {
  readonly done: boolean;
  readonly reason: string;
  readonly rotation: Rotation | null;
}

/** Reads the answer to a step of a rotation. */
export function readRotationReply(value: unknown): RotationReply {
  const parsed = replyFields.safeParse(value);
  if (!parsed.success) return { done: false, reason: 'malformed', rotation: null };
  const { success, reason, rotation } = parsed.data;
  return { done: success === true, reason, rotation };
}

const keyFields = z.object({ epoch, encrypted_key: text });

/** Answer of `group.e2ee.get_epoch_key`: our own sealed key, or null. */
export function readServerKey(value: unknown): { readonly epoch: number; readonly blob: string } | null {
  const parsed = keyFields.safeParse(value);
  if (!parsed.success || parsed.data.encrypted_key === '') return null;
  return { epoch: parsed.data.epoch, blob: parsed.data.encrypted_key };
}

/** The join mode out of any of the three answers that tell it (`protocol/02 §10.3`); null when it is not told. */
export function readJoinMode(value: unknown): JoinMode | null {
  const answer = object.safeParse(value).data;
  if (answer === undefined) return null;
  const inner = (key: string): Record<string, unknown> => object.safeParse(answer[key]).data ?? {};
  const told = [
    inner('join_requirements')['mode'],
    inner('settings')['join.mode'],
    answer['join.mode'],
    inner('group')['join_mode'],
    answer['join_mode'],
    answer['mode'],
  ];
  for (const mode of told) {
    const read = wireJoinMode(mode);
    if (read !== null) return read;
  }
  return null;
}
