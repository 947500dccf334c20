import { Plus, Settings } from 'lucide-react';
import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useAccountsStore } from '../../stores/accounts-store';
import { useViewStore } from '../../stores/view-store';
import { IconButton } from '../../ui/icon-button';
import { RailAccount } from './rail-account';
import './rail.css';

function moveFocus(key: KeyboardEvent<HTMLElement>): void {
  const step = key.key === 'ArrowDown' ? 1 : key.key === 'ArrowUp' ? -1 : 0;
  if (step === 0) return;
  const buttons = [...key.currentTarget.querySelectorAll<HTMLElement>('button')];
  const index = buttons.findIndex((button) => button === document.activeElement);
  buttons[(index + step + buttons.length) % buttons.length]?.focus();
  key.preventDefault();
}

/** The identities of this installation, one above the other. */
export function Rail() {
  const { t } = useTranslation();
  const accounts = useAccountsStore((state) => state.accounts) ?? [];
  const { showDialog } = useViewStore.getState();
  return (
    <nav className="rail" aria-label={t('rail.label')} onKeyDown={moveFocus} data-testid="rail">
      <ul className="rail__accounts">
        {accounts.map((account) => (
          <li key={account.account}>
            <RailAccount account={account} />
          </li>
        ))}
      </ul>
      <div className="rail__actions">
        <IconButton
          label={t('rail.add')}
          side="right"
          onClick={() => showDialog('add-identity')}
          data-testid="add-identity"
        >
          <Plus size={20} aria-hidden />
        </IconButton>
        <IconButton
          label={t('rail.settings')}
          side="right"
          onClick={() => showDialog('settings')}
          data-testid="open-settings"
        >
          <Settings size={19} aria-hidden />
        </IconButton>
      </div>
    </nav>
  );
}
