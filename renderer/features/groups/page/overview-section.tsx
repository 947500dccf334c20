import { BadgeInfo, Pause, RefreshCw, Share2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Group } from '../../../../shared/model/group';
import { Button } from '../../../ui/button';
import { CopyButton, CopyTextButton } from '../../../ui/copy-button';
import { GroupAvatar } from '../../../ui/group-avatar';
import { QrCode } from '../../../ui/qr-code';
import { dateOf } from '../../../ui/time';
import { Fact, Facts, Panel } from '../../identity/centre/panel';
import { TaskError } from '../../identity/task-error';
import { useTask } from '../../identity/use-task';
import { KeysLine } from '../keys/keys-line';
import { changeGroup } from '../moderation/moderation-actions';
import { openGroupPage } from '../open-group-page';

import { usePersonTitle } from './person-line';
import { SignedText } from './signed-text';

/** What stops the group, or us in it, in one line; nothing while all is well. */
function Standing(props: { readonly account: string; readonly group: Group }) {
  const { t } = useTranslation();
  const { group } = props;
  const by = usePersonTitle(props.account, group.removedBy);
  const words = ((): string | null => {
    if (group.status === 'dissolved') return t('moderation.overview.dissolved');
    if (group.membership === 'removed')
      return group.removedBy === null
        ? t('moderation.overview.removed')
        : t('moderation.overview.removedBy', { name: by });
    if (group.membership === 'left') return t('moderation.overview.left');
    if (group.membership === 'pending') return t('moderation.overview.pending');
    if (group.membership === 'none') return t('moderation.overview.outside');
    return group.status === 'suspended' ? t('moderation.overview.suspended') : null;
  })();
  if (words === null) return null;
  return (
    <div className="notice-bar" data-tone="warning" role="status" data-testid="group-standing">
      <Pause size={16} aria-hidden />
      <p>{words}</p>
    </div>
  );
}

/** The link, to copy, to show and to send with a few words. */
function SharePanel(props: { readonly group: Group }) {
  const { t } = useTranslation();
  const { group } = props;
  const [open, setOpen] = useState(false);
  const words = t('moderation.share.words', { name: group.name, link: group.link });
  return (
    <Panel title={t('moderation.share.title')} text={t(`moderation.share.text_${group.joinMode}`)}>
      <div className="group-link">
        <code className="group-link__text selectable" data-testid="group-link">
          {group.link}
        </code>
        <CopyTextButton text={group.link}>{t('moderation.share.copyLink')}</CopyTextButton>
        <Button size="small" aria-expanded={open} onClick={() => setOpen(!open)} data-testid="group-share">
          <Share2 size={15} aria-hidden />
          {t('moderation.share.share')}
        </Button>
      </div>
      {open && (
        <div className="group-share">
          <QrCode text={group.link} label={t('moderation.share.qr', { link: group.link })} size={160} />
          <div className="group-share__words">
            <p className="selectable isolate" dir="auto" data-testid="share-words">
              {words}
            </p>
            <CopyTextButton text={words}>{t('moderation.share.copyText')}</CopyTextButton>
          </div>
        </div>
      )}
    </Panel>
  );
}

function FactsPanel(props: { readonly account: string; readonly group: Group }) {
  const { t, i18n } = useTranslation();
  const { account, group } = props;
  const owner = usePersonTitle(account, group.owner);
  const addedBy = usePersonTitle(account, group.addedBy);
  const agents = group.agentCount ?? 0;
  const hears =
    group.duty.length > 0
      ? t('groupDispatch.duty', { names: group.duty.join(', ') })
      : t(`groupDispatch.${group.dispatchMode}`);
  return (
    <Panel title={t('moderation.overview.facts')}>
      <Facts>
        <Fact name={t('moderation.overview.members')}>
          {t('moderation.page.members', { count: group.memberCount })}
          {agents > 0 && ` · ${t('moderation.page.agents', { count: agents })}`}
        </Fact>
        {group.owner !== null && (
          <Fact name={t('moderation.role.owner')}>
            <span className="isolate">{owner}</span>
            {owner !== group.owner && <span className="facts__more"> {group.owner}</span>}
          </Fact>
        )}
        {group.role !== null && (
          <Fact name={t('moderation.overview.you')} testId="own-role">
            {t(`moderation.role.${group.role}`)}
          </Fact>
        )}
        {group.joinedAt !== null && (
          <Fact name={t('moderation.overview.joined')}>
            {dateOf(i18n.language, group.joinedAt)}
            {group.addedBy !== null && ` · ${t('moderation.overview.addedBy', { name: addedBy })}`}
          </Fact>
        )}
        <Fact name={t('moderation.settings.visibility')}>{t(`groupCreate.${group.visibility}`)}</Fact>
        <Fact name={t('moderation.settings.joinMode')}>
          {group.joinMode === 'unknown'
            ? t('moderation.settings.joinUnknown')
            : t(`groupCreate.${group.joinMode}`)}
        </Fact>
        <Fact name={t('moderation.settings.hears')}>{hears}</Fact>
        <Fact name={t('moderation.overview.id')}>
          <span className="group-id">
            {group.group}
            <CopyButton text={group.group} label={t('moderation.overview.copyId')} />
          </span>
        </Fact>
      </Facts>
      {group.historyBefore && (
        <p className="panel__note group-note">
          <BadgeInfo size={15} aria-hidden />
          {t('moderation.overview.historyBefore')}
        </p>
      )}
    </Panel>
  );
}

/** What the group is, how to get others there, how it is protected. */
export function OverviewSection(props: { readonly account: string; readonly group: Group }) {
  const { t } = useTranslation();
  const { account, group } = props;
  const task = useTask();
  const refresh = (): void =>
    task.run(
      () => changeGroup('group.refresh', { account, group: group.group }),
      () => undefined,
    );
  return (
    <>
      <header className="group-head">
        <GroupAvatar group={group.group} name={group.name} picture={group.picture} size={88} />
        <div className="group-head__words">
          <h3 className="group-head__name isolate" dir="auto">
            {group.name}
          </h3>
          {group.description === '' ? (
            <p className="panel__note">{t('moderation.overview.noPurpose')}</p>
          ) : (
            <p className="group-head__purpose selectable isolate" dir="auto">
              {group.description}
            </p>
          )}
        </div>
        <Button size="small" tone="plain" busy={task.busy} onClick={refresh} data-testid="group-refresh">
          {!task.busy && <RefreshCw size={15} aria-hidden />}
          {t('moderation.overview.refresh')}
        </Button>
      </header>
      <Standing account={account} group={group} />
      <TaskError error={task.error} />
      {group.announcement !== null && (
        <SignedText
          account={account}
          text={group.announcement}
          heading={t('moderation.texts.announcement')}
          short
        />
      )}
      <KeysLine group={group} onMore={() => openGroupPage(account, group.group, 'keys')} />
      {group.link !== '' && <SharePanel group={group} />}
      <FactsPanel account={account} group={group} />
    </>
  );
}
