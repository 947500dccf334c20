import { Plus, Settings } from 'lucide-react';
import { useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account } from '../../../shared/model/account';
import { useAccountsStore } from '../../stores/accounts-store';
import { showAccount } from '../../stores/navigation';
import { useViewStore } from '../../stores/view-store';
import { IconButton } from '../../ui/icon-button';
import { Tooltip } from '../../ui/tooltip';
import { AccountMenu } from './account-menu';
import { openIdentity } from './open-identity';
import { RailAccount, useAccountWords } from './rail-account';
import { moved, storeOrder, useAccountOrder } from './use-account-order';
import './rail.css';

function moveFocus(key: KeyboardEvent<HTMLElement>): void {
  if (key.altKey || key.ctrlKey || key.metaKey) return;
  const step = key.key === 'ArrowDown' ? 1 : key.key === 'ArrowUp' ? -1 : 0;
  if (step === 0) return;
  const buttons = [...key.currentTarget.querySelectorAll<HTMLElement>('button')];
  const index = buttons.findIndex((button) => button === document.activeElement);
  buttons[(index + step + buttons.length) % buttons.length]?.focus();
  key.preventDefault();
}

function RailItem(props: {
  readonly account: Account;
  readonly index: number;
  readonly count: number;
  readonly ordering: ReturnType<typeof useAccountOrder>;
  readonly onMove: (step: -1 | 1) => void;
}) {
  const { account, index, count, ordering } = props;
  const { label } = useAccountWords(account);
  const onKeyDown = (key: KeyboardEvent<HTMLElement>): void => {
    const step = key.key === 'ArrowUp' ? -1 : key.key === 'ArrowDown' ? 1 : 0;
    if (!key.altKey || key.ctrlKey || key.metaKey || step === 0) return;
    // Elsewhere these keys step through conversations.
    key.preventDefault();
    key.stopPropagation();
    props.onMove(step);
  };
  return (
    <li>
      <Tooltip text={label} side="right">
        <span>
          <AccountMenu account={account} first={index === 0} last={index === count - 1} onMove={props.onMove}>
            <RailAccount
              account={account}
              dragged={ordering.dragged === account.account}
              aria-keyshortcuts={index < 9 ? `Control+${index + 1}` : undefined}
              onClick={() => !ordering.isDragClick() && showAccount(account.account)}
              onDoubleClick={() => openIdentity(account.account)}
              onKeyDown={onKeyDown}
              onPointerDown={(down) => ordering.onPointerDown(account.account, down)}
            />
          </AccountMenu>
        </span>
      </Tooltip>
    </li>
  );
}

/** The identities of this installation, one above the other: switch, reorder, mute, sign in and out, open. */
export function Rail() {
  const { t } = useTranslation();
  const accounts = useAccountsStore((state) => state.accounts) ?? [];
  const [announcement, setAnnouncement] = useState('');
  const ids = accounts.map((account) => account.account);
  const ordering = useAccountOrder(ids);
  const { showDialog } = useViewStore.getState();

  const move = (account: string, step: -1 | 1): void => {
    const next = moved(ids, account, ids.indexOf(account) + step);
    if (next === ids) return;
    storeOrder(next);
    setAnnouncement(t('switcher.moved', { place: next.indexOf(account) + 1, count: next.length }));
  };

  return (
    <nav className="rail" aria-label={t('rail.label')} onKeyDown={moveFocus} data-testid="rail">
      <ul
        className="rail__accounts"
        data-dragging={ordering.dragged !== null}
        onPointerMove={(pointer) => ordering.onPointerMove(pointer.currentTarget, pointer)}
        onPointerUp={ordering.onPointerUp}
        onPointerCancel={ordering.onPointerCancel}
      >
        {ordering.order.map((id, index) => {
          const account = accounts.find((candidate) => candidate.account === id);
          if (account === undefined) return null;
          return (
            <RailItem
              key={id}
              account={account}
              index={index}
              count={ids.length}
              ordering={ordering}
              onMove={(step) => move(id, step)}
            />
          );
        })}
      </ul>
      <span className="visually-hidden" role="status">
        {announcement}
      </span>
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
