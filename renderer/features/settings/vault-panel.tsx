import { ShieldAlert, ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { VaultStatus } from '../../../shared/model/settings';
import { useAppStore } from '../../stores/app-store';
import { Button } from '../../ui/button';
import { Panel } from '../identity/centre/panel';
import { backendName } from './backend-name';
import { PassphraseForm, type PassphraseMode } from './passphrase-form';

function useVaultWords(vault: VaultStatus): string {
  const { t } = useTranslation();
  if (vault.passphraseSet) return t('settings.protectedByPassphrase');
  if (!vault.protected) return t('lock.unprotected');
  return t('settings.protectedBy', { backend: backendName(vault.backend) ?? t('settings.systemStore') });
}

function Facts(props: { readonly vault: VaultStatus }) {
  const { t } = useTranslation();
  const { vault } = props;
  const words = useVaultWords(vault);
  const [mode, setMode] = useState<PassphraseMode | null>(null);
  const Icon = vault.protected ? ShieldCheck : ShieldAlert;
  return (
    <Panel title={t('settings.protection')} testId="vault-status">
      <p className="vault-words" data-protected={vault.protected}>
        <Icon size={18} aria-hidden />
        <span>{words}</span>
      </p>
      {mode === null ? (
        <>
          <div className="panel__actions">
            {vault.passphraseSet ? (
              <>
                <Button onClick={() => setMode('change')} data-testid="passphrase-change-open">
                  {t('vault.change')}
                </Button>
                {vault.systemStore !== null && (
                  <Button onClick={() => setMode('remove')} data-testid="passphrase-remove-open">
                    {t('lock.remove')}
                  </Button>
                )}
              </>
            ) : (
              <Button
                tone={vault.protected ? 'quiet' : 'primary'}
                onClick={() => setMode('set')}
                data-testid="passphrase-set-open"
              >
                {t('vault.weakAction')}
              </Button>
            )}
          </div>
          {vault.passphraseSet && vault.systemStore === null && (
            <p className="panel__note">{t('lock.noStore')}</p>
          )}
        </>
      ) : (
        <div className="panel__form">
          <p className="panel__note">
            {mode === 'remove'
              ? t('lock.removeText', { store: vault.systemStore ?? t('settings.systemStore') })
              : t('vault.setText')}
          </p>
          <PassphraseForm mode={mode} onDone={() => setMode(null)} />
        </div>
      )}
    </Panel>
  );
}

/** What protects the keys on this computer, in words, and the passphrase: set, change, remove. */
export function VaultPanel() {
  const vault = useAppStore((state) => state.vault);
  return vault === null ? null : <Facts vault={vault} />;
}
