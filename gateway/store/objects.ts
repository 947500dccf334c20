import type { SqlDatabase, SqlRow, SqlValue } from './database';

/** Names an object (`protocol/06 §1.1`). */
export interface ObjectName {
  readonly owner: string;
  readonly bucket: string;
  readonly key: string;
}

/** Bytes on disk that belong to an object or wait to become one. */
export interface StoredBlob {
  /** Name of the file in the blob folder. */
  readonly blob: string;
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** What a writer may say about an object besides its bytes. */
export interface ObjectFacts {
  readonly contentType: string;
  readonly isPrivate: boolean;
  /** Milliseconds, 0 for never. */
  readonly expireAt: number;
  /** JSON text or null. */
  readonly metadata: string | null;
}

/** A committed object. Times in ms. */
export interface ObjectRecord extends ObjectName, StoredBlob, ObjectFacts {
  readonly id: number;
  /** Stays the same when the object is written again; a new one after a deletion. */
  readonly objectId: string;
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** What a PUT left behind until `complete_upload`. */
export interface StagedUpload extends ObjectName, StoredBlob {
  readonly blobKey: string;
  readonly stagedAt: number;
}

type ObjectRow = SqlRow & {
  id: number;
  object_id: string;
  owner: string;
  bucket: string;
  object_key: string;
  blob: string;
  size: number;
  sha256: string;
  content_type: string;
  version: number;
  is_private: number;
  expire_at: number;
  created_at: number;
  updated_at: number;
  metadata: string | null;
};

type StagedRow = SqlRow & {
  blob_key: string;
  owner: string;
  bucket: string;
  object_key: string;
  blob: string;
  size: number;
  sha256: string;
  staged_at: number;
};

function toRecord(row: ObjectRow): ObjectRecord {
  return {
    id: row.id,
    objectId: row.object_id,
    owner: row.owner,
    bucket: row.bucket,
    key: row.object_key,
    blob: row.blob,
    size: row.size,
    sha256: row.sha256,
    contentType: row.content_type,
    version: row.version,
    isPrivate: row.is_private === 1,
    expireAt: row.expire_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    metadata: row.metadata,
  };
}

function toStaged(row: StagedRow): StagedUpload {
  return {
    blobKey: row.blob_key,
    owner: row.owner,
    bucket: row.bucket,
    key: row.object_key,
    blob: row.blob,
    size: row.size,
    sha256: row.sha256,
    stagedAt: row.staged_at,
  };
}

const LIVE = '(expire_at = 0 OR expire_at > ?)';
const NAME = 'owner = ? AND bucket = ? AND object_key = ?';
/** Above every character a key may have. */
const AFTER_ALL = '~';

/** Objects, staged uploads and the sums for quotas. `now` is in ms: what has expired does not exist. */
export class ObjectStore {
  readonly #sql: SqlDatabase;

  constructor(sql: SqlDatabase) {
    this.#sql = sql;
  }

  find(name: ObjectName, now: number): ObjectRecord | null {
    const sql = `SELECT * FROM objects WHERE ${NAME} AND ${LIVE}`;
    const row = this.#sql.get<ObjectRow>(sql, name.owner, name.bucket, name.key, now);
    return row === undefined ? null : toRecord(row);
  }

  byObjectId(objectId: string, now: number): ObjectRecord | null {
    const sql = `SELECT * FROM objects WHERE object_id = ? AND ${LIVE}`;
    const row = this.#sql.get<ObjectRow>(sql, objectId, now);
    return row === undefined ? null : toRecord(row);
  }

  /** An object of this owner with this content, in any bucket. */
  byContent(owner: string, sha256: string, size: number, now: number): ObjectRecord | null {
    const sql = `SELECT * FROM objects WHERE owner = ? AND sha256 = ? AND size = ? AND ${LIVE} LIMIT 1`;
    const row = this.#sql.get<ObjectRow>(sql, owner, sha256, size, now);
    return row === undefined ? null : toRecord(row);
  }

  /** Writes an object: version 1 when there is none, else one more. `objectId` counts for new ones only. */
  write(
    name: ObjectName,
    objectId: string,
    bytes: StoredBlob,
    facts: ObjectFacts,
    now: number,
  ): ObjectRecord {
    this.#sql.run(
      `DELETE FROM objects WHERE ${NAME} AND NOT ${LIVE}`,
      name.owner,
      name.bucket,
      name.key,
      now,
    );
    const row = this.#sql.get<ObjectRow>(
      `INSERT INTO objects (object_id, owner, bucket, object_key, blob, size, sha256, content_type, version,
         is_private, expire_at, created_at, updated_at, metadata) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?)
       ON CONFLICT (owner, bucket, object_key) DO UPDATE SET blob = excluded.blob, size = excluded.size,
         sha256 = excluded.sha256, content_type = excluded.content_type, version = version + 1,
         is_private = excluded.is_private, expire_at = excluded.expire_at, updated_at = excluded.updated_at,
         metadata = excluded.metadata
       RETURNING *`,
      objectId,
      name.owner,
      name.bucket,
      name.key,
      bytes.blob,
      bytes.size,
      bytes.sha256,
      facts.contentType,
      facts.isPrivate ? 1 : 0,
      facts.expireAt,
      now,
      now,
      facts.metadata,
    );
    if (row === undefined) throw new Error('object was not written');
    return toRecord(row);
  }

  remove(id: number): void {
    this.#sql.run('DELETE FROM objects WHERE id = ?', id);
  }

  /** Objects whose key begins with `prefix`, after `marker` (exclusive) or from an offset, in the order of bytes. */
  list(
    place: { owner: string; bucket: string; prefix: string },
    page: { after: string } | { offset: number },
    limit: number,
    now: number,
  ): ObjectRecord[] {
    const { where, values } = within(place, now);
    const after = 'after' in page ? page.after : '';
    const offset = 'offset' in page ? page.offset : 0;
    return this.#sql
      .all<ObjectRow>(
        `SELECT * FROM objects WHERE ${where} AND object_key > ? ORDER BY object_key LIMIT ? OFFSET ?`,
        ...values,
        after,
        limit,
        offset,
      )
      .map(toRecord);
  }

  /** Everything of an owner, by bucket and key. */
  ofOwner(owner: string, now: number): ObjectRecord[] {
    const sql = `SELECT * FROM objects WHERE owner = ? AND ${LIVE} ORDER BY bucket, object_key`;
    return this.#sql.all<ObjectRow>(sql, owner, now).map(toRecord);
  }

  count(place: { owner: string; bucket: string; prefix: string }, now: number): number {
    const { where, values } = within(place, now);
    const sql = `SELECT count(*) AS total FROM objects WHERE ${where}`;
    return this.#sql.get<{ total: number }>(sql, ...values)?.total ?? 0;
  }

  /** Direct folders below a prefix, each whole and with its slash. */
  folders(place: { owner: string; bucket: string; prefix: string }, limit: number, now: number): string[] {
    const { where, values } = within(place, now);
    const start = place.prefix.length;
    return this.#sql
      .all<{ folder: string }>(
        `SELECT DISTINCT substr(object_key, 1, ? + instr(substr(object_key, ? + 1), '/')) AS folder FROM objects
         WHERE ${where} AND instr(substr(object_key, ? + 1), '/') > 0 ORDER BY folder LIMIT ?`,
        start,
        start,
        ...values,
        start,
        limit,
      )
      .map((row) => row.folder);
  }

  usage(owner: string, now: number): { bytes: number; count: number } {
    const row = this.#sql.get<{ bytes: number; count: number }>(
      `SELECT coalesce(sum(size), 0) AS bytes, count(*) AS count FROM objects WHERE owner = ? AND ${LIVE}`,
      owner,
      now,
    );
    return row ?? { bytes: 0, count: 0 };
  }

  /** Notes what a PUT brought; returns the blob that an earlier PUT to the same place had left, if any. */
  stage(blobKey: string, name: ObjectName, bytes: StoredBlob, now: number, expireAt: number): string | null {
    const old = this.#sql.get<StagedRow>('SELECT * FROM staged_uploads WHERE blob_key = ?', blobKey);
    this.#sql.run(
      `INSERT OR REPLACE INTO staged_uploads (blob_key, owner, bucket, object_key, blob, size, sha256, staged_at,
         expire_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      blobKey,
      name.owner,
      name.bucket,
      name.key,
      bytes.blob,
      bytes.size,
      bytes.sha256,
      now,
      expireAt,
    );
    return old?.blob ?? null;
  }

  /** What waits to become this object, newest first. */
  staged(name: ObjectName): StagedUpload[] {
    return this.#sql
      .all<StagedRow>(
        `SELECT * FROM staged_uploads WHERE ${NAME} ORDER BY staged_at DESC, blob_key`,
        name.owner,
        name.bucket,
        name.key,
      )
      .map(toStaged);
  }

  /** Forgets what waits to become this object; returns its blobs. */
  unstage(name: ObjectName): string[] {
    const sql = `DELETE FROM staged_uploads WHERE ${NAME} RETURNING blob`;
    return this.#sql.all<{ blob: string }>(sql, name.owner, name.bucket, name.key).map((row) => row.blob);
  }

  /** Whether a blob still belongs to something. */
  uses(blob: string): boolean {
    const sql = `SELECT 1 AS found FROM objects WHERE blob = ? UNION ALL SELECT 1 FROM staged_uploads WHERE blob = ?`;
    return this.#sql.get(sql, blob, blob) !== undefined;
  }

  /** All blobs that belong to something. */
  blobs(): Set<string> {
    const rows = this.#sql.all<{ blob: string }>(
      'SELECT blob FROM objects UNION SELECT blob FROM staged_uploads',
    );
    return new Set(rows.map((row) => row.blob));
  }

  /** Lets objects end now: of all owners, of one, or one alone. Returns how many. */
  expireNow(which: { owner?: string | undefined; key?: string | undefined }, now: number): number {
    return this.#sql.run(
      `UPDATE objects SET expire_at = ? WHERE (? IS NULL OR owner = ?) AND (? IS NULL OR object_key = ?)`,
      Math.max(1, now - 1),
      which.owner ?? null,
      which.owner ?? null,
      which.key ?? null,
      which.key ?? null,
    ).changes;
  }

  /** Removes what has expired; returns the blobs that lost an owner by it. */
  dropExpired(now: number): string[] {
    const gone = this.#sql.all<{ blob: string }>(
      'DELETE FROM objects WHERE expire_at > 0 AND expire_at <= ? RETURNING blob',
      now,
    );
    const stale = this.#sql.all<{ blob: string }>(
      'DELETE FROM staged_uploads WHERE expire_at <= ? RETURNING blob',
      now,
    );
    return [...gone, ...stale].map((row) => row.blob);
  }
}

function within(
  place: { owner: string; bucket: string; prefix: string },
  now: number,
): { where: string; values: SqlValue[] } {
  return {
    where: `owner = ? AND bucket = ? AND ${LIVE} AND object_key >= ? AND object_key < ?`,
    values: [place.owner, place.bucket, now, place.prefix, `${place.prefix}${AFTER_ALL}`],
  };
}
