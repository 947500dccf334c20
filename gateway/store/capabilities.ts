import type { SqlDatabase, SqlRow } from './database';

/** What the connections of an AID have declared so far (`protocol/05 §4.2`). */
export interface Capabilities {
  /** Of the last connection: it can take part in encrypted groups. */
  readonly groupE2ee: boolean;
  /** Some connection spoke this generation. */
  readonly v1: boolean;
  readonly v2: boolean;
}

type Row = SqlRow & { group_e2ee: number; v1: number; v2: number };

/** Declared capabilities, remembered because admission looks at people who are offline. */
export class CapabilityStore {
  readonly #sql: SqlDatabase;

  constructor(sql: SqlDatabase) {
    this.#sql = sql;
  }

  /** Notes what a connection declares; generations add up, `groupE2ee` is replaced. */
  note(aid: string, declared: Capabilities, now: number): void {
    this.#sql.run(
      `INSERT INTO account_capabilities (aid, group_e2ee, v1, v2, updated_at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (aid) DO UPDATE SET group_e2ee = excluded.group_e2ee, v1 = max(v1, excluded.v1),
         v2 = max(v2, excluded.v2), updated_at = excluded.updated_at`,
      aid,
      declared.groupE2ee ? 1 : 0,
      declared.v1 ? 1 : 0,
      declared.v2 ? 1 : 0,
      now,
    );
  }

  /** `null` for somebody who never connected. */
  of(aid: string): Capabilities | null {
    const row = this.#sql.get<Row>('SELECT group_e2ee, v1, v2 FROM account_capabilities WHERE aid = ?', aid);
    if (row === undefined) return null;
    return { groupE2ee: row.group_e2ee === 1, v1: row.v1 === 1, v2: row.v2 === 1 };
  }
}
