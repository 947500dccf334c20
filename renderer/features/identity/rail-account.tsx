import { BellOff } from 'lucide-react';
import type { ComponentProps } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account } from '../../../shared/model/account';
import { accountName } from '../../stores/account-name';
import { useViewStore } from '../../stores/view-store';
import { Avatar, type TintStyle } from '../../ui/avatar';
import { presenceOf } from './connection-words';

interface RailAccountProps extends ComponentProps<'button'> {
  readonly account: Account;
  readonly dragged: boolean;
}

/** What the rail says of an identity in words: its name, its state, what is unread, what deserves a look. */
export function useAccountWords(account: Account): { readonly name: string; readonly label: string } {
  const { t } = useTranslation();
  const presence = t(`rail.${presenceOf(account.session.state)}`);
  const short = accountName(account);
  const name = short === account.account ? short : `${short} (${account.account})`;
  const facts: string[] = [account.wantsOnline ? presence : t('switcher.signedOut')];
  if (account.notifications === 'none') facts.push(t('switcher.muted'));
  if (account.requests > 0) facts.push(t('daily.railRequests', { count: account.requests }));
  for (const found of account.attention) facts.push(t(`attention.${found}_short`));
  const state = facts.join(t('switcher.comma'));
  const label =
    account.unread > 0
      ? t('rail.accountUnread', { name, state, count: account.unread })
      : t('rail.account', { name, state });
  return { name, label };
}

/** One identity in the rail: ringed in its hue, with its unread count and the state of its connection. */
export function RailAccount({ account, dragged, ...rest }: RailAccountProps) {
  const chosen = useViewStore((state) => state.account === account.account);
  const { label } = useAccountWords(account);
  const muted = account.notifications === 'none';
  const waiting = account.unread + account.requests;
  const style: TintStyle = { '--hue': account.hue };
  return (
    <button
      type="button"
      {...rest}
      className="rail-account"
      style={style}
      aria-label={label}
      aria-current={chosen ? 'true' : undefined}
      data-account={account.account}
      data-presence={account.wantsOnline ? presenceOf(account.session.state) : 'signed-out'}
      data-dragged={dragged}
      data-testid="rail-account"
    >
      <Avatar name={accountName(account)} hue={account.hue} kind="human" size={36} />
      <span className="rail-account__dot" data-presence={presenceOf(account.session.state)} />
      {muted && (
        <span className="rail-account__muted">
          <BellOff size={10} strokeWidth={2.5} aria-hidden />
        </span>
      )}
      {account.attention.length > 0 && <span className="rail-account__attention" />}
      {waiting > 0 && (
        <span className="rail-account__unread tabular" data-muted={muted} aria-hidden="true">
          {waiting > 99 ? '99+' : waiting}
        </span>
      )}
    </button>
  );
}
