import { z } from 'zod';
import type { JsonObject } from '../../shared/aun/canonical-json';
import type { SettingRow } from '../store/group-settings';
import type { GroupRow } from '../store/groups';
import type { GatewayStore } from '../store/store';
import { jsonObject } from '../wire/frames';
import type { GroupService } from './service';

const json = z.custom<JsonObject[string]>((value) => value !== undefined);

/** Settings whose keys begin alike, under what follows the prefix, and the newest change among them. */
function family(store: GatewayStore, group: GroupRow, prefix: string) {
  const rows = store.groupSettings.all(group.id).filter((row) => row.key.startsWith(prefix));
  const newest = rows.reduce<SettingRow | null>(
    (best, row) => (best === null || row.updatedAt > best.updatedAt ? row : best),
    null,
  );
  const values = Object.fromEntries(
    rows.map((row): [string, JsonObject[string]] => [row.key.slice(prefix.length), json.parse(row.value)]),
  );
  return {
    values,
    facts: { updated_by: newest?.updatedBy ?? '', updated_at: newest?.updatedAt ?? 0 },
  };
}

/** The announcement (`protocol/05 §2.7`). */
export function announcementOf(store: GatewayStore, group: GroupRow): JsonObject {
  const { values, facts } = family(store, group, 'announcement.');
  return { content: '', attachments: [], ...values, ...facts };
}

/** The rules, with what they allow. */
export function rulesOf(store: GatewayStore, group: GroupRow): JsonObject {
  const { values, facts } = family(store, group, 'rules.');
  return { content: '', attachments: [], ...values, ...facts };
}

/** How one gets in. */
export function joinRequirementsOf(groups: GroupService, store: GatewayStore, group: GroupRow): JsonObject {
  const { values, facts } = family(store, group, 'join.');
  return jsonObject.parse({
    question: '',
    auto_approve_patterns: [],
    max_pending: 100,
    ...values,
    mode: groups.joinMode(group),
    ...facts,
  });
}
