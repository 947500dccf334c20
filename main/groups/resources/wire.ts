import { z } from 'zod';
import { cleanLine } from '../../../shared/aun/agent-md-text';
import { safeFileName, safeMediaType } from '../../../shared/aun/file-name';
import { isDangerousFile } from '../../../shared/aun/shown-types';
import { webAddress } from '../../../shared/aun/web-address';
import type { GroupFile, GroupFileRequest } from '../../../shared/model/group-resource';
import type { FetchTicket } from '../../ports/outside-files';
import { aid, anything, count, line, optionalLine, plain, time } from '../wire-values';

/*
 * Resources of groups as gateways send them (`protocol/05 §2.8`, `protocol/06 §4.1`), read tolerantly: what is missing or malformed
 * is null or empty, and a thing that cannot be named in a call is null. Nothing here throws for what a gateway may say.
 */

/** Longest texts that are kept, in UTF-16 units; the gateway's limits with some room. */
const LONGEST = { path: 1024, title: 255, place: 255, kind: 32, tag: 64, tags: 50, requestId: 128 } as const;

/** Goes back in calls as it came, so it has to be text that JSON can hold. */
const path = z
  .string()
  .min(1)
  .max(LONGEST.path)
  .refine((value) => !/\p{Surrogate}/u.test(value));
const kindNames: ReadonlySet<string> = new Set(['file', 'folder', 'link']);
const refFields = z.object({
  object_key: anything,
  filename: optionalLine(1024),
  content_type: anything,
  size_bytes: count,
});
const nameFields = z.object({
  resource_path: path,
  resource_type: optionalLine(LONGEST.kind),
  title: line(LONGEST.title),
  visibility: anything,
});
const resourceFields = nameFields.extend({
  content_type: anything,
  size_bytes: count,
  created_by: aid,
  owner_aid: aid,
  created_at: time,
  updated_at: time,
  tags: anything,
  storage_ref: anything,
  metadata: anything,
  enc: anything,
  url: anything,
});

type Named = Pick<GroupFile, 'title' | 'place' | 'kind' | 'otherKind' | 'forEveryone'>;

function namedOf(raw: z.output<typeof nameFields>): Named {
  const place = line(LONGEST.place).parse(raw.resource_path);
  const kindName = raw.resource_type ?? 'file';
  const kind =
    kindName === 'file' || kindName === 'folder' || kindName === 'link' ? kindName : ('other' as const);
  return {
    title: raw.title.trim() === '' ? lastPart(place) : raw.title,
    place,
    kind,
    otherKind: kindNames.has(kindName) ? '' : kindName,
    forEveryone: raw.visibility === 'public',
  };
}

function lastPart(text: string): string {
  return (
    text
      .split('/')
      .filter((part) => part.trim() !== '')
      .at(-1) ?? text
  );
}

/** A resource as it is shown, without what is known here of the person behind it. */
export type ReadResource = Omit<GroupFile, 'addedByTitle'>;

/** Reads a resource, bare or as `resource` of an answer; null for one that cannot be named. */
export function readResource(value: unknown): ReadResource | null {
  const outer = plain.safeParse(value);
  if (!outer.success) return null;
  const parsed = resourceFields.safeParse(outer.data['resource'] ?? outer.data);
  if (!parsed.success) return null;
  const raw = parsed.data;
  const named = namedOf(raw);
  const ref = plain.safeParse(raw.storage_ref).data ?? {};
  const stored = refFields.safeParse(ref).data;
  const metadata = plain.safeParse(raw.metadata).data ?? {};
  const claimed = raw.content_type ?? stored?.content_type;
  const type = safeMediaType(typeof claimed === 'string' ? claimed : '');
  const given = stored?.filename ?? '';
  const fileName = safeFileName(given.trim() === '' ? lastPart(named.place) : given);
  const address = named.kind === 'link' ? addressOf([metadata, raw, ref]) : null;
  const isStored = typeof stored?.object_key === 'string' && stored.object_key !== '';
  return {
    path: raw.resource_path,
    ...named,
    fileName,
    type,
    size: raw.size_bytes ?? stored?.size_bytes ?? null,
    dangerous: isDangerousFile(fileName, type),
    sealed: [raw, ref, metadata].some((part) => plain.safeParse(part['enc']).success),
    opens: opensAs(named.kind, address !== null, isStored),
    url: address?.url ?? null,
    host: address?.host ?? null,
    addedBy: raw.created_by ?? raw.owner_aid,
    addedAt: raw.created_at,
    changedAt: raw.updated_at,
    tags: tagsOf(raw.tags),
  };
}

/** A file can be fetched, a link leads somewhere or to an object; what else there may be is never opened. */
function opensAs(kind: GroupFile['kind'], hasAddress: boolean, isStored: boolean): GroupFile['opens'] {
  if (kind === 'file') return 'save';
  if (kind !== 'link') return 'nothing';
  return hasAddress ? 'link' : isStored ? 'save' : 'nothing';
}

/** Where a link leads: no document names the member for it, so the usual ones are looked at. */
function addressOf(places: readonly Readonly<Record<string, unknown>>[]): ReturnType<typeof webAddress> {
  for (const place of places)
    for (const name of ['url', 'href', 'link']) {
      const found = webAddress(place[name]);
      if (found !== null) return found;
    }
  return null;
}

function tagsOf(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  const tags = value
    .slice(0, LONGEST.tags)
    .map((tag: unknown) => (typeof tag === 'string' ? line(LONGEST.tag).parse(tag).trim() : ''));
  return [...new Set(tags.filter((tag) => tag !== ''))];
}

const requestFields = nameFields.extend({
  request_id: z
    .string()
    .min(1)
    .max(LONGEST.requestId)
    .refine((value) => cleanLine(value) === value),
  requester_aid: aid,
  status: anything,
  created_at: time,
});

/** A wish as it is shown, without what is known here of who asks. */
export type ReadResourceRequest = Omit<GroupFileRequest, 'personTitle' | 'personKind'>;

/** Reads a wish that waits for a decision; null for every other, and for one of nobody. */
export function readResourceRequest(value: unknown): ReadResourceRequest | null {
  const parsed = requestFields.safeParse(value);
  if (!parsed.success) return null;
  const raw = parsed.data;
  const isPending = raw.status === undefined || raw.status === 'pending';
  if (raw.requester_aid === null || !isPending) return null;
  return { request: raw.request_id, aid: raw.requester_aid, ...namedOf(raw), askedAt: raw.created_at };
}

const ticketFields = z.object({ access_ticket: z.object({ ticket: z.string().min(1).max(1024) }) });
const downloadFields = z.object({
  download: z.object({
    download_url: z.string().min(1).max(8_192),
    size_bytes: count,
    sha256: anything,
  }),
});

/** The single-use ticket of `get_access`, or null where there is none. */
export function readTicket(answer: unknown): string | null {
  return ticketFields.safeParse(answer).data?.access_ticket.ticket ?? null;
}

/** Where an answer says the bytes are, or null. A hash that is none is as good as not told. */
export function readDownload(answer: unknown): FetchTicket | null {
  const download = downloadFields.safeParse(answer).data?.download;
  if (download === undefined) return null;
  const { download_url: url, size_bytes: size, sha256 } = download;
  const isHash = typeof sha256 === 'string' && /^[0-9a-f]{64}$/i.test(sha256);
  return { url, size, sha256: isHash ? sha256.toLowerCase() : null };
}
