import { Check, UserPlus, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorCode } from '../../../../shared/bridge/error-codes';
import type { Group, JoinRequest } from '../../../../shared/model/group';
import { invoke } from '../../../stores/bridge';
import { useGroupEntry, useGroupsStore } from '../../../stores/groups-store';
import { Button } from '../../../ui/button';
import { Choice } from '../../../ui/choice';
import { EmptyState } from '../../../ui/empty-state';
import { Spinner } from '../../../ui/spinner';
import { TextField } from '../../../ui/text-field';
import { Panel } from '../../identity/centre/panel';
import { TaskError } from '../../identity/task-error';
import { useTask } from '../../identity/use-task';
import { askGroup } from '../moderation/moderation-actions';
import { MoreButton } from '../page/more-button';
import { RefusalNote } from '../page/refusal';
import { useRefusals } from '../page/standing';
import { usePages } from '../page/use-pages';
import { RequestCard } from './request-card';
import './requests.css';

const tabs = ['pending', 'approved', 'rejected'] as const;
type Tab = (typeof tabs)[number];
/** Most that can be decided on together (the contract's limit). */
const together = 100;

interface Decision {
  readonly aid: string;
  readonly approve: boolean;
  readonly reason: string;
}

/** Decides, and keeps why single decisions failed. */
function useReview(account: string, group: string, done: () => void) {
  const task = useTask();
  const [failed, setFailed] = useState<Readonly<Record<string, ErrorCode>>>({});
  const review = (decisions: readonly Decision[]): void =>
    task.run(
      () => askGroup('group.review', { account, group, decisions: decisions.slice(0, together) }),
      (result) => {
        useGroupsStore.getState().merge(account, result.group);
        const rows = result.results.flatMap(({ aid, code }) => (code === null ? [] : [[aid, code] as const]));
        setFailed(Object.fromEntries(rows));
        done();
      },
    );
  return { task, failed, review };
}

/** What can be done with several requests at once. */
function Batch(props: {
  readonly chosen: readonly string[];
  readonly total: number;
  readonly busy: boolean;
  readonly onAll: (all: boolean) => void;
  readonly onDecide: (approve: boolean, reason: string) => void;
}) {
  const { t } = useTranslation();
  const { chosen, total, busy } = props;
  const [refusing, setRefusing] = useState(false);
  const [reason, setReason] = useState('');
  const count = chosen.length;
  return (
    <div className="batch" role="group" aria-label={t('moderation.requests.batch')}>
      <label className="batch__all">
        <input
          type="checkbox"
          checked={count > 0 && count === total}
          onChange={(change) => props.onAll(change.target.checked)}
          data-testid="request-all"
        />
        {count === 0 ? t('moderation.requests.chooseAll') : t('moderation.requests.chosen', { count })}
      </label>
      {count > 0 && !refusing && (
        <span className="batch__do">
          <Button
            size="small"
            tone="primary"
            busy={busy}
            onClick={() => props.onDecide(true, '')}
            data-testid="batch-approve"
          >
            <Check size={15} aria-hidden />
            {t('moderation.requests.approveMany', { count })}
          </Button>
          <Button size="small" disabled={busy} onClick={() => setRefusing(true)} data-testid="batch-reject">
            <X size={15} aria-hidden />
            {t('moderation.requests.rejectMany', { count })}
          </Button>
        </span>
      )}
      {count > 0 && refusing && (
        <div className="batch__reason">
          <TextField
            label={t('moderation.requests.reason')}
            value={reason}
            maxLength={255}
            autoFocus
            onText={setReason}
          />
          <div className="panel__actions">
            <Button
              size="small"
              className="button button--small button--danger"
              busy={busy}
              onClick={() => {
                setRefusing(false);
                props.onDecide(false, reason.trim());
              }}
              data-testid="batch-reject-confirm"
            >
              {t('moderation.requests.rejectMany', { count })}
            </Button>
            <Button size="small" onClick={() => setRefusing(false)}>
              {t('common.cancel')}
            </Button>
          </div>
        </div>
      )}
    </div>
  );
}

function List(props: { readonly account: string; readonly group: Group; readonly tab: Tab }) {
  const { t } = useTranslation();
  const { account, group, tab } = props;
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const { log, members } = useGroupEntry(account, group.group);
  const pages = usePages(
    async (place) => {
      const found = await invoke('group.requests', { account, group: group.group, status: tab, ...place });
      return { rows: found.requests, total: found.total };
    },
    ({ aid }) => aid,
    `${log} ${members} ${group.requests}`,
  );
  const { task, failed, review } = useReview(account, group.group, () => {
    setChosen([]);
    pages.reload();
  });
  const { rows: requests, error } = pages;
  if (requests === null)
    return error === null ? (
      <Spinner />
    ) : (
      <EmptyState title={t(`errors.${error.code}`)}>
        <Button onClick={pages.reload}>{t('common.retry')}</Button>
      </EmptyState>
    );
  const there = new Set(requests.map(({ aid }) => aid));
  const marked = chosen.filter((aid) => there.has(aid));
  const mark = ({ aid }: JoinRequest, on: boolean): void =>
    setChosen((before) => (on ? [...before, aid] : before.filter((one) => one !== aid)));
  if (requests.length === 0)
    return (
      <EmptyState
        picture={<UserPlus size={28} strokeWidth={1.5} aria-hidden />}
        title={t(`moderation.requests.none_${tab}`)}
        text={t(`moderation.requests.none_${tab}_text`)}
        testId="no-requests"
      />
    );
  return (
    <>
      {tab === 'pending' && requests.length > 1 && (
        <Batch
          chosen={marked}
          total={Math.min(requests.length, together)}
          busy={task.busy}
          onAll={(all) => setChosen(all ? requests.slice(0, together).map(({ aid }) => aid) : [])}
          onDecide={(approve, reason) => review(marked.map((aid) => ({ aid, approve, reason })))}
        />
      )}
      <TaskError error={task.error} />
      <ul className="requests" aria-label={t('moderation.section.requests')} data-testid="requests">
        {requests.map((request) => (
          <RequestCard
            key={request.aid}
            account={account}
            question={group.joinQuestion}
            request={request}
            failed={failed[request.aid] ?? null}
            busy={task.busy}
            chosen={marked.includes(request.aid)}
            onChoose={tab === 'pending' && requests.length > 1 ? (on) => mark(request, on) : null}
            onDecide={(approve, reason) => review([{ aid: request.aid, approve, reason }])}
          />
        ))}
      </ul>
      <MoreButton pages={pages} />
    </>
  );
}

/** Who wants to come in: one by one or several at once, and what was decided before. */
export function GroupRequests(props: { readonly account: string; readonly group: Group }) {
  const { t } = useTranslation();
  const [tab, setTab] = useState<Tab>('pending');
  const refusal = useRefusals(props.group)('review');
  return (
    <Panel title={t('moderation.section.requests')} text={t('moderation.requests.about')}>
      {refusal !== null ? (
        <RefusalNote refusal={refusal} />
      ) : (
        <>
          <div className="bare-choice">
            <Choice
              label={t('moderation.requests.show')}
              value={tab}
              options={tabs.map((value) => ({ value, label: t(`moderation.requests.${value}`) }))}
              onChoose={setTab}
            />
          </div>
          <List key={tab} {...props} tab={tab} />
        </>
      )}
    </Panel>
  );
}
