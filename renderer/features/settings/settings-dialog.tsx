import { useTranslation } from 'react-i18next';
import { useAccountsStore } from '../../stores/accounts-store';
import { useAppStore } from '../../stores/app-store';
import { invoke, toCommandError } from '../../stores/bridge';
import { useNoticesStore } from '../../stores/notices-store';
import { useViewStore } from '../../stores/view-store';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { Choice } from '../../ui/choice';
import { presenceOf } from '../identity/connection-words';
import { openIdentity } from '../identity/open-identity';
import { backendName } from './backend-name';
import { NotificationsPanel } from './notifications-panel';
import { BlockedPanel, WritingPanel } from './privacy-panel';
import './settings.css';

function tell(reason: unknown): void {
  useNoticesStore.getState().showError(toCommandError(reason));
}

function Appearance() {
  const { t } = useTranslation();
  const { theme, language } = useAppStore((state) => state.settings);
  const { changeSettings } = useAppStore.getState();
  return (
    <section className="settings__section">
      <h3>{t('settings.appearance')}</h3>
      <Choice
        label={t('settings.theme')}
        value={theme}
        options={[
          { value: 'system', label: t('settings.themeSystem') },
          { value: 'light', label: t('settings.themeLight') },
          { value: 'dark', label: t('settings.themeDark') },
        ]}
        onChoose={(value) => changeSettings({ theme: value })}
      />
      <Choice
        label={t('settings.language')}
        value={language}
        options={[
          { value: 'system', label: t('settings.languageSystem') },
          { value: 'en', label: 'English', lang: 'en' },
          { value: 'zh-CN', label: '简体中文', lang: 'zh-CN' },
        ]}
        onChoose={(value) => changeSettings({ language: value })}
      />
    </section>
  );
}

function Protection() {
  const { t } = useTranslation();
  const vault = useAppStore((state) => state.vault);
  if (vault === null) return null;
  const words = vault.passphraseSet
    ? t('settings.protectedByPassphrase')
    : vault.protected
      ? t('settings.protectedBy', { backend: backendName(vault.backend) ?? t('settings.systemStore') })
      : t('settings.notProtected');
  return (
    <section className="settings__section" data-testid="vault-status">
      <h3>{t('settings.protection')}</h3>
      <p>{words}</p>
      <div>
        <Button
          size="small"
          onClick={() => useViewStore.getState().showDialog('lock-settings')}
          data-testid="open-lock-settings"
        >
          {t('lock.settings')}
        </Button>
      </div>
    </section>
  );
}

function Identities() {
  const { t } = useTranslation();
  const accounts = useAccountsStore((state) => state.accounts) ?? [];
  const toggle = (account: string, offline: boolean): void => {
    invoke(offline ? 'account.connect' : 'account.disconnect', { account }).then(
      (changed) => useAccountsStore.getState().merge(changed),
      tell,
    );
  };
  return (
    <section className="settings__section">
      <h3>{t('settings.identities')}</h3>
      <ul className="settings__accounts">
        {accounts.map((account) => {
          const offline = !account.wantsOnline || account.session.state === 'idle';
          return (
            <li key={account.account} className="settings__account">
              <button
                type="button"
                className="text-button settings__name ellipsis"
                onClick={() => openIdentity(account.account)}
                aria-label={t('switcher.menu', { name: account.account })}
                data-testid="settings-identity"
              >
                {account.account}
              </button>
              <span className="settings__presence">{t(`rail.${presenceOf(account.session.state)}`)}</span>
              <Button size="small" onClick={() => toggle(account.account, offline)}>
                {offline ? t('settings.goOnline') : t('settings.goOffline')}
              </Button>
            </li>
          );
        })}
      </ul>
      <div className="settings__actions">
        <Button size="small" onClick={() => useViewStore.getState().showDialog('add-identity')}>
          {t('rail.add')}
        </Button>
        <Button
          size="small"
          onClick={() => useViewStore.getState().showDialog('restore')}
          data-testid="open-restore"
        >
          {t('restore.open')}
        </Button>
      </div>
    </section>
  );
}

function About() {
  const { t } = useTranslation();
  const info = useAppStore((state) => state.info);
  if (info === null) return null;
  return (
    <section className="settings__section">
      <h3>{t('settings.about')}</h3>
      <dl className="settings__facts selectable">
        <dt>{t('settings.version')}</dt>
        <dd data-testid="app-version">{info.version}</dd>
        <dt>{t('settings.runtime')}</dt>
        <dd>{info.runtime}</dd>
        <dt>{t('settings.platform')}</dt>
        <dd>{info.platform}</dd>
        <dt>{t('settings.dataFolder')}</dt>
        <dd>{info.dataFolder}</dd>
      </dl>
      <p className="settings__licence">{t('settings.licence')}</p>
      <div>
        <Button size="small" onClick={() => void invoke('app.showDataFolder', {}).catch(tell)}>
          {t('common.showDataFolder')}
        </Button>
      </div>
    </section>
  );
}

/** Settings of the window, the state of the vault, and what is running. */
export function SettingsDialog(props: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog title={t('settings.title')} onClose={props.onClose} testId="settings-dialog">
      <Appearance />
      <NotificationsPanel />
      <WritingPanel />
      <Identities />
      <BlockedPanel />
      <Protection />
      <About />
    </Dialog>
  );
}
