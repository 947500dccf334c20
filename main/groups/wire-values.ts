import { z } from 'zod';
import { parsePeerAid } from '../../shared/aun/aid';
import { cleanLine, cleanText, cutText } from '../../shared/aun/agent-md-text';
import type { GroupRole, GroupStatus, JoinMode } from '../../shared/model/group';

/** Longest texts that are kept (`protocol/05 §11`; the gateway's limits with some room). */
export const GroupLimits = {
  name: 64,
  description: 1000,
  announcement: 4000,
  rules: 8000,
  reason: 255,
  answer: 500,
  code: 64,
} as const;

/** Values below are seconds, not milliseconds (`protocol/05 §2`). */
const SECONDS_BELOW = 100_000_000_000;
/** Largest time a JavaScript date knows. */
const LATEST = 8_640_000_000_000_000;

/** A time of a group object as Unix ms; 0, null and nonsense mean none (`protocol/05 §2`: seconds and ms are mixed upstream). */
export function wireTime(value: unknown): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number) || number <= 0) return null;
  const ms = Math.round(number < SECONDS_BELOW ? number * 1000 : number);
  return ms <= LATEST ? ms : null;
}

/** Any value, or none at all. */
export const anything = z.unknown().optional();
/** Schema of {@link wireTime}. */
export const time = anything.transform(wireTime);
/** One line of text, bounded; empty when missing. */
export const line = (length: number) =>
  z
    .string()
    .catch('')
    .transform((value) => cutText(cleanLine(value.slice(0, length * 4)), length));
/** Several lines of text, bounded; empty when missing. */
export const passage = (length: number) =>
  z
    .string()
    .catch('')
    .transform((value) => cutText(cleanText(value.slice(0, length * 4)), length));
/** One line of text, or null when it is not told. */
export const optionalLine = (length: number) =>
  anything.transform((value) =>
    typeof value === 'string' ? cutText(cleanLine(value.slice(0, length * 4)), length) : null,
  );
/** Several lines of text, or null when they are not told. */
export const optionalPassage = (length: number) =>
  anything.transform((value) =>
    typeof value === 'string' ? cutText(cleanText(value.slice(0, length * 4)), length) : null,
  );
/** Address of somebody, or null. */
export const aid = anything.transform((value) => (typeof value === 'string' ? parsePeerAid(value) : null));
/** Schema of {@link wireCount}. */
export const count = anything.transform(wireCount);
/** Any JSON object. */
export const plain = z.record(z.string(), z.unknown());

/** A count or a sequence number: a whole number from 0 on, or null. */
export function wireCount(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** A role; unknown ones are null. */
export function wireRole(value: unknown): GroupRole | null {
  return value === 'owner' || value === 'admin' || value === 'member' || value === 'observer' ? value : null;
}

/** Life of a group; `closed` and `dissolved` are one (`protocol/05 §2.1`). Null: not told. */
export function wireStatus(value: unknown): GroupStatus | null {
  if (value === 'active' || value === 'suspended') return value;
  return value === 'closed' || value === 'dissolved' ? 'dissolved' : null;
}

/** How one gets in (`protocol/05 §4.1`). Null: not told; `unknown`: a mode of a later version. */
export function wireJoinMode(value: unknown): JoinMode | null {
  if (typeof value !== 'string' || value === '') return null;
  if (value === 'open' || value === 'approval' || value === 'invite_only' || value === 'closed') return value;
  return value === 'invite_code' ? 'invite_only' : 'unknown';
}

/** Who hears messages; unknown values are `broadcast` (`protocol/05 §5.4`). Null: not told. */
export function wireDispatch(value: unknown): 'broadcast' | 'mention' | null {
  if (typeof value !== 'string' || value === '') return null;
  return value === 'mention' ? 'mention' : 'broadcast';
}

/** Agents on duty, out of `duty.config` (`protocol/05 §5.4`). */
export function wireDuty(value: unknown): string[] {
  const config = plain.safeParse(value);
  if (!config.success || config.data['duty_mode'] === 'none') return [];
  return wireAids(config.data['duty_fixed_agents'], 20);
}

/** Peer AIDs of a list of texts or of objects with `aid`; others are left out, each once. */
export function wireAids(value: unknown, most = 1000): string[] {
  if (!Array.isArray(value)) return [];
  const found = new Set<string>();
  for (const item of value.slice(0, most * 2)) {
    const text: unknown = typeof item === 'string' ? item : plain.safeParse(item).data?.['aid'];
    const name = typeof text === 'string' ? parsePeerAid(text) : null;
    if (name !== null && found.size < most) found.add(name);
  }
  return [...found];
}
