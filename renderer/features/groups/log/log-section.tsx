import { Download, ScrollText } from 'lucide-react';
import { useCallback, useDeferredValue, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Group, GroupLogEntry } from '../../../../shared/model/group';
import { invoke, toCommandError, type CommandError } from '../../../stores/bridge';
import { useGroupEntry } from '../../../stores/groups-store';
import { useNoticesStore } from '../../../stores/notices-store';
import { Button } from '../../../ui/button';
import { EmptyState } from '../../../ui/empty-state';
import { SearchBox } from '../../../ui/search-box';
import { Spinner } from '../../../ui/spinner';
import { dayOf } from '../../../ui/time';
import { TaskError } from '../../identity/task-error';
import { useTask } from '../../identity/use-task';
import { LogDay, LogRow } from './log-row';
import { logTopics, topicNames, type LogTopic } from './log-words';
import './log.css';

/** Entries that are asked for at once. */
const page = 50;

interface Listed {
  readonly key: string;
  readonly entries: readonly GroupLogEntry[];
  readonly more: boolean;
  readonly error: CommandError | null;
}

const nothing: Listed = { key: '', entries: [], more: false, error: null };

/** New entries in front of those that were loaded, without one of them twice. */
function joined(fresh: readonly GroupLogEntry[], before: readonly GroupLogEntry[]): GroupLogEntry[] {
  const oldest = fresh.at(-1)?.seq;
  return oldest === undefined ? [...before] : [...fresh, ...before.filter(({ seq }) => seq < oldest)];
}

/** The log, newest first, page by page; what is new comes to its head by itself. */
function useLog(account: string, group: string, query: string, topics: readonly LogTopic[]) {
  const revision = useGroupEntry(account, group).log;
  const chosen = [...new Set(topics.flatMap((topic) => logTopics[topic]))].sort().join(' ');
  const key = `${account} ${group} ${chosen}|${query}`;
  const [listed, setListed] = useState<Listed>(nothing);
  const [loading, setLoading] = useState(true);
  const turn = useRef(0);
  const load = useCallback(
    async (before: number | null) => {
      const mine = (turn.current += 1);
      setLoading(true);
      try {
        const actions = chosen === '' ? [] : chosen.split(' ');
        const found = await invoke('group.log', { account, group, query, actions, before, limit: page });
        if (mine !== turn.current) return;
        setListed((known) => {
          const same = known.key === key ? known.entries : [];
          if (before !== null)
            return { key, entries: [...same, ...found.entries], more: found.more, error: null };
          const kept = joined(found.entries, same);
          // Where a page was full, what lies behind the rows that were there already is still not loaded.
          const more = same.length > 0 ? known.more : found.more;
          return { key, entries: kept, more, error: null };
        });
      } catch (reason) {
        if (mine === turn.current)
          setListed((known) => ({
            ...(known.key === key ? known : nothing),
            key,
            error: toCommandError(reason),
          }));
      } finally {
        if (mine === turn.current) setLoading(false);
      }
    },
    [account, group, query, chosen, key],
  );
  useEffect(() => {
    const timer = setTimeout(() => void load(null), 0);
    return () => clearTimeout(timer);
  }, [load, revision]);
  const shown = listed.key === key ? listed : null;
  return {
    entries: shown?.entries ?? [],
    more: shown?.more ?? false,
    error: shown?.error ?? null,
    known: shown !== null,
    loading,
    reload: () => void load(null),
    loadMore: () => void load(shown?.entries.at(-1)?.seq ?? null),
  };
}

function ExportButtons(props: { readonly account: string; readonly group: Group }) {
  const { t } = useTranslation();
  const { account, group } = props;
  const task = useTask();
  const save = (format: 'csv' | 'json'): void =>
    task.run(
      () => invoke('group.exportLog', { account, group: group.group, format }),
      ({ saved }) => {
        if (saved) useNoticesStore.getState().showInfo(t('moderation.log.saved'));
      },
    );
  return (
    <>
      {(['csv', 'json'] as const).map((format) => (
        <Button
          key={format}
          size="small"
          busy={task.busy}
          onClick={() => save(format)}
          data-testid={`log-export-${format}`}
        >
          {!task.busy && <Download size={15} aria-hidden />}
          {t(`moderation.log.export_${format}`)}
        </Button>
      ))}
      <TaskError error={task.error} />
    </>
  );
}

/** What happened in the group: who did what to whom and when, and whether a signed request of theirs was seen. */
export function GroupLog(props: { readonly account: string; readonly group: Group }) {
  const { t } = useTranslation();
  const { account, group } = props;
  const [query, setQuery] = useState('');
  const [topics, setTopics] = useState<readonly LogTopic[]>([]);
  const log = useLog(account, group.group, useDeferredValue(query.trim()), topics);
  const toggle = (topic: LogTopic): void =>
    setTopics((before) =>
      before.includes(topic) ? before.filter((one) => one !== topic) : [...before, topic],
    );
  const filtered = query.trim() !== '' || topics.length > 0;
  return (
    <section className="log" aria-label={t('moderation.section.log')}>
      <div className="log__bar">
        <SearchBox label={t('moderation.log.search')} value={query} onText={setQuery} testId="log-search" />
        <ExportButtons account={account} group={group} />
      </div>
      <div className="chips" role="group" aria-label={t('moderation.log.filter')}>
        {topicNames.map((topic) => (
          <button
            key={topic}
            type="button"
            className="chip"
            aria-pressed={topics.includes(topic)}
            onClick={() => toggle(topic)}
            data-testid={`log-topic-${topic}`}
          >
            {t(`moderation.log.topic.${topic}`)}
          </button>
        ))}
        {topics.length > 0 && (
          <button type="button" className="chip chip--plain" onClick={() => setTopics([])}>
            {t('moderation.log.allTopics')}
          </button>
        )}
      </div>
      {log.error !== null && log.entries.length === 0 ? (
        <EmptyState title={t(`errors.${log.error.code}`)}>
          <Button onClick={log.reload}>{t('common.retry')}</Button>
        </EmptyState>
      ) : log.entries.length === 0 ? (
        !log.known ? (
          <Spinner />
        ) : (
          <EmptyState
            picture={<ScrollText size={28} strokeWidth={1.5} aria-hidden />}
            title={filtered ? t('moderation.log.noMatch') : t('moderation.log.none')}
            text={filtered ? t('moderation.log.noMatchText') : t('moderation.log.noneText')}
            testId="no-log"
          />
        )
      ) : (
        <ol className="log__rows" aria-label={t('moderation.section.log')} data-testid="log">
          {log.entries.map((entry, index) => {
            const before = log.entries[index - 1];
            const day = before === undefined || dayOf(before.at) !== dayOf(entry.at);
            return (
              <LogRow
                key={entry.seq}
                account={account}
                entry={entry}
                heading={day ? <LogDay at={entry.at} /> : null}
              />
            );
          })}
        </ol>
      )}
      {log.more && (
        <Button size="small" busy={log.loading} onClick={log.loadMore} data-testid="log-more">
          {t('moderation.log.more')}
        </Button>
      )}
      <details className="fold log__legend">
        <summary>{t('moderation.log.legend')}</summary>
        <ul>
          {(['verified', 'unsigned', 'invalid', 'unchecked'] as const).map((signature) => (
            <li key={signature}>
              <strong>{t(`moderation.signature.${signature}`)}</strong> ·{' '}
              {t(`moderation.signature.${signature}_text`)}
            </li>
          ))}
        </ul>
        <p>{t('moderation.log.honest')}</p>
      </details>
    </section>
  );
}
