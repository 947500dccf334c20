import { DatabaseZap, KeyRound } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account } from '../../../shared/model/account';
import { useAccountsStore } from '../../stores/accounts-store';
import { invoke, toCommandError } from '../../stores/bridge';
import { useNoticesStore } from '../../stores/notices-store';
import { Button } from '../../ui/button';
import { EmptyState } from '../../ui/empty-state';

/** When the key or the database of an identity can't be opened: calm words and choices. Nothing is changed. */
export function TroubleScreen(props: { readonly account: Account; readonly kind: 'key' | 'database' }) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const { account, kind } = props;
  const tell = (reason: unknown): void => useNoticesStore.getState().showError(toCommandError(reason));
  const retry = (): void => {
    setBusy(true);
    invoke('account.connect', { account: account.account })
      .then((changed) => useAccountsStore.getState().merge(changed), tell)
      .finally(() => setBusy(false));
  };
  const detail = account.session.problem?.detail ?? '';
  const Icon = kind === 'key' ? KeyRound : DatabaseZap;
  return (
    <main className="trouble" data-testid={`trouble-${kind}`}>
      <EmptyState
        picture={<Icon size={40} strokeWidth={1.5} aria-hidden />}
        title={kind === 'key' ? t('trouble.keyTitle') : t('trouble.databaseTitle')}
        text={kind === 'key' ? t('trouble.keyText') : t('trouble.databaseText')}
      >
        <Button tone="primary" busy={busy} onClick={retry}>
          {t('common.retry')}
        </Button>
        <Button onClick={() => void invoke('app.showDataFolder', {}).catch(tell)}>
          {t('common.showDataFolder')}
        </Button>
        {detail !== '' && (
          <details className="trouble__details">
            <summary>{t('common.technicalDetails')}</summary>
            <code className="selectable">{detail}</code>
          </details>
        )}
      </EmptyState>
    </main>
  );
}
