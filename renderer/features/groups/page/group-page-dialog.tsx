import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { Group } from '../../../../shared/model/group';
import { useGroupEntry, useGroupsStore } from '../../../stores/groups-store';
import { Button } from '../../../ui/button';
import { Dialog } from '../../../ui/dialog';
import { GroupAvatar } from '../../../ui/group-avatar';
import { EmptyState } from '../../../ui/empty-state';
import { Spinner } from '../../../ui/spinner';
import { GroupBans } from '../moderation/bans-section';
import { UndoToast } from '../moderation/undo-toast';
import { GroupInvites } from '../invites/invites-section';
import { GroupKeys } from '../keys/keys-section';
import { GroupLog } from '../log/log-section';
import { GroupMembers } from '../members/members-section';
import { groupPlaceOf, openGroupPage, type GroupSection } from '../open-group-page';
import { GroupRequests } from '../requests/requests-section';
import { GroupDanger } from '../settings/danger-section';
import { GroupSettings } from '../settings/settings-section';
import { FilesSection } from './files-section';
import { GroupNav } from './group-nav';

import { OverviewSection } from './overview-section';
import { TextsSection } from './texts-section';
import '../../identity/centre/centre.css';
import './group-page.css';

function Content(props: { readonly account: string; readonly group: Group; readonly section: GroupSection }) {
  const { section, ...about } = props;
  switch (section) {
    case 'overview':
      return <OverviewSection {...about} />;
    case 'members':
      return <GroupMembers {...about} />;
    case 'texts':
      return <TextsSection {...about} />;
    case 'files':
      return <FilesSection {...about} />;
    case 'requests':
      return <GroupRequests {...about} />;
    case 'invites':
      return <GroupInvites {...about} />;
    case 'bans':
      return <GroupBans {...about} />;
    case 'log':
      return <GroupLog {...about} />;
    case 'settings':
      return <GroupSettings {...about} />;
    case 'keys':
      return <GroupKeys {...about} />;
    case 'danger':
      return <GroupDanger {...about} />;
  }
}

function Who(props: { readonly group: Group }) {
  const { t } = useTranslation();
  const { group } = props;
  return (
    <div className="centre__who">
      <GroupAvatar group={group.group} name={group.name} picture={group.picture} size={44} />
      <div className="centre__names">
        <strong className="centre__name isolate" dir="auto">
          {group.name}
        </strong>
        <span className="group-side__facts tabular">
          {t('moderation.page.members', { count: group.memberCount })}
        </span>
      </div>
    </div>
  );
}

function Page(props: { readonly account: string; readonly group: Group; readonly section: GroupSection }) {
  const { account, group, section } = props;
  return (
    <div className="centre group-page" data-testid="group-page">
      <div className="centre__side">
        <Who group={group} />
        <GroupNav
          group={group}
          section={section}
          onSection={(chosen) => openGroupPage(account, group.group, chosen)}
        />
      </div>
      <div
        className="centre__content"
        id="group-panel"
        role="tabpanel"
        aria-labelledby={`group-tab-${section}`}
        tabIndex={-1}
        key={section}
        data-testid={`group-section-${section}`}
      >
        <Content account={account} group={group} section={section} />
      </div>
      <UndoToast />
    </div>
  );
}

function Waiting(props: { readonly account: string; readonly group: string }) {
  const { t } = useTranslation();
  const { error } = useGroupEntry(props.account, props.group);
  if (error === null)
    return (
      <div className="group-page__waiting">
        <Spinner />
        <span>{t('moderation.page.loading')}</span>
      </div>
    );
  return (
    <EmptyState title={t('moderation.page.failed')} text={t(`errors.${error.code}`)} testId="group-failed">
      <Button onClick={() => void useGroupsStore.getState().load(props.account, props.group)}>
        {t('common.retry')}
      </Button>
    </EmptyState>
  );
}

/** Everything about one group in one place: sections at the left, the chosen one beside them. */
export function GroupPageDialog(props: {
  readonly account: string;
  readonly about: string | null;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const { account, onClose } = props;
  const place = groupPlaceOf(props.about);
  const entry = useGroupEntry(account, place?.group ?? '');
  const nowhere = place === null;
  useEffect(() => {
    if (nowhere) onClose();
  }, [nowhere, onClose]);
  if (place === null) return null;
  return (
    <Dialog title={t('moderation.page.title')} onClose={onClose} testId="group-dialog">
      {entry.group === null ? (
        <Waiting account={account} group={place.group} />
      ) : (
        <Page key={entry.group.group} account={account} group={entry.group} section={place.section} />
      )}
    </Dialog>
  );
}
