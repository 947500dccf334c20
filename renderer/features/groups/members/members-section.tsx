import { UserPlus, Users } from 'lucide-react';
import { useDeferredValue, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import type { Group } from '../../../../shared/model/group';
import { Button } from '../../../ui/button';
import { Choice } from '../../../ui/choice';
import { EmptyState } from '../../../ui/empty-state';
import { SearchBox } from '../../../ui/search-box';
import { Spinner } from '../../../ui/spinner';
import { useRovingRows } from '../../../ui/use-roving-rows';
import { GatedButton } from '../page/refusal';
import { useRefusals } from '../page/standing';
import { AddPeople } from './add-people';
import { MemberRow } from './member-row';
import { useMembers, type MemberFilter, type MembersPage } from './use-members';
import './members.css';

const filters: readonly MemberFilter[] = ['all', 'admins', 'agents', 'muted'];
/** This close to the end (px) the next members are fetched. */
const fetchDistance = 800;

function Rows(props: { readonly account: string; readonly group: Group; readonly page: MembersPage }) {
  const { t } = useTranslation();
  const { account, group, page } = props;
  const { members } = page;
  const scroller = useRef<HTMLDivElement>(null);
  const handle = useRef<VirtualizerHandle>(null);
  const roving = useRovingRows(scroller, handle, members.length);
  const active = Math.min(roving.active ?? 0, members.length - 1);
  return (
    <div
      ref={scroller}
      className="members__rows"
      onKeyDown={(key) => {
        // The keys of an open menu come along here too, though it is drawn elsewhere.
        if (key.target instanceof Node && key.currentTarget.contains(key.target)) roving.onKeyDown(key);
      }}
    >
      <div role="list" aria-label={t('moderation.section.members')} data-testid="members">
        <Virtualizer
          ref={handle}
          scrollRef={scroller}
          data={members}
          itemSize={56}
          keepMounted={[active]}
          onScroll={(offset) => {
            const list = handle.current;
            if (list !== null && list.scrollSize - list.viewportSize - offset < fetchDistance)
              page.loadMore();
          }}
        >
          {(member, index) => (
            <MemberRow
              key={member.aid}
              account={account}
              group={group}
              member={member}
              index={index}
              total={page.total ?? members.length}
              active={index === active}
            />
          )}
        </Virtualizer>
      </div>
    </div>
  );
}

/** Everybody in the group; only the rows near the screen are in the document. */
export function GroupMembers(props: { readonly account: string; readonly group: Group }) {
  const { t } = useTranslation();
  const { account, group } = props;
  const [query, setQuery] = useState('');
  const [only, setOnly] = useState<MemberFilter>('all');
  const [adding, setAdding] = useState(false);
  const page = useMembers(account, group.group, useDeferredValue(query.trim()), only);
  const refusalOf = useRefusals(group);
  const { members, total, error } = page;
  if (adding) return <AddPeople account={account} group={group} onDone={() => setAdding(false)} />;
  return (
    <section className="members" aria-label={t('moderation.section.members')}>
      <div className="members__bar">
        <SearchBox
          label={t('moderation.members.search')}
          value={query}
          onText={setQuery}
          rows=".members__rows"
          testId="member-search"
        />
        <div className="bare-choice">
          <Choice
            label={t('moderation.members.show')}
            value={only}
            options={filters.map((value) => ({ value, label: t(`moderation.members.only_${value}`) }))}
            onChoose={setOnly}
          />
        </div>
        <GatedButton refusal={refusalOf('add_member')} onPress={() => setAdding(true)} testId="add-people">
          <UserPlus size={16} aria-hidden />
          {t('moderation.members.add')}
        </GatedButton>
      </div>
      <p className="members__count tabular" role="status" data-testid="member-count">
        {total === null ? '' : t('moderation.page.members', { count: total })}
      </p>
      {error !== null ? (
        <EmptyState title={t(`errors.${error.code}`)}>
          <Button onClick={page.reload}>{t('common.retry')}</Button>
        </EmptyState>
      ) : total === null ? (
        <Spinner />
      ) : members.length === 0 ? (
        <EmptyState
          picture={<Users size={28} strokeWidth={1.5} aria-hidden />}
          title={query.trim() === '' ? t('moderation.members.noneTitle') : t('moderation.members.noMatch')}
        />
      ) : (
        <Rows key={only} account={account} group={group} page={page} />
      )}
    </section>
  );
}
