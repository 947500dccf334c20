import type { Attention } from '../../../shared/model/account';
import { showAccount } from '../../stores/navigation';
import { useViewStore, type IdentitySection } from '../../stores/view-store';

/** Shows an identity and opens its centre at a section. */
export function openIdentity(account: string, section: IdentitySection = 'profile'): void {
  showAccount(account);
  useViewStore.getState().showDialog('identity', section);
}

/** Where something that deserves a look is looked at. */
export const attentionSection: Readonly<Record<Attention, IdentitySection>> = {
  backup_missing: 'backup',
  certificate_expiring: 'keys',
  certificate_expired: 'keys',
  profile_changed_elsewhere: 'profile',
};
