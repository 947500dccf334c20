import { useTranslation } from 'react-i18next';
import { accountName } from '../../stores/account-name';
import { useAccountsStore } from '../../stores/accounts-store';
import { useAppStore } from '../../stores/app-store';
import { invoke, toCommandError } from '../../stores/bridge';
import { useNoticesStore } from '../../stores/notices-store';
import { Choice } from '../../ui/choice';
import { CheckRow } from './check-row';
import { SelectRow } from './select-row';

/** When Parley calls for attention, and what it says then. */
export function NotificationsPanel() {
  const { t } = useTranslation();
  const { notificationsOn, notificationContent, notificationSound } = useAppStore((state) => state.settings);
  const accounts = useAccountsStore((state) => state.accounts) ?? [];
  const { changeSettings } = useAppStore.getState();
  const rules = [
    { value: 'all', label: t('notify.all') },
    { value: 'mentions', label: t('notify.mentions') },
    { value: 'none', label: t('notify.off') },
  ] as const;
  const setRule = (account: string, notifications: (typeof rules)[number]['value']): void => {
    invoke('account.update', { account, notifications }).then(
      (changed) => useAccountsStore.getState().merge(changed),
      (reason: unknown) => useNoticesStore.getState().showError(toCommandError(reason)),
    );
  };
  return (
    <section className="settings__section" data-testid="notification-settings">
      <h3>{t('notify.title')}</h3>
      <CheckRow
        label={t('notify.on')}
        text={t('common.sentences', { first: t('notify.onText'), second: t('notify.lockedText') })}
        checked={notificationsOn}
        onChange={(checked) => changeSettings({ notificationsOn: checked })}
        testId="notifications-on"
      />
      {notificationsOn && (
        <>
          <Choice
            label={t('notify.content')}
            value={notificationContent}
            options={[
              { value: 'full', label: t('notify.full') },
              { value: 'name', label: t('notify.name') },
              { value: 'none', label: t('notify.none') },
            ]}
            onChoose={(value) => changeSettings({ notificationContent: value })}
          />
          <CheckRow
            label={t('notify.sound')}
            checked={notificationSound}
            onChange={(checked) => changeSettings({ notificationSound: checked })}
          />
          <div className="settings__group" role="group" aria-label={t('notify.rules')}>
            <p className="settings__legend">{t('notify.rules')}</p>
            {accounts.map((account) => (
              <SelectRow
                key={account.account}
                label={accountName(account)}
                value={account.notifications}
                options={rules}
                onChoose={(value) => setRule(account.account, value)}
                testId="notification-rule"
              />
            ))}
          </div>
        </>
      )}
    </section>
  );
}
