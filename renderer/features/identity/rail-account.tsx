import { useTranslation } from 'react-i18next';
import type { Account } from '../../../shared/model/account';
import { showAccount } from '../../stores/navigation';
import { useViewStore } from '../../stores/view-store';
import { Avatar, type TintStyle } from '../../ui/avatar';
import { Tooltip } from '../../ui/tooltip';
import { presenceOf } from './connection-words';

/** One identity in the rail: ringed in its hue, with its unread count and the state of its connection. */
export function RailAccount(props: { readonly account: Account }) {
  const { t } = useTranslation();
  const { account } = props;
  const chosen = useViewStore((state) => state.account === account.account);
  const presence = presenceOf(account.session.state);
  const state = t(`rail.${presence}`);
  const name = account.displayName === '' ? account.account : `${account.displayName} (${account.account})`;
  const label =
    account.unread > 0
      ? t('rail.accountUnread', { name, state, count: account.unread })
      : t('rail.account', { name, state });
  const style: TintStyle = { '--hue': account.hue };
  return (
    <Tooltip text={`${name} · ${state}`} side="right">
      <button
        type="button"
        className="rail-account"
        style={style}
        aria-label={label}
        aria-current={chosen ? 'true' : undefined}
        data-account={account.account}
        data-presence={presence}
        data-testid="rail-account"
        onClick={() => showAccount(account.account)}
      >
        <Avatar
          name={account.displayName === '' ? account.account : account.displayName}
          hue={account.hue}
          kind="human"
          size={36}
        />
        <span className="rail-account__dot" data-presence={presence} />
        {account.unread > 0 && (
          <span className="rail-account__unread tabular" aria-hidden="true">
            {account.unread > 99 ? '99+' : account.unread}
          </span>
        )}
      </button>
    </Tooltip>
  );
}
