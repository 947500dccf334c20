import type { SqlDatabase, SqlRow } from './database';

export type RequestStatus = 'pending' | 'approved' | 'rejected' | 'expired';

/** A join request; one for each person and group (`protocol/05 §2.4`). Times in ms. */
export interface JoinRequestRow {
  readonly aid: string;
  readonly message: string;
  readonly answer: string;
  readonly status: RequestStatus;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly expiresAt: number;
  readonly reviewedBy: string | null;
  readonly rejectionReason: string | null;
}

/** An invite code (`protocol/05 §2.5`). */
export interface InviteRow {
  readonly domain: string;
  readonly code: string;
  readonly group: number;
  readonly createdBy: string;
  readonly createdAt: number;
  /** 0: never. */
  readonly expiresAt: number;
  /** 0: any number. */
  readonly maxUses: number;
  readonly usedCount: number;
  readonly revoked: boolean;
}

/** A ban, which is also the mute (`protocol/05 §2.6`). */
export interface BanRow {
  readonly subject: string;
  readonly bannedBy: string;
  readonly reason: string;
  /** 0: for good. */
  readonly expiresAt: number;
  readonly createdAt: number;
}

type RequestSqlRow = SqlRow & {
  aid: string;
  message: string;
  answer: string;
  status: string;
  created_at: number;
  updated_at: number;
  expires_at: number;
  reviewed_by: string | null;
  rejection_reason: string | null;
};
type InviteSqlRow = SqlRow & {
  domain: string;
  code: string;
  grp: number;
  created_by: string;
  created_at: number;
  expires_at: number;
  max_uses: number;
  used_count: number;
  revoked: number;
};
type BanSqlRow = SqlRow & {
  subject: string;
  banned_by: string;
  reason: string;
  expires_at: number;
  created_at: number;
};

const STATUSES: readonly RequestStatus[] = ['pending', 'approved', 'rejected'];

function toRequest(row: RequestSqlRow): JoinRequestRow {
  return {
    aid: row.aid,
    message: row.message,
    answer: row.answer,
    status: STATUSES.find((status) => status === row.status) ?? 'expired',
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    expiresAt: row.expires_at,
    reviewedBy: row.reviewed_by,
    rejectionReason: row.rejection_reason,
  };
}

function toInvite(row: InviteSqlRow): InviteRow {
  return {
    domain: row.domain,
    code: row.code,
    group: row.grp,
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    maxUses: row.max_uses,
    usedCount: row.used_count,
    revoked: row.revoked === 1,
  };
}

function toBan(row: BanSqlRow): BanRow {
  return {
    subject: row.subject,
    bannedBy: row.banned_by,
    reason: row.reason,
    expiresAt: row.expires_at,
    createdAt: row.created_at,
  };
}

/** Who wants in, who may come in by a code, and who may neither write nor come in. */
export class GroupJoiningStore {
  readonly #sql: SqlDatabase;

  constructor(sql: SqlDatabase) {
    this.#sql = sql;
  }

  putRequest(group: number, request: JoinRequestRow): void {
    this.#sql.run(
      `INSERT OR REPLACE INTO group_join_requests (grp, aid, message, answer, status, created_at, updated_at, expires_at,
         reviewed_by, rejection_reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      group,
      request.aid,
      request.message,
      request.answer,
      request.status,
      request.createdAt,
      request.updatedAt,
      request.expiresAt,
      request.reviewedBy,
      request.rejectionReason,
    );
  }

  request(group: number, aid: string): JoinRequestRow | null {
    const row = this.#sql.get<RequestSqlRow>(
      'SELECT * FROM group_join_requests WHERE grp = ? AND aid = ?',
      group,
      aid,
    );
    return row === undefined ? null : toRequest(row);
  }

  /** Requests with a status, oldest first. */
  requests(group: number, status: RequestStatus): JoinRequestRow[] {
    return this.#sql
      .all<RequestSqlRow>(
        'SELECT * FROM group_join_requests WHERE grp = ? AND status = ? ORDER BY created_at, aid',
        group,
        status,
      )
      .map(toRequest);
  }

  /** Ends pending requests whose time is over; returns how many. */
  expireRequests(group: number, now: number): number {
    return this.#sql.run(
      `UPDATE group_join_requests SET status = 'expired', updated_at = ?
       WHERE grp = ? AND status = 'pending' AND expires_at > 0 AND expires_at <= ?`,
      now,
      group,
      now,
    ).changes;
  }

  insertInvite(invite: InviteRow): void {
    this.#sql.run(
      `INSERT INTO group_invites (domain, code, grp, created_by, created_at, expires_at, max_uses)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      invite.domain,
      invite.code,
      invite.group,
      invite.createdBy,
      invite.createdAt,
      invite.expiresAt,
      invite.maxUses,
    );
  }

  invite(domain: string, code: string): InviteRow | null {
    const row = this.#sql.get<InviteSqlRow>(
      'SELECT * FROM group_invites WHERE domain = ? AND code = ?',
      domain,
      code,
    );
    return row === undefined ? null : toInvite(row);
  }

  /** Codes of a group, newest first. */
  invites(group: number): InviteRow[] {
    return this.#sql
      .all<InviteSqlRow>('SELECT * FROM group_invites WHERE grp = ? ORDER BY created_at DESC, code', group)
      .map(toInvite);
  }

  revokeInvite(domain: string, code: string): void {
    this.#sql.run('UPDATE group_invites SET revoked = 1 WHERE domain = ? AND code = ?', domain, code);
  }

  countUse(domain: string, code: string): void {
    this.#sql.run(
      'UPDATE group_invites SET used_count = used_count + 1 WHERE domain = ? AND code = ?',
      domain,
      code,
    );
  }

  putBan(group: number, ban: BanRow): void {
    this.#sql.run(
      `INSERT OR REPLACE INTO group_bans (grp, subject, banned_by, reason, expires_at, created_at)
       VALUES (?, ?, ?, ?, ?, ?)`,
      group,
      ban.subject,
      ban.bannedBy,
      ban.reason,
      ban.expiresAt,
      ban.createdAt,
    );
  }

  ban(group: number, subject: string): BanRow | null {
    const row = this.#sql.get<BanSqlRow>(
      'SELECT * FROM group_bans WHERE grp = ? AND subject = ?',
      group,
      subject,
    );
    return row === undefined ? null : toBan(row);
  }

  /** All bans, newest first. */
  bans(group: number): BanRow[] {
    return this.#sql
      .all<BanSqlRow>('SELECT * FROM group_bans WHERE grp = ? ORDER BY created_at DESC, subject', group)
      .map(toBan);
  }

  /** Whether there was one. */
  removeBan(group: number, subject: string): boolean {
    return this.#sql.run('DELETE FROM group_bans WHERE grp = ? AND subject = ?', group, subject).changes > 0;
  }

  /** Bans whose time is over. */
  expiredBans(group: number, now: number): string[] {
    return this.#sql
      .all<{ subject: string }>(
        'SELECT subject FROM group_bans WHERE grp = ? AND expires_at > 0 AND expires_at <= ? ORDER BY expires_at',
        group,
        now,
      )
      .map((row) => row.subject);
  }
}
