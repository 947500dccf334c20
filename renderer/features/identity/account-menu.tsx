import {
  ArrowDown,
  ArrowUp,
  BadgeAlert,
  Bell,
  BellOff,
  Copy,
  IdCard,
  LogIn,
  LogOut,
  TriangleAlert,
} from 'lucide-react';
import { ContextMenu } from 'radix-ui';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account } from '../../../shared/model/account';
import { useAccountsStore } from '../../stores/accounts-store';
import { invoke, reportError, toCommandError } from '../../stores/bridge';
import { useNoticesStore } from '../../stores/notices-store';
import { attentionSection, openIdentity } from './open-identity';

function take(answer: Promise<Account>): void {
  answer.then(
    (account) => useAccountsStore.getState().merge(account),
    (reason: unknown) => useNoticesStore.getState().showError(toCommandError(reason)),
  );
}

function Item(props: {
  readonly icon: ReactNode;
  readonly disabled?: boolean;
  readonly onSelect: () => void;
  readonly children: ReactNode;
}) {
  return (
    <ContextMenu.Item className="menu__item" disabled={props.disabled === true} onSelect={props.onSelect}>
      {props.icon}
      {props.children}
    </ContextMenu.Item>
  );
}

/** What can be done with an identity from the rail: by right click, long press, or the menu key. */
export function AccountMenu(props: {
  readonly account: Account;
  readonly first: boolean;
  readonly last: boolean;
  readonly onMove: (step: -1 | 1) => void;
  readonly children: ReactNode;
}) {
  const { t } = useTranslation();
  const { account } = props;
  const id = account.account;
  const muted = account.notifications === 'none';
  return (
    <ContextMenu.Root modal={false}>
      <ContextMenu.Trigger asChild>{props.children}</ContextMenu.Trigger>
      <ContextMenu.Portal>
        <ContextMenu.Content className="menu" aria-label={t('switcher.menu', { name: id })}>
          <ContextMenu.Label className="menu__label">{id}</ContextMenu.Label>
          {account.attention.map((found) => (
            <Item
              key={found}
              icon={<BadgeAlert size={16} aria-hidden />}
              onSelect={() => openIdentity(id, attentionSection[found])}
            >
              {t(`attention.${found}_menu`)}
            </Item>
          ))}
          {account.attention.length > 0 && <ContextMenu.Separator className="menu__separator" />}
          <Item icon={<IdCard size={16} aria-hidden />} onSelect={() => openIdentity(id)}>
            {t('switcher.open')}
          </Item>
          <Item
            icon={<Copy size={16} aria-hidden />}
            onSelect={() => void navigator.clipboard.writeText(id).catch(reportError)}
          >
            {t('switcher.copyAddress')}
          </Item>
          <Item
            icon={muted ? <Bell size={16} aria-hidden /> : <BellOff size={16} aria-hidden />}
            onSelect={() =>
              take(invoke('account.update', { account: id, notifications: muted ? 'all' : 'none' }))
            }
          >
            {muted ? t('switcher.unmute') : t('switcher.mute')}
          </Item>
          {account.wantsOnline ? (
            <Item
              icon={<LogOut size={16} aria-hidden />}
              onSelect={() => take(invoke('account.disconnect', { account: id }))}
            >
              {t('switcher.signOut')}
            </Item>
          ) : (
            <Item
              icon={<LogIn size={16} aria-hidden />}
              onSelect={() => take(invoke('account.connect', { account: id }))}
            >
              {t('switcher.signIn')}
            </Item>
          )}
          <ContextMenu.Separator className="menu__separator" />
          <Item
            icon={<ArrowUp size={16} aria-hidden />}
            disabled={props.first}
            onSelect={() => props.onMove(-1)}
          >
            {t('switcher.moveUp')}
          </Item>
          <Item
            icon={<ArrowDown size={16} aria-hidden />}
            disabled={props.last}
            onSelect={() => props.onMove(1)}
          >
            {t('switcher.moveDown')}
          </Item>
          <ContextMenu.Separator className="menu__separator" />
          <Item icon={<TriangleAlert size={16} aria-hidden />} onSelect={() => openIdentity(id, 'danger')}>
            {t('switcher.remove')}
          </Item>
        </ContextMenu.Content>
      </ContextMenu.Portal>
    </ContextMenu.Root>
  );
}
