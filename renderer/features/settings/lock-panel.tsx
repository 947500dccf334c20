import { LockKeyhole } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useAppStore } from '../../stores/app-store';
import { Button } from '../../ui/button';
import { Choice } from '../../ui/choice';
import { Panel } from '../identity/centre/panel';
import { CheckRow } from './check-row';
import { lockApp } from './lock-app';

const minutes = [0, 1, 5, 15, 60] as const;

/** Locking the window: now, after a while without input, when the computer sleeps. */
export function LockPanel() {
  const { t } = useTranslation();
  const vault = useAppStore((state) => state.vault);
  const { autoLockMinutes, lockOnSuspend } = useAppStore((state) => state.settings);
  const mac = useAppStore((state) => state.info?.platform.startsWith('darwin') === true);
  const { changeSettings } = useAppStore.getState();
  if (vault?.passphraseSet !== true) {
    return <Panel title={t('lock.title')} text={t('lock.needsPassphrase')} testId="app-lock" />;
  }
  return (
    <Panel title={t('lock.title')} text={t('lock.text')} testId="app-lock">
      <div className="panel__actions">
        <Button onClick={() => void lockApp()} aria-keyshortcuts="Control+L" data-testid="lock-now">
          <LockKeyhole size={16} aria-hidden />
          {t('lock.now')}
        </Button>
        <kbd className="shortcut">{mac ? '⌘L' : 'Ctrl+L'}</kbd>
      </div>
      <Choice
        label={t('lock.after')}
        value={String(autoLockMinutes)}
        options={minutes.map((count) => ({
          value: String(count),
          label: count === 0 ? t('lock.never') : t('lock.minutes', { count }),
        }))}
        onChoose={(value) =>
          changeSettings({ autoLockMinutes: minutes.find((count) => String(count) === value) ?? 0 })
        }
      />
      <CheckRow
        label={t('lock.onSleep')}
        text={t('lock.onSleepText')}
        checked={lockOnSuspend}
        onChange={(checked) => changeSettings({ lockOnSuspend: checked })}
        testId="lock-on-suspend"
      />
    </Panel>
  );
}
