import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account } from '../../../shared/model/account';
import { accountName } from '../../stores/account-name';
import { useAccountsStore } from '../../stores/accounts-store';
import { useAppStore } from '../../stores/app-store';
import { listKey } from '../../stores/conversation-lists';
import { useConversationsStore } from '../../stores/conversations-store';
import { Avatar } from '../../ui/avatar';
import { hueOf } from '../../ui/avatar-text';
import { Button } from '../../ui/button';
import { acceptConversation } from '../chat/conversation-actions';
import { CheckRow } from './check-row';
import { SelectRow } from './select-row';

const limits = [0, 1, 5, 20] as const;

/** What others learn while one writes, and what is fetched without a click. */
export function WritingPanel() {
  const { t } = useTranslation();
  const { sendTyping, autoDownloadMegabytes } = useAppStore((state) => state.settings);
  const { changeSettings } = useAppStore.getState();
  return (
    <section className="settings__section" data-testid="writing-settings">
      <h3>{t('notify.writing')}</h3>
      <CheckRow
        label={t('notify.typing')}
        text={t('notify.typingText')}
        checked={sendTyping}
        onChange={(checked) => changeSettings({ sendTyping: checked })}
        testId="send-typing"
      />
      <SelectRow
        label={t('notify.download')}
        text={t('notify.downloadText')}
        value={autoDownloadMegabytes}
        options={limits.map((value) => ({
          value,
          label: value === 0 ? t('notify.never') : t('notify.megabytes', { count: value }),
        }))}
        onChoose={(value) => changeSettings({ autoDownloadMegabytes: value })}
        testId="auto-download"
      />
    </section>
  );
}

function BlockedOf(props: { readonly account: Account; readonly several: boolean }) {
  const { t } = useTranslation();
  const { account } = props;
  const id = account.account;
  const list = useConversationsStore((state) => state.lists[listKey(id, 'blocked')]);
  useEffect(() => {
    void useConversationsStore.getState().load(id, 'blocked');
  }, [id]);
  return (list?.rows ?? []).map((row) => {
    const name = row.title === '' ? row.conversation : row.title;
    return (
      <li key={row.conversation} className="blocked-row" data-testid="blocked-row">
        <Avatar name={name} hue={hueOf(row.conversation)} kind={row.peerKind} size={32} />
        <span className="blocked-row__words">
          <span className="ellipsis isolate" dir="auto">
            {name}
          </span>
          <span className="blocked-row__aid ellipsis">
            {name === row.conversation ? '' : row.conversation}
            {props.several && ` ${t('notify.blockedBy', { name: accountName(account) })}`}
          </span>
        </span>
        <Button
          size="small"
          aria-label={t('notify.unblockName', { name })}
          onClick={() => acceptConversation(id, row.conversation)}
        >
          {t('notify.unblock')}
        </Button>
      </li>
    );
  });
}

/** Everybody who was blocked, under every identity. */
export function BlockedPanel() {
  const { t } = useTranslation();
  const accounts = useAccountsStore((state) => state.accounts) ?? [];
  const blocked = useConversationsStore((state) =>
    accounts.reduce(
      (sum, { account }) => sum + (state.lists[listKey(account, 'blocked')]?.rows.length ?? 0),
      0,
    ),
  );
  return (
    <section className="settings__section" data-testid="blocked-settings">
      <h3>{t('notify.blocked')}</h3>
      {blocked === 0 && <p className="check-row__text">{t('notify.blockedNone')}</p>}
      <ul className="blocked-list">
        {accounts.map((account) => (
          <BlockedOf key={account.account} account={account} several={accounts.length > 1} />
        ))}
      </ul>
    </section>
  );
}
