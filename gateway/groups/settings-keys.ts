import { z } from 'zod';
import { jsonObject } from '../wire/frames';
import type { IdForm } from './ids';
import {
  attachmentsField,
  descriptionField,
  joinModeField,
  nameField,
  patternsField,
  visibilityField,
} from './fields';

/** Which event tells of a change (`protocol/05 §6.4`). */
export type SettingKind = 'update' | 'rules' | 'announcement' | 'join';

interface KeyRule {
  readonly kind: SettingKind;
  readonly value: z.ZodType;
  /** Part of the group row instead of a setting. */
  readonly row?: 'name' | 'description' | 'visibility';
  /** What it is while nobody has set it; absent: it is left out. */
  readonly otherwise?: unknown;
}

const text = (length: number): z.ZodType => z.string().max(length);
export const dispatchField = z.enum(['broadcast', 'mention']);

/** The keys of `protocol/05 §5.1`. */
const RULES: Readonly<Record<string, KeyRule>> = {
  name: { kind: 'update', value: nameField, row: 'name' },
  description: { kind: 'update', value: descriptionField, row: 'description' },
  visibility: { kind: 'update', value: visibilityField, row: 'visibility' },
  dispatch_mode: { kind: 'update', value: dispatchField, otherwise: 'broadcast' },
  'duty.config': {
    kind: 'update',
    value: jsonObject.refine((value) => JSON.stringify(value).length <= 16_384),
  },
  'rules.content': { kind: 'rules', value: text(8000), otherwise: '' },
  'rules.attachments': { kind: 'rules', value: attachmentsField, otherwise: [] },
  'rules.max_members': { kind: 'rules', value: z.number().int().positive() },
  'rules.allow_member_invite': { kind: 'rules', value: z.boolean() },
  'announcement.content': { kind: 'announcement', value: z.string(), otherwise: '' },
  'announcement.attachments': { kind: 'announcement', value: attachmentsField, otherwise: [] },
  'join.mode': { kind: 'join', value: joinModeField },
  'join.question': { kind: 'join', value: text(500), otherwise: '' },
  'join.auto_approve_patterns': { kind: 'join', value: patternsField, otherwise: [] },
  'join.max_pending': { kind: 'join', value: z.number().int().nonnegative(), otherwise: 100 },
};
/** Keys that only 0.5.4 knows. */
const RULES_V2: Readonly<Record<string, KeyRule>> = {
  'join.attachments': { kind: 'join', value: attachmentsField, otherwise: [] },
  'group.index': { kind: 'update', value: jsonObject },
};
const GENERIC =
  /^(?!(?:join|rules|announcement|group|duty)\.)[A-Za-z][A-Za-z0-9_-]{0,63}\.(content|attachments)$/;

/** What is known of a key; `null` for one nobody knows. */
export function ruleFor(key: string, form: IdForm): KeyRule | null {
  if (Object.hasOwn(RULES, key)) return RULES[key] ?? null;
  if (form !== 'b') return null;
  if (Object.hasOwn(RULES_V2, key)) return RULES_V2[key] ?? null;
  const generic = GENERIC.exec(key);
  if (generic === null) return null;
  return { kind: 'update', value: generic[1] === 'content' ? text(8000) : attachmentsField };
}

/** Keys that have a value even when nobody has set them. */
export const CORE_KEYS: readonly string[] = [
  ...Object.keys(RULES).filter((key) => RULES[key]?.row !== undefined || RULES[key]?.otherwise !== undefined),
  'join.mode',
];

/** Whether the key is one that an index of 0.5.4 covers (`protocol/05 §5.3`). */
export function isIndexed(key: string): boolean {
  return !['name', 'description', 'visibility', 'dispatch_mode', 'duty.config', 'group.index'].includes(key);
}
