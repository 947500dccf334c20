import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { JsonObject } from '../../shared/aun/canonical-json';
import { invalidParams } from '../errors';
import type { GroupChange, GroupRow } from '../store/groups';
import type { GroupCall } from './calls';
import { groupError, unknownSetting } from './errors';
import { groupFacts } from './objects';
import type { SettingKind } from './settings-keys';
import { isIndexed, ruleFor } from './settings-keys';
import { announcementOf, joinRequirementsOf, rulesOf } from './settings-read';
import { signatureOf } from './signed';

const INDEX = 'group.index';

/** What is to be written: settings by key, and members of the row that are no settings. */
export interface SettingsWrite {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly row?: Pick<GroupChange, 'metadata' | 'avatarRef'>;
  /** ETag of the index the writer knew; only 0.5.4 sends it. */
  readonly expectedIndexEtag?: string | undefined;
}

interface Checked {
  readonly key: string;
  readonly value: unknown;
  readonly kind: SettingKind;
  readonly row: 'name' | 'description' | 'visibility' | undefined;
}

/** @throws RpcError −32602 for a key or value that does not fit; then nothing is written. */
export function checkSettings(context: GroupCall, settings: SettingsWrite['settings']): Checked[] {
  return Object.entries(settings).map(([key, given]): Checked => {
    const rule = ruleFor(key, context.form);
    if (rule === null) throw unknownSetting(key);
    const parsed = rule.value.safeParse(given);
    const tooLong =
      key === 'announcement.content' &&
      typeof given === 'string' &&
      given.length > context.groups.limits.announcementLength;
    if (!parsed.success || tooLong) throw invalidParams(`invalid params: ${key}`);
    return { key, value: parsed.data, kind: rule.kind, row: rule.row };
  });
}

/** Writes all or nothing and tells of what really changed (`protocol/05 §6.4`, `§11`). */
export function writeSettings(
  context: GroupCall,
  checked: readonly Checked[],
  write: Omit<SettingsWrite, 'settings'>,
): void {
  const { gateway, groups, group, aid, now } = context;
  const { groupSettings } = gateway.store;
  const stored = (each: Checked): unknown =>
    each.row === undefined ? groupSettings.get(group.id, each.key)?.value : group[each.row];
  const changed = checked.filter((each) => !isDeepStrictEqual(each.value, stored(each)));
  const row = changedRow(group, changed, write.row ?? {});
  groups.transaction(() => {
    requireIndex(context, checked, write.expectedIndexEtag);
    for (const each of changed) {
      if (each.row !== undefined) continue;
      groupSettings.put(group.id, { key: each.key, value: each.value, updatedAt: now, updatedBy: aid });
    }
    // An index written by somebody else would no longer be true (`protocol/05 §5.3`).
    const indexed = changed.some((each) => isIndexed(each.key));
    if (indexed && !checked.some((each) => each.key === INDEX)) groupSettings.remove(group.id, INDEX);
    if (changed.length > 0 || Object.keys(row).length > 0) gateway.store.groups.update(group.id, row, now);
    announce(context, changed, Object.keys(row));
  });
}

function changedRow(
  group: GroupRow,
  changed: readonly Checked[],
  more: NonNullable<SettingsWrite['row']>,
): GroupChange {
  const text = (key: string): string | undefined => {
    const value = changed.find((each) => each.row === key)?.value;
    return typeof value === 'string' ? value : undefined;
  };
  const name = text('name');
  const description = text('description');
  const visibility = text('visibility');
  return {
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(visibility === undefined ? {} : { visibility: visibility === 'public' ? 'public' : 'private' }),
    ...(more.metadata === undefined || more.metadata === group.metadata ? {} : { metadata: more.metadata }),
    ...(more.avatarRef === undefined || more.avatarRef === group.avatarRef
      ? {}
      : { avatarRef: more.avatarRef }),
  };
}

const ROW_NAMES: Readonly<Record<string, string>> = { avatarRef: 'avatar_ref' };

/** One event for each category that was touched. */
function announce(context: GroupCall, changed: readonly Checked[], row: readonly string[]): void {
  const { groups, gateway, aid } = context;
  const group = groups.reload(context.group);
  const signature = signatureOf(context.call);
  const plain = changed
    .filter((each) => each.kind === 'update' && each.key !== INDEX)
    .map((each) => each.key);
  const changes = [...new Set([...plain, ...row.map((key) => ROW_NAMES[key] ?? key)])];
  const post = (action: string, fields: JsonObject): void => {
    groups.appendEvent(group, { action, actor: aid, signature, fields });
  };
  const touched = (kind: SettingKind): boolean => changed.some((each) => each.kind === kind);
  if (changes.length > 0) post('update', { changes, group: groupFacts(group, groups.extras(group)) });
  if (touched('rules')) post('rules_updated', { rules: rulesOf(gateway.store, group) });
  if (touched('announcement')) {
    post('announcement_updated', { announcement: announcementOf(gateway.store, group) });
  }
  if (touched('join')) {
    post('join_requirements_updated', {
      join_requirements: joinRequirementsOf(groups, gateway.store, group),
    });
  }
}

const indexValue = z.looseObject({ body: z.string() });
const indexMeta = z.looseObject({ etag: z.string() });

/** ETag of an index value, empty when there is none. */
export function indexEtag(value: unknown): string {
  const body = indexValue.safeParse(value).data?.body ?? '';
  try {
    return indexMeta.parse(JSON.parse(body.split('\n', 1)[0] ?? '')).etag;
  } catch {
    return '';
  }
}

/** A new index must follow the one that is stored. @throws RpcError −32009 */
function requireIndex(context: GroupCall, checked: readonly Checked[], expected: string | undefined): void {
  if (!checked.some((each) => each.key === INDEX)) return;
  const stored = context.gateway.store.groupSettings.get(context.group.id, INDEX)?.value;
  if (indexEtag(stored) !== (expected ?? '')) throw groupError('index_conflict');
}
