import type { SqlDatabase, SqlRow } from '../store/database';

/** The state a leader has put on record (`protocol/02 §14`). */
export interface StateRow {
  readonly version: number;
  readonly hash: string;
  readonly previous: string;
  readonly keyEpoch: number;
  readonly membership: string;
  readonly policy: string;
}

type Row = SqlRow & {
  state_version: number;
  state_hash: string;
  prev_state_hash: string;
  key_epoch: number;
  membership_snapshot: string;
  policy_snapshot: string;
};

/** What a group says before anybody has put a state on record. */
export const NO_STATE: StateRow = {
  version: 0,
  hash: '',
  previous: '',
  keyEpoch: 0,
  membership: '',
  policy: '',
};

/** The newest state of each group. */
export class GroupStateStore {
  readonly #sql: SqlDatabase;

  constructor(sql: SqlDatabase) {
    this.#sql = sql;
  }

  get(group: number): StateRow {
    const row = this.#sql.get<Row>('SELECT * FROM group_state WHERE grp = ?', group);
    if (row === undefined) return NO_STATE;
    return {
      version: row.state_version,
      hash: row.state_hash,
      previous: row.prev_state_hash,
      keyEpoch: row.key_epoch,
      membership: row.membership_snapshot,
      policy: row.policy_snapshot,
    };
  }

  put(group: number, state: StateRow, now: number): void {
    this.#sql.run(
      `INSERT OR REPLACE INTO group_state (grp, state_version, state_hash, prev_state_hash, key_epoch,
         membership_snapshot, policy_snapshot, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      group,
      state.version,
      state.hash,
      state.previous,
      state.keyEpoch,
      state.membership,
      state.policy,
      now,
    );
  }
}
