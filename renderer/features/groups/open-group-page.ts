import { showAccount } from '../../stores/navigation';
import { useViewStore } from '../../stores/view-store';

/** Sections of the group page, in their order. */
export const groupSections = [
  'overview',
  'members',
  'texts',
  'files',
  'requests',
  'invites',
  'bans',
  'log',
  'settings',
  'keys',
  'danger',
] as const;
export type GroupSection = (typeof groupSections)[number];

/** Which group page is open at which section. */
export interface GroupPlace {
  readonly group: string;
  readonly section: GroupSection;
}

/** Reads what the view store keeps of an open group page; null when it is none. No group id has a space in it. */
export function groupPlaceOf(about: string | null): GroupPlace | null {
  if (about === null) return null;
  const [group = '', named] = about.split(' ');
  return { group, section: groupSections.find((section) => section === named) ?? 'overview' };
}

/** Shows an identity and opens the page of one of its groups at a section. */
export function openGroupPage(account: string, group: string, section: GroupSection = 'overview'): void {
  showAccount(account);
  useViewStore.getState().showDialog('group-page', `${group} ${section}`);
}
