import { z } from 'zod';
import type { SqlDatabase, SqlRow } from '../store/database';
import { GroupCache } from '../store/group-cache';

export type RotationStatus = 'distributing' | 'committed' | 'aborted';

/** One attempt to move a group to its next epoch (`protocol/02 §11.4`). Times in ms. */
export interface RotationRow {
  readonly rotationId: string;
  readonly group: number;
  readonly baseEpoch: number;
  readonly targetEpoch: number;
  readonly status: RotationStatus;
  readonly reason: string;
  readonly keyCommitment: string;
  readonly expectedMembers: readonly string[];
  readonly requiredAcks: readonly string[];
  readonly acks: readonly string[];
  readonly leaseOwner: string;
  readonly leaseExpiresAt: number;
  /** The membership has changed since it began: it can no longer be committed. */
  readonly stale: boolean;
  readonly closedAt: number | null;
}

/** A committed epoch. The numbers are the newest message and event before it. */
export interface EpochRow {
  readonly group: number;
  readonly epoch: number;
  readonly rotationId: string;
  readonly keyCommitment: string;
  readonly expectedMembers: readonly string[];
  readonly epochChain: string;
  readonly rotatedBy: string;
  readonly committedAt: number;
  readonly startMessageSeq: number;
  readonly startEventSeq: number;
}

type RotationSqlRow = SqlRow & {
  rotation_id: string;
  grp: number;
  base_epoch: number;
  target_epoch: number;
  status: string;
  reason: string;
  key_commitment: string;
  expected_members: string;
  required_acks: string;
  acks: string;
  lease_owner: string;
  lease_expires_at: number;
  stale: number;
  closed_at: number | null;
};

type EpochSqlRow = SqlRow & {
  grp: number;
  epoch: number;
  rotation_id: string;
  key_commitment: string;
  expected_members: string;
  epoch_chain: string;
  rotated_by: string;
  committed_at: number;
  start_message_seq: number;
  start_event_seq: number;
};

const names = z.array(z.string());

function list(text: string): string[] {
  return names.parse(JSON.parse(text));
}

function toRotation(row: RotationSqlRow): RotationRow {
  return {
    rotationId: row.rotation_id,
    group: row.grp,
    baseEpoch: row.base_epoch,
    targetEpoch: row.target_epoch,
    status: row.status === 'distributing' || row.status === 'committed' ? row.status : 'aborted',
    reason: row.reason,
    keyCommitment: row.key_commitment,
    expectedMembers: list(row.expected_members),
    requiredAcks: list(row.required_acks),
    acks: list(row.acks),
    leaseOwner: row.lease_owner,
    leaseExpiresAt: row.lease_expires_at,
    stale: row.stale === 1,
    closedAt: row.closed_at,
  };
}

function toEpoch(row: EpochSqlRow): EpochRow {
  return {
    group: row.grp,
    epoch: row.epoch,
    rotationId: row.rotation_id,
    keyCommitment: row.key_commitment,
    expectedMembers: list(row.expected_members),
    epochChain: row.epoch_chain,
    rotatedBy: row.rotated_by,
    committedAt: row.committed_at,
    startMessageSeq: row.start_message_seq,
    startEventSeq: row.start_event_seq,
  };
}

/** Epochs, rotations and the keys that members left for each other. */
export class EpochStore {
  readonly #sql: SqlDatabase;
  /** The newest epoch of each group: every sealed message and everybody who seals one asks for it. */
  readonly #newest: GroupCache<{ readonly epoch: EpochRow | null }>;

  constructor(sql: SqlDatabase) {
    this.#sql = sql;
    this.#newest = new GroupCache(sql);
  }

  /** Newest committed epoch, 0 before the first. */
  committed(group: number): number {
    return this.latest(group)?.epoch ?? 0;
  }

  epoch(group: number, epoch: number): EpochRow | null {
    const sql = 'SELECT * FROM group_epochs WHERE grp = ? AND epoch = ?';
    const row = this.#sql.get<EpochSqlRow>(sql, group, epoch);
    return row === undefined ? null : toEpoch(row);
  }

  latest(group: number): EpochRow | null {
    return this.#newest.of(group, () => {
      const sql = 'SELECT * FROM group_epochs WHERE grp = ? ORDER BY epoch DESC LIMIT 1';
      const row = this.#sql.get<EpochSqlRow>(sql, group);
      return { epoch: row === undefined ? null : toEpoch(row) };
    }).epoch;
  }

  /** All epochs, oldest first; the newest `limit` of them. */
  history(group: number, limit: number): EpochRow[] {
    const sql = 'SELECT * FROM group_epochs WHERE grp = ? ORDER BY epoch DESC LIMIT ?';
    return this.#sql.all<EpochSqlRow>(sql, group, limit).map(toEpoch).reverse();
  }

  count(group: number): number {
    const sql = 'SELECT count(*) AS total FROM group_epochs WHERE grp = ?';
    return this.#sql.get<{ total: number }>(sql, group)?.total ?? 0;
  }

  /** Writes a committed epoch; the one before it is superseded from now on. */
  commit(epoch: EpochRow): void {
    this.#sql.run(
      'UPDATE group_epochs SET superseded_at = ? WHERE grp = ? AND superseded_at IS NULL',
      epoch.committedAt,
      epoch.group,
    );
    this.#sql.run(
      `INSERT INTO group_epochs (grp, epoch, rotation_id, key_commitment, expected_members, epoch_chain, rotated_by,
         committed_at, start_message_seq, start_event_seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      epoch.group,
      epoch.epoch,
      epoch.rotationId,
      epoch.keyCommitment,
      JSON.stringify(epoch.expectedMembers),
      epoch.epochChain,
      epoch.rotatedBy,
      epoch.committedAt,
      epoch.startMessageSeq,
      epoch.startEventSeq,
    );
    this.#newest.drop(epoch.group);
  }

  rotation(rotationId: string): RotationRow | null {
    const sql = 'SELECT * FROM group_rotations WHERE rotation_id = ?';
    const row = this.#sql.get<RotationSqlRow>(sql, rotationId);
    return row === undefined ? null : toRotation(row);
  }

  /** The rotation of a group that is neither committed nor aborted; its lease may be over. */
  pending(group: number): RotationRow | null {
    const sql = `SELECT * FROM group_rotations WHERE grp = ? AND status = 'distributing'`;
    const row = this.#sql.get<RotationSqlRow>(sql, group);
    return row === undefined ? null : toRotation(row);
  }

  insertRotation(rotation: Omit<RotationRow, 'acks' | 'stale' | 'closedAt' | 'status'>, now: number): void {
    this.#sql.run(
      `INSERT INTO group_rotations (rotation_id, grp, base_epoch, target_epoch, status, reason, key_commitment,
         expected_members, required_acks, lease_owner, lease_expires_at, created_at)
       VALUES (?, ?, ?, ?, 'distributing', ?, ?, ?, ?, ?, ?, ?)`,
      rotation.rotationId,
      rotation.group,
      rotation.baseEpoch,
      rotation.targetEpoch,
      rotation.reason,
      rotation.keyCommitment,
      JSON.stringify(rotation.expectedMembers),
      JSON.stringify(rotation.requiredAcks),
      rotation.leaseOwner,
      rotation.leaseExpiresAt,
      now,
    );
  }

  /** Prolongs the lease. */
  lease(rotationId: string, expiresAt: number): void {
    const sql = 'UPDATE group_rotations SET lease_expires_at = ? WHERE rotation_id = ?';
    this.#sql.run(sql, expiresAt, rotationId);
  }

  setAcks(rotationId: string, acks: readonly string[]): void {
    const sql = 'UPDATE group_rotations SET acks = ? WHERE rotation_id = ?';
    this.#sql.run(sql, JSON.stringify(acks), rotationId);
  }

  close(rotationId: string, status: 'committed' | 'aborted', why: string, now: number): void {
    this.#sql.run(
      'UPDATE group_rotations SET status = ?, closed_at = ?, closed_why = ? WHERE rotation_id = ?',
      status,
      now,
      why,
      rotationId,
    );
  }

  /** Marks the pending rotation of a group: it may not be committed any more. */
  markStale(group: number): void {
    this.#sql.run(`UPDATE group_rotations SET stale = 1 WHERE grp = ? AND status = 'distributing'`, group);
  }

  putKey(group: number, epoch: number, aid: string, key: string, now: number): void {
    this.#sql.run(
      'INSERT OR REPLACE INTO group_epoch_keys (grp, epoch, aid, encrypted_key, created_at) VALUES (?, ?, ?, ?, ?)',
      group,
      epoch,
      aid,
      key,
      now,
    );
  }

  key(group: number, epoch: number, aid: string): string | null {
    const sql = 'SELECT encrypted_key FROM group_epoch_keys WHERE grp = ? AND epoch = ? AND aid = ?';
    return this.#sql.get<{ encrypted_key: string }>(sql, group, epoch, aid)?.encrypted_key ?? null;
  }

  dropKeys(group: number, aid: string | null): void {
    this.#sql.run('DELETE FROM group_epoch_keys WHERE grp = ? AND (? IS NULL OR aid = ?)', group, aid, aid);
  }

  /** Forgets everything of a group that was dissolved. */
  forget(group: number): void {
    this.dropKeys(group, null);
    this.#sql.run('DELETE FROM group_rotations WHERE grp = ?', group);
  }

  /** Drops keys of epochs superseded before `keysBefore` and rotations closed before `rotationsBefore`. */
  dropExpired(keysBefore: number, rotationsBefore: number): void {
    this.#sql.run(
      `DELETE FROM group_epoch_keys WHERE EXISTS (SELECT 1 FROM group_epochs e
         WHERE e.grp = group_epoch_keys.grp AND e.epoch = group_epoch_keys.epoch AND e.superseded_at < ?)`,
      keysBefore,
    );
    this.#sql.run('DELETE FROM group_rotations WHERE closed_at < ?', rotationsBefore);
  }
}
