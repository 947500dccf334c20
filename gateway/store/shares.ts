import { z } from 'zod';
import type { SqlDatabase, SqlRow } from './database';

/** A share link (`protocol/06 §1.7`); it follows its object through renames. */
export interface ShareLink {
  readonly shareId: string;
  readonly objectId: string;
  readonly owner: string;
  /** AIDs that may use it; `*` stands for everybody. */
  readonly allowed: readonly string[];
  /** Unix seconds, 0 for never. */
  readonly expireAt: number;
  /** 0 for any number. */
  readonly maxUses: number;
  readonly used: number;
  /** Milliseconds. */
  readonly createdAt: number;
}

type ShareRow = SqlRow & {
  share_id: string;
  object_id: string;
  owner: string;
  allowed: string;
  expire_at: number;
  max_uses: number;
  used: number;
  created_at: number;
};

const allowedList = z.array(z.string());

function toLink(row: ShareRow): ShareLink {
  return {
    shareId: row.share_id,
    objectId: row.object_id,
    owner: row.owner,
    allowed: allowedList.parse(JSON.parse(row.allowed)),
    expireAt: row.expire_at,
    maxUses: row.max_uses,
    used: row.used,
    createdAt: row.created_at,
  };
}

/** Share links on disk. */
export class ShareStore {
  readonly #sql: SqlDatabase;

  constructor(sql: SqlDatabase) {
    this.#sql = sql;
  }

  insert(link: Omit<ShareLink, 'used'>): void {
    this.#sql.run(
      `INSERT INTO share_links (share_id, object_id, owner, allowed, expire_at, max_uses, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      link.shareId,
      link.objectId,
      link.owner,
      JSON.stringify(link.allowed),
      link.expireAt,
      link.maxUses,
      link.createdAt,
    );
  }

  find(shareId: string): ShareLink | null {
    const row = this.#sql.get<ShareRow>('SELECT * FROM share_links WHERE share_id = ?', shareId);
    return row === undefined ? null : toLink(row);
  }

  /** Links of an owner, oldest first. */
  of(owner: string): ShareLink[] {
    return this.#sql
      .all<ShareRow>('SELECT * FROM share_links WHERE owner = ? ORDER BY created_at, share_id', owner)
      .map(toLink);
  }

  countUse(shareId: string): void {
    this.#sql.run('UPDATE share_links SET used = used + 1 WHERE share_id = ?', shareId);
  }

  /** Whether there was one. */
  remove(owner: string, shareId: string): boolean {
    return (
      this.#sql.run('DELETE FROM share_links WHERE owner = ? AND share_id = ?', owner, shareId).changes > 0
    );
  }
}
