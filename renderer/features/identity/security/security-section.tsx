import { useTranslation } from 'react-i18next';
import { LockPanel } from '../../settings/lock-panel';
import { VaultPanel } from '../../settings/vault-panel';
import '../../settings/settings.css';

/** What protects the keys on this computer, and the lock of the window. Both count for every identity here. */
export function SecuritySection() {
  const { t } = useTranslation();
  return (
    <>
      <p className="panel__text">{t('lock.forAll')}</p>
      <VaultPanel />
      <LockPanel />
    </>
  );
}
