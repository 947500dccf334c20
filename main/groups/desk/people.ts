import { presentationOf } from '../../identity/profile/presentation';
import type { AccountStore } from '../../ports/store';

/** How somebody in a group is shown. */
export interface ShownPerson {
  /** Alias, name of a verified profile, or address. */
  readonly title: string;
  /** From their verified profile. */
  readonly verifiedKind: 'human' | 'agent' | 'unknown';
}

/** Reads how people are shown out of what is kept of them. */
export async function shownPerson(
  store: Pick<AccountStore, 'contact' | 'profile'>,
  aid: string,
): Promise<ShownPerson> {
  const [contact, profile] = await Promise.all([store.contact(aid), store.profile(aid)]);
  const { title, peerKind } = presentationOf(aid, profile, contact?.alias ?? '');
  return { title, verifiedKind: peerKind === 'human' || peerKind === 'agent' ? peerKind : 'unknown' };
}
