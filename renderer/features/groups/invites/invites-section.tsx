import { Plus, Ticket, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Group, GroupInvite } from '../../../../shared/model/group';
import { invoke } from '../../../stores/bridge';
import { useGroupEntry } from '../../../stores/groups-store';
import { Button } from '../../../ui/button';
import { EmptyState } from '../../../ui/empty-state';
import { Spinner } from '../../../ui/spinner';
import { Panel } from '../../identity/centre/panel';
import { MoreButton } from '../page/more-button';
import { GatedButton, RefusalNote } from '../page/refusal';
import { useRefusals } from '../page/standing';
import { usePages } from '../page/use-pages';
import { CreateInvite } from './create-invite';
import { InviteCard } from './invite-card';
import './invites.css';

function List(props: { readonly account: string; readonly group: Group; readonly fresh: string | null }) {
  const { t } = useTranslation();
  const { account, group, fresh } = props;
  const revision = useGroupEntry(account, group.group).log;
  const pages = usePages(
    async (place) => {
      const found = await invoke('group.invites', { account, group: group.group, ...place });
      return { rows: found.invites, total: found.total };
    },
    ({ code }) => code,
    `${revision} ${fresh ?? ''}`,
  );
  const { rows: invites, error } = pages;
  if (invites === null)
    return error === null ? (
      <Spinner />
    ) : (
      <EmptyState title={t(`errors.${error.code}`)}>
        <Button onClick={pages.reload}>{t('common.retry')}</Button>
      </EmptyState>
    );
  if (invites.length === 0)
    return (
      <EmptyState
        picture={<Ticket size={28} strokeWidth={1.5} aria-hidden />}
        title={t('moderation.invites.none')}
        text={t('moderation.invites.noneText')}
        testId="no-invites"
      />
    );
  const usable = invites.filter(({ status }) => status === 'active');
  const spent = invites.filter(({ status }) => status !== 'active');
  const card = (invite: GroupInvite) => (
    <InviteCard
      key={invite.code}
      account={account}
      group={group}
      invite={invite}
      open={invite.code === fresh}
      onRevoked={pages.reload}
    />
  );
  return (
    <>
      <ul className="invites" aria-label={t('moderation.section.invites')} data-testid="invites">
        {usable.map(card)}
      </ul>
      {spent.length > 0 && (
        <details className="fold">
          <summary data-testid="spent-invites">
            {t('moderation.invites.spent', { count: spent.length })}
          </summary>
          <ul className="invites invites--spent">{spent.map(card)}</ul>
        </details>
      )}
      <MoreButton pages={pages} />
    </>
  );
}

/** Invite codes: to make, to pass on, to take back; and what a code is worth. */
export function GroupInvites(props: { readonly account: string; readonly group: Group }) {
  const { t } = useTranslation();
  const { account, group } = props;
  const [making, setMaking] = useState(false);
  const [fresh, setFresh] = useState<GroupInvite | null>(null);
  const refusalOf = useRefusals(group);
  const manage = refusalOf('manage_invites');
  return (
    <Panel title={t('moderation.section.invites')} text={t('moderation.invites.about')}>
      <div className="notice-bar" data-tone="warning">
        <TriangleAlert size={16} aria-hidden />
        <p>{t('moderation.invites.bearer')}</p>
      </div>
      {group.joinMode === 'closed' && <p className="panel__note">{t('moderation.invites.closed')}</p>}
      {making ? (
        <CreateInvite
          account={account}
          group={group}
          onDone={(made) => {
            setMaking(false);
            if (made !== null) setFresh(made);
          }}
        />
      ) : (
        <GatedButton
          refusal={refusalOf('invite')}
          tone="primary"
          onPress={() => setMaking(true)}
          testId="new-invite"
        >
          <Plus size={16} aria-hidden />
          {t('moderation.invites.create')}
        </GatedButton>
      )}
      {manage === null ? (
        <List account={account} group={group} fresh={fresh?.code ?? null} />
      ) : (
        <>
          {fresh !== null && (
            <ul className="invites">
              <InviteCard
                account={account}
                group={group}
                invite={fresh}
                open
                onRevoked={() => setFresh(null)}
              />
            </ul>
          )}
          <RefusalNote refusal={manage} />
        </>
      )}
    </Panel>
  );
}
