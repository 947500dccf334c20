import { BadgeAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Account } from '../../../shared/model/account';
import { useAppStore } from '../../stores/app-store';
import { invoke } from '../../stores/bridge';
import { Button } from '../../ui/button';
import { ConnectionBar } from './connection-bar';
import { attentionSection, openIdentity } from './open-identity';
import { useTask } from './use-task';

/** What deserves a line over the conversation; the rest waits as a badge in the rail. */
const worthALine = ['certificate_expired', 'certificate_expiring', 'backup_missing'] as const;

/** A quiet reminder while everything works. Draws nothing where there is none. */
export function AttentionBar(props: { readonly account: Account }) {
  const { t } = useTranslation();
  const task = useTask();
  const { account, attention } = props.account;
  const unprotected = useAppStore((state) => state.vault?.protected === false);
  const found = worthALine.find((candidate) => attention.includes(candidate));
  if (found === undefined) return null;
  // One thing at a time: keys without protection are asked about first, in a bar of their own.
  if (found === 'backup_missing' && unprotected) return null;
  const later = (): void => {
    // The changed snapshot of the identity comes as an event.
    task.run(
      () => invoke('backup.dismissReminder', { account }),
      () => undefined,
    );
  };
  return (
    <ConnectionBar
      testId="attention"
      tone="neutral"
      state={`attention-${found}`}
      icon={<BadgeAlert size={18} aria-hidden />}
      action={
        <>
          {found === 'backup_missing' && (
            <Button size="small" tone="plain" busy={task.busy} onClick={later}>
              {t('attention.later')}
            </Button>
          )}
          <Button
            size="small"
            onClick={() => openIdentity(account, attentionSection[found])}
            data-testid="attention-action"
          >
            {t(`attention.${found}_action`)}
          </Button>
        </>
      }
    >
      {t(`attention.${found}`)}
      {task.error !== null && <p role="alert">{t(`errors.${task.error.code}`)}</p>}
    </ConnectionBar>
  );
}
