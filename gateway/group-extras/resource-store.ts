import { z } from 'zod';
import type { JsonObject } from '../../shared/aun/canonical-json';
import type { SqlDatabase, SqlRow, SqlValue } from '../store/database';
import { jsonObject } from '../wire/frames';

export type ResourceType = 'file' | 'folder' | 'link';
export type ResourceVisibility = 'members_only' | 'public';

/** Which stored object a resource points at. */
export interface StorageRef {
  readonly owner: string;
  readonly bucket: string;
  readonly key: string;
  readonly filename: string;
}

/** A link from a group to a stored object (`protocol/06 §4.1`). Times in ms. */
export interface ResourceRow {
  readonly path: string;
  readonly type: ResourceType;
  readonly title: string;
  /** Whose object it is. */
  readonly owner: string;
  readonly createdBy: string;
  /** Null for folders and links. */
  readonly ref: StorageRef | null;
  readonly metadata: JsonObject;
  readonly visibility: ResourceVisibility;
  readonly tags: readonly string[];
  readonly createdAt: number;
  readonly updatedAt: number;
}

export type RequestState = 'pending' | 'approved' | 'rejected';

/** Somebody's wish that a resource be added. */
export interface ResourceRequestRow {
  readonly requestId: string;
  readonly group: number;
  readonly requester: string;
  readonly resource: ResourceRow;
  readonly status: RequestState;
  readonly reviewedBy: string | null;
  readonly note: string | null;
  readonly created: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Permission to fetch one resource once. */
export interface TicketRow {
  readonly ticket: string;
  readonly group: number;
  readonly path: string;
  readonly issuedTo: string;
  readonly issuedAt: number;
  readonly expireAt: number;
  readonly usedAt: number | null;
}

type ResourceSqlRow = SqlRow & {
  resource_path: string;
  resource_type: string;
  title: string;
  owner_aid: string;
  created_by: string;
  storage_ref: string;
  metadata: string;
  visibility: string;
  tags: string;
  created_at: number;
  updated_at: number;
};

type RequestSqlRow = SqlRow & {
  request_id: string;
  grp: number;
  requester: string;
  resource: string;
  status: string;
  reviewed_by: string | null;
  review_note: string | null;
  resource_created: number;
  created_at: number;
  updated_at: number;
};

type TicketSqlRow = SqlRow & {
  ticket: string;
  grp: number;
  resource_path: string;
  issued_to: string;
  issued_at: number;
  expire_at: number;
  used_at: number | null;
};

const refSchema = z
  .object({ owner: z.string(), bucket: z.string(), key: z.string(), filename: z.string() })
  .nullable();
const resourceSchema = z.object({
  path: z.string(),
  type: z.enum(['file', 'folder', 'link']),
  title: z.string(),
  owner: z.string(),
  createdBy: z.string(),
  ref: refSchema,
  metadata: jsonObject,
  visibility: z.enum(['members_only', 'public']),
  tags: z.array(z.string()),
  createdAt: z.number(),
  updatedAt: z.number(),
});

function json(text: string): unknown {
  return JSON.parse(text);
}

function toResource(row: ResourceSqlRow): ResourceRow {
  return resourceSchema.parse({
    path: row.resource_path,
    type: row.resource_type,
    title: row.title,
    owner: row.owner_aid,
    createdBy: row.created_by,
    ref: json(row.storage_ref),
    metadata: json(row.metadata),
    visibility: row.visibility,
    tags: json(row.tags),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  });
}

function toRequest(row: RequestSqlRow): ResourceRequestRow {
  return {
    requestId: row.request_id,
    group: row.grp,
    requester: row.requester,
    resource: resourceSchema.parse(JSON.parse(row.resource)),
    status: row.status === 'approved' || row.status === 'rejected' ? row.status : 'pending',
    reviewedBy: row.reviewed_by,
    note: row.review_note,
    created: row.resource_created === 1,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** Resources of groups, wishes for more, and tickets. */
export class ResourceStore {
  readonly #sql: SqlDatabase;

  constructor(sql: SqlDatabase) {
    this.#sql = sql;
  }

  get(group: number, path: string): ResourceRow | null {
    const sql = 'SELECT * FROM group_resources WHERE grp = ? AND resource_path = ?';
    const row = this.#sql.get<ResourceSqlRow>(sql, group, path);
    return row === undefined ? null : toResource(row);
  }

  /** All resources of a group by path. */
  all(group: number): ResourceRow[] {
    return this.#sql
      .all<ResourceSqlRow>('SELECT * FROM group_resources WHERE grp = ? ORDER BY resource_path', group)
      .map(toResource);
  }

  count(group: number): number {
    const sql = 'SELECT count(*) AS total FROM group_resources WHERE grp = ?';
    return this.#sql.get<{ total: number }>(sql, group)?.total ?? 0;
  }

  put(group: number, resource: ResourceRow): void {
    const values: SqlValue[] = [
      resource.path,
      resource.type,
      resource.title,
      resource.owner,
      resource.createdBy,
      JSON.stringify(resource.ref),
      JSON.stringify(resource.metadata),
      resource.visibility,
      JSON.stringify(resource.tags),
      resource.createdAt,
      resource.updatedAt,
    ];
    this.#sql.run(
      `INSERT OR REPLACE INTO group_resources (grp, resource_path, resource_type, title, owner_aid, created_by,
         storage_ref, metadata, visibility, tags, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      group,
      ...values,
    );
  }

  remove(group: number, path: string): boolean {
    const sql = 'DELETE FROM group_resources WHERE grp = ? AND resource_path = ?';
    return this.#sql.run(sql, group, path).changes > 0;
  }

  putRequest(request: ResourceRequestRow): void {
    this.#sql.run(
      `INSERT OR REPLACE INTO group_resource_requests (request_id, grp, requester, resource, status, reviewed_by,
         review_note, resource_created, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      request.requestId,
      request.group,
      request.requester,
      JSON.stringify(request.resource),
      request.status,
      request.reviewedBy,
      request.note,
      request.created ? 1 : 0,
      request.createdAt,
      request.updatedAt,
    );
  }

  request(requestId: string): ResourceRequestRow | null {
    const sql = 'SELECT * FROM group_resource_requests WHERE request_id = ?';
    const row = this.#sql.get<RequestSqlRow>(sql, requestId);
    return row === undefined ? null : toRequest(row);
  }

  /** Requests in a state, oldest first. */
  requests(group: number, status: RequestState): ResourceRequestRow[] {
    const sql =
      'SELECT * FROM group_resource_requests WHERE grp = ? AND status = ? ORDER BY created_at, request_id';
    return this.#sql.all<RequestSqlRow>(sql, group, status).map(toRequest);
  }

  /** Keeps a ticket; those that are over are dropped on the way. */
  putTicket(ticket: Omit<TicketRow, 'usedAt'>): void {
    this.#sql.run('DELETE FROM group_access_tickets WHERE expire_at < ?', ticket.issuedAt);
    this.#sql.run(
      `INSERT INTO group_access_tickets (ticket, grp, resource_path, issued_to, issued_at, expire_at)
       VALUES (?, ?, ?, ?, ?, ?)`,
      ticket.ticket,
      ticket.group,
      ticket.path,
      ticket.issuedTo,
      ticket.issuedAt,
      ticket.expireAt,
    );
  }

  ticket(ticket: string): TicketRow | null {
    const row = this.#sql.get<TicketSqlRow>('SELECT * FROM group_access_tickets WHERE ticket = ?', ticket);
    if (row === undefined) return null;
    return {
      ticket: row.ticket,
      group: row.grp,
      path: row.resource_path,
      issuedTo: row.issued_to,
      issuedAt: row.issued_at,
      expireAt: row.expire_at,
      usedAt: row.used_at,
    };
  }

  useTicket(ticket: string, now: number): void {
    this.#sql.run('UPDATE group_access_tickets SET used_at = ? WHERE ticket = ?', now, ticket);
  }
}
