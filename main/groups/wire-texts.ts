import { z } from 'zod';
import { parsePeerAid } from '../../shared/aun/aid';
import { groupLink } from '../../shared/aun/group-link';
import type { GroupInvite, GroupText, JoinMode, JoinRequest } from '../../shared/model/group';
import {
  aid,
  anything,
  count,
  GroupLimits,
  line,
  passage,
  plain,
  time,
  wireDispatch,
  wireDuty,
  wireJoinMode,
} from './wire-values';

const textFields = z.object({
  content: anything,
  updated_by: aid,
  updated_at: time,
  max_members: count,
  allow_member_invite: anything,
});

/** An announcement or rules (`protocol/05 §2.7`). `text` is null when there is none. */
export interface TextWire {
  readonly text: GroupText | null;
  /** Null: not told. Rules only. */
  readonly allowMemberInvite: boolean | null;
  /** Null: not told or no limit of its own. Rules only. */
  readonly maxMembers: number | null;
}

/**
 * Reads an announcement or rules, bare or as the member `name` of an answer or event. Whether the change was signed is not in
 * the object: `signature` comes out `unchecked`. Null when there is none such in the value.
 */
export function readText(value: unknown, name: 'announcement' | 'rules'): TextWire | null {
  const outer = plain.safeParse(value);
  if (!outer.success) return null;
  const parsed = textFields.safeParse(outer.data[name] ?? outer.data);
  if (!parsed.success) return null;
  const raw = parsed.data;
  const content = passage(GroupLimits[name]).parse(raw.content);
  const text: GroupText | null =
    content.trim() === ''
      ? null
      : { content, updatedBy: raw.updated_by, updatedAt: raw.updated_at, signature: 'unchecked' };
  return {
    text,
    allowMemberInvite: typeof raw.allow_member_invite === 'boolean' ? raw.allow_member_invite : null,
    maxMembers: raw.max_members === 0 ? null : raw.max_members,
  };
}

/** How one gets in (`protocol/05 §2.7`). Null members were not told. */
export interface JoinWire {
  readonly mode: JoinMode | null;
  readonly question: string | null;
  readonly autoApprove: readonly string[] | null;
}

/**
 * Reads join requirements where gateways put them: at the top, in `join_requirements`, `requirements`, `join`, `group`, or among
 * `settings` (`protocol/05 §6.4`).
 */
export function readJoin(value: unknown): JoinWire {
  const outer = plain.safeParse(value).data ?? {};
  const settings = readSettings(value);
  const places = [
    outer,
    ...['join_requirements', 'requirements', 'join', 'group'].map(
      (name) => plain.safeParse(outer[name]).data ?? {},
    ),
    Object.fromEntries(
      [...settings].flatMap(([key, setting]) =>
        key.startsWith('join.') ? [[key.slice('join.'.length), setting.value]] : [],
      ),
    ),
  ];
  const first = <Value>(read: (place: Readonly<Record<string, unknown>>) => Value | null): Value | null => {
    for (const place of places) {
      const found = read(place);
      if (found !== null) return found;
    }
    return null;
  };
  return {
    mode: first((place) => wireJoinMode(place['join_mode']) ?? wireJoinMode(place['mode'])),
    question: first((place) => {
      const question = place['join_question'] ?? place['question'];
      return typeof question === 'string' ? passage(GroupLimits.answer).parse(question) : null;
    }),
    autoApprove: first((place) => {
      const patterns = place['auto_approve_patterns'];
      return Array.isArray(patterns)
        ? patterns.slice(0, 50).flatMap((item) => (typeof item === 'string' ? [item.slice(0, 256)] : []))
        : null;
    }),
  };
}

const settingFields = z.object({
  key: z.string().min(1).max(128),
  value: anything,
  updated_at: time,
  updated_by: aid,
});

/** One setting as stored by the gateway. */
export interface SettingWire {
  readonly value: unknown;
  readonly updatedAt: number | null;
  readonly updatedBy: string | null;
}

/** Settings of an answer: a list of `{key, value}` or a map (`protocol/05 §5.1`). Keys like `join.mode`. */
export function readSettings(value: unknown): ReadonlyMap<string, SettingWire> {
  const settings: unknown = plain.safeParse(value).data?.['settings'];
  const found = new Map<string, SettingWire>();
  if (Array.isArray(settings)) {
    for (const item of settings.slice(0, 500)) {
      const parsed = settingFields.safeParse(item);
      if (!parsed.success) continue;
      const { key, value: held, updated_at: updatedAt, updated_by: updatedBy } = parsed.data;
      found.set(key, { value: held, updatedAt, updatedBy });
    }
    return found;
  }
  for (const [key, held] of Object.entries(plain.safeParse(settings).data ?? {}).slice(0, 500))
    found.set(key, { value: held, updatedAt: null, updatedBy: null });
  return found;
}

/** What settings say of a group; undefined members were not told. */
export interface SettingFacts {
  readonly joinMode?: JoinMode;
  readonly joinQuestion?: string;
  readonly dispatchMode?: 'broadcast' | 'mention';
  readonly duty?: readonly string[];
  readonly announcement?: GroupText | null;
  readonly rules?: GroupText | null;
}

/** Takes out of settings what this client shows (`protocol/05 §5.1`). */
export function settingFacts(settings: ReadonlyMap<string, SettingWire>): SettingFacts {
  const mode = wireJoinMode(settings.get('join.mode')?.value);
  const question = settings.get('join.question')?.value;
  const dispatch = wireDispatch(settings.get('dispatch_mode')?.value);
  const duty = settings.get('duty.config');
  const announcement = textOf(settings, 'announcement');
  const rules = textOf(settings, 'rules');
  return {
    ...(mode === null ? {} : { joinMode: mode }),
    ...(typeof question === 'string' ? { joinQuestion: passage(GroupLimits.answer).parse(question) } : {}),
    ...(dispatch === null ? {} : { dispatchMode: dispatch }),
    ...(duty === undefined ? {} : { duty: wireDuty(duty.value) }),
    ...(announcement === undefined ? {} : { announcement }),
    ...(rules === undefined ? {} : { rules }),
  };
}

function textOf(
  settings: ReadonlyMap<string, SettingWire>,
  name: 'announcement' | 'rules',
): GroupText | null | undefined {
  const setting = settings.get(`${name}.content`);
  if (setting === undefined) return undefined;
  const text = readText({ content: setting.value }, name)?.text ?? null;
  return text === null ? null : { ...text, updatedAt: setting.updatedAt, updatedBy: setting.updatedBy };
}

const requestFields = z.object({
  aid: anything,
  message: passage(GroupLimits.answer),
  answer: passage(GroupLimits.answer),
  status: anything,
  created_at: time,
  expires_at: time,
  reviewed_by: aid,
  rejection_reason: passage(GroupLimits.reason),
});

/** A request to join (`protocol/05 §2.4`). */
export type JoinRequestWire = Omit<JoinRequest, 'title' | 'verifiedKind'>;

/** Reads a join request, bare or as `request` of an answer; null when it names nobody. */
export function readJoinRequest(value: unknown, subject: string | null = null): JoinRequestWire | null {
  const outer = plain.safeParse(value);
  if (!outer.success) return null;
  const parsed = requestFields.safeParse(outer.data['request'] ?? outer.data);
  if (!parsed.success) return null;
  const raw = parsed.data;
  const who = (typeof raw.aid === 'string' ? parsePeerAid(raw.aid) : null) ?? subject;
  if (who === null) return null;
  const { status } = raw;
  return {
    aid: who,
    message: raw.message,
    answer: raw.answer,
    status: status === 'approved' || status === 'rejected' || status === 'expired' ? status : 'pending',
    createdAt: raw.created_at,
    expiresAt: raw.expires_at,
    reviewedBy: raw.reviewed_by,
    reason: raw.rejection_reason,
  };
}

const inviteFields = z.object({
  code: line(GroupLimits.code),
  created_by: line(300),
  expires_at: time,
  max_uses: count,
  used_count: count,
  status: anything,
  created_at: time,
});

/** Reads an invite code (`protocol/05 §2.5`), bare or as `invite_code` of an answer; null without a code. */
export function readInvite(value: unknown, group: string): GroupInvite | null {
  const outer = plain.safeParse(value);
  if (!outer.success) return null;
  const parsed = inviteFields.safeParse(outer.data['invite_code'] ?? outer.data);
  if (!parsed.success || parsed.data.code === '') return null;
  const raw = parsed.data;
  const { status } = raw;
  return {
    code: raw.code,
    link: groupLink(group, raw.code),
    createdBy: parsePeerAid(raw.created_by) ?? '',
    createdAt: raw.created_at,
    expiresAt: raw.expires_at,
    maxUses: raw.max_uses ?? 1,
    usedCount: raw.used_count ?? 0,
    status: status === 'expired' || status === 'revoked' || status === 'exhausted' ? status : 'active',
  };
}
