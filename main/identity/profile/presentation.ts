import { peerKindOf } from '../../../shared/aun/agent-md';
import { cutText, isVisible } from '../../../shared/aun/agent-md-text';
import type { Conversation, ProfileStatus } from '../../../shared/model/conversation';
import type { ProfileRecord } from '../../ports/store';

/** Longest name shown, in UTF-16 units. */
const MAX_NAME = 128;

/** How somebody is shown. */
export interface Presentation {
  /** The alias, else the name of a verified profile, else the address. */
  readonly title: string;
  readonly peerKind: Conversation['peerKind'];
  readonly profileStatus: ProfileStatus;
}

/** The name a profile declares, whoever wrote it; empty where none could be seen and where the profile is invalid. */
export function declaredNameOf(record: ProfileRecord | null): string {
  if (record === null || record.status === 'invalid') return '';
  return isVisible(record.name) ? cutText(record.name, MAX_NAME) : '';
}

/**
 * How somebody is shown, by what is known of them. Name and kind come only from a profile signed with the present key of
 * that address: anybody can write anything into the others, and a key may have been changed because it was stolen.
 */
export function presentationOf(aid: string, record: ProfileRecord | null, alias: string): Presentation {
  const status = record?.status ?? 'none';
  const trusted = record !== null && status === 'verified';
  const name = trusted ? declaredNameOf(record) : '';
  return {
    title: alias.trim() || name || aid,
    peerKind: trusted ? peerKindOf(record.type) : 'unknown',
    profileStatus: status,
  };
}
