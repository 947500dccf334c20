import { QrCode as QrIcon } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Group, GroupInvite } from '../../../../shared/model/group';
import { Button } from '../../../ui/button';
import { CopyTextButton } from '../../../ui/copy-button';
import { QrCode } from '../../../ui/qr-code';

import { TaskError } from '../../identity/task-error';
import { useTask } from '../../identity/use-task';
import { askGroup } from '../moderation/moderation-actions';
import { usePersonTitle } from '../page/person-line';
import { GatedButton } from '../page/refusal';
import { useRefusals } from '../page/standing';
import { whenOf } from '../page/when';

/** One code: what it still opens, for how long, who made it; link and picture to pass on. */
export function InviteCard(props: {
  readonly account: string;
  readonly group: Group;
  readonly invite: GroupInvite;
  /** It was made just now: the way to pass it on is open. */
  readonly open: boolean;
  readonly onRevoked: () => void;
}) {
  const { t, i18n } = useTranslation();
  const { account, group, invite } = props;
  const [shown, setShown] = useState(props.open);
  const [asking, setAsking] = useState(false);
  const task = useTask();
  const refusalOf = useRefusals(group);
  const by = usePersonTitle(account, invite.createdBy);
  const active = invite.status === 'active';
  const used = invite.usedCount;
  const facts = [
    invite.maxUses === 0
      ? t('moderation.invites.used', { count: used })
      : t('moderation.invites.usedOf', { used, count: invite.maxUses }),
    invite.expiresAt === null
      ? t('moderation.invites.noEnd')
      : t('moderation.invites.until', { time: whenOf(i18n.language, invite.expiresAt) }),
    t('moderation.invites.by', { name: by }),
  ];
  const revoke = (): void =>
    task.run(
      () => askGroup('group.revokeInvite', { account, group: group.group, code: invite.code }),
      () => {
        setAsking(false);
        props.onRevoked();
      },
    );
  return (
    <li className="invite" data-status={invite.status} data-testid="invite">
      <div className="invite__head">
        <code className="invite__code selectable">{invite.code}</code>
        {!active && <span className="tag">{t(`moderation.invites.status_${invite.status}`)}</span>}
        <span className="invite__facts tabular">{facts.join(' · ')}</span>
      </div>
      {active && (
        <div className="panel__actions">
          <CopyTextButton text={invite.link}>{t('moderation.invites.copyLink')}</CopyTextButton>
          <Button size="small" aria-expanded={shown} onClick={() => setShown(!shown)} data-testid="invite-qr">
            <QrIcon size={15} aria-hidden />
            {t('moderation.invites.qr')}
          </Button>
          {!asking && (
            <GatedButton
              refusal={refusalOf('manage_invites')}
              size="small"
              tone="plain"
              onPress={() => setAsking(true)}
              testId="invite-revoke"
            >
              {t('moderation.invites.revoke')}
            </GatedButton>
          )}
        </div>
      )}
      {active && shown && (
        <div className="invite__share">
          <QrCode
            text={invite.link}
            label={t('moderation.invites.qrLabel', { code: invite.code })}
            size={148}
          />
          <span className="invite__link selectable">{invite.link}</span>
        </div>
      )}
      {asking && (
        <div className="invite__ask" role="group" aria-label={t('moderation.invites.revoke')}>
          <p>{t('moderation.invites.revokeText', { code: invite.code })}</p>
          <div className="panel__actions">
            <Button
              className="button button--small button--danger"
              busy={task.busy}
              autoFocus
              onClick={revoke}
              data-testid="invite-revoke-confirm"
            >
              {t('moderation.invites.revokeDo')}
            </Button>
            <Button size="small" onClick={() => setAsking(false)}>
              {t('common.cancel')}
            </Button>
          </div>
        </div>
      )}
      <TaskError error={task.error} />
    </li>
  );
}
