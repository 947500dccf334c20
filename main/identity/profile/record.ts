import { parsePeerAid } from '../../../shared/aun/aid';
import { compareAgentMdVersions, parseAgentMd } from '../../../shared/aun/agent-md';
import type { AgentMdFields } from '../../../shared/aun/agent-md';
import type { Profile, ProfileWarning } from '../../../shared/model/people';
import type { ProfileRecord } from '../../ports/store';
import { etagOf, openDocument } from './document';
import type { Fetched } from './exchange';
import type { DocumentVerifier, Verdict } from './verify';

type Document = Extract<Fetched, { kind: 'document' }>;

/** A document that came, and what it is worth. */
export interface Judged {
  readonly document: Document;
  readonly verdict: Verdict;
  readonly fields: AgentMdFields;
}

/** Reads the fields of a document; those of an empty one where it is not text. */
export function judge(document: Document, verdict: Verdict): Judged {
  const opened = openDocument(document.bytes);
  return { document, verdict, fields: parseAgentMd(opened?.split.payload ?? '').fields };
}

/** Whether a status says that a signature of that address was found good. */
export function isSigned(status: Verdict['status'] | ProfileRecord['status']): boolean {
  return status === 'verified' || status === 'older_key' || status === 'expired_key';
}

/** A record that knows of no document. */
export function emptyRecord(aid: string, fetchedAt: number): ProfileRecord {
  return {
    aid,
    raw: new Uint8Array(),
    etag: null,
    lastModified: null,
    fetchedAt,
    status: 'none',
    reason: '',
    name: '',
    type: '',
    certificateFingerprint: null,
    signedAt: null,
    wasSigned: false,
    highestVersion: '',
    highestUpdatedAt: '',
    highestSignedAt: 0,
    warning: null,
  };
}

/** A date as a number; what is no date lies before all that are. */
function timeOf(text: string): number {
  const time = Date.parse(text);
  return Number.isNaN(time) ? Number.MIN_SAFE_INTEGER : time;
}

/**
 * Whether a signed document is older than one that was seen before (`protocol/06 §5.2`). Version and date are signed and
 * count first; the time of signing is not, so it decides only between documents that say the same about themselves.
 */
function isOlder(record: ProfileRecord, { fields, verdict }: Judged): boolean {
  const version = compareAgentMdVersions(fields.version, record.highestVersion);
  if (version !== 0) return version < 0;
  const date = timeOf(fields.updatedAt) - timeOf(record.highestUpdatedAt);
  if (date !== 0) return date < 0;
  return (verdict.signedAt ?? 0) < record.highestSignedAt;
}

/**
 * What to do with a new document (`protocol/06 §5.2`): take it, keep the known one with a warning, or, where the new one
 * could not be checked now, keep the known one and ask again soon.
 */
export function decide(record: ProfileRecord, judged: Judged): 'take' | 'later' | ProfileWarning {
  const { status } = judged.verdict;
  const nothingToLose =
    record.status === 'none' || record.status === 'invalid' || record.status === 'unchecked';
  if (status === 'unchecked') return nothingToLose ? 'take' : 'later';
  if (status === 'invalid') return nothingToLose ? 'take' : 'became_invalid';
  if (isSigned(status)) return record.wasSigned && isOlder(record, judged) ? 'older_than_known' : 'take';
  return record.wasSigned ? 'became_unsigned' : 'take';
}

/** What is known, with a rollback protection that begins anew. */
export function startAgain(record: ProfileRecord): ProfileRecord {
  return { ...record, highestVersion: '', highestUpdatedAt: '', highestSignedAt: 0 };
}

/** The record of a document that was taken. What was highest stays so; only good signatures raise it. */
export function takeDocument(previous: ProfileRecord, judged: Judged, fetchedAt: number): ProfileRecord {
  const { document, verdict, fields } = judged;
  const base = {
    ...previous,
    raw: document.bytes,
    etag: document.etag,
    lastModified: document.lastModified,
    fetchedAt,
    name: fields.name,
    type: fields.type,
    warning: null,
  };
  return withVerdict(base, verdict, fields);
}

/** The record of the same document after it was judged again. */
export function withVerdict(record: ProfileRecord, verdict: Verdict, fields: AgentMdFields): ProfileRecord {
  const { status, reason, certificateFingerprint, signedAt } = verdict;
  const judged = { ...record, status, reason, certificateFingerprint, signedAt };
  if (!isSigned(status)) return judged;
  const newer = compareAgentMdVersions(fields.version, record.highestVersion) > 0;
  const later = newer || timeOf(fields.updatedAt) > timeOf(record.highestUpdatedAt);
  return {
    ...judged,
    wasSigned: true,
    highestVersion: newer ? fields.version : record.highestVersion,
    highestUpdatedAt: later ? fields.updatedAt : record.highestUpdatedAt,
    highestSignedAt: later ? (signedAt ?? 0) : Math.max(record.highestSignedAt, signedAt ?? 0),
  };
}

/**
 * A stored document, judged again: its certificate may have been revoked or replaced meanwhile. Where that cannot be
 * found out now, the last verdict stays.
 */
export async function judgeAgain(documents: DocumentVerifier, record: ProfileRecord): Promise<ProfileRecord> {
  const aid = parsePeerAid(record.aid);
  if (aid === null || record.raw.length === 0) return record;
  const verdict = await documents.verify(aid, record.raw);
  if (verdict.status === 'unchecked' && record.status !== 'unchecked') return record;
  const document = { kind: 'document', bytes: record.raw, etag: null, lastModified: null } as const;
  return withVerdict(record, verdict, judge(document, verdict).fields);
}

/** What the window gets. The text of an invalid document stays here (`protocol/06 §5.2`). */
export function toProfile(record: ProfileRecord): Profile {
  const opened = record.status === 'none' ? null : openDocument(record.raw);
  return {
    aid: record.aid,
    status: record.status,
    reason: record.reason,
    text: record.status === 'invalid' ? '' : (opened?.split.payload ?? ''),
    bytes: opened?.payload.length ?? 0,
    fetchedAt: record.fetchedAt === 0 ? null : record.fetchedAt,
    signedAt: record.signedAt,
    certificateFingerprint: record.certificateFingerprint,
    etag: record.raw.length === 0 ? null : etagOf(record.raw),
    warning: record.warning,
  };
}
