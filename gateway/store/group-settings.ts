import { z } from 'zod';
import type { SqlDatabase, SqlRow } from './database';

/** A stored setting (`protocol/05 §5.1`); `value` is whatever JSON allows. */
export interface SettingRow {
  readonly key: string;
  readonly value: unknown;
  readonly updatedAt: number;
  readonly updatedBy: string;
}

type Row = SqlRow & { key: string; value: string; updated_at: number; updated_by: string };

function toSetting(row: Row): SettingRow {
  return {
    key: row.key,
    value: z.unknown().parse(JSON.parse(row.value)),
    updatedAt: row.updated_at,
    updatedBy: row.updated_by,
  };
}

/** Settings of groups that are not members of the group row. */
export class GroupSettingStore {
  readonly #sql: SqlDatabase;

  constructor(sql: SqlDatabase) {
    this.#sql = sql;
  }

  get(group: number, key: string): SettingRow | null {
    const row = this.#sql.get<Row>('SELECT * FROM group_settings WHERE grp = ? AND key = ?', group, key);
    return row === undefined ? null : toSetting(row);
  }

  all(group: number): SettingRow[] {
    return this.#sql
      .all<Row>('SELECT * FROM group_settings WHERE grp = ? ORDER BY key', group)
      .map(toSetting);
  }

  put(group: number, setting: SettingRow): void {
    this.#sql.run(
      `INSERT OR REPLACE INTO group_settings (grp, key, value, updated_at, updated_by) VALUES (?, ?, ?, ?, ?)`,
      group,
      setting.key,
      JSON.stringify(setting.value ?? null),
      setting.updatedAt,
      setting.updatedBy,
    );
  }

  remove(group: number, key: string): void {
    this.#sql.run('DELETE FROM group_settings WHERE grp = ? AND key = ?', group, key);
  }
}
