import { ChartNoAxesColumn, Check } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { invoke, toCommandError } from '../../../stores/bridge';
import { useNoticesStore } from '../../../stores/notices-store';
import { useTimelineStore } from '../../../stores/timeline-store';
import { momentOf } from '../../../ui/time';
import { useNow } from '../../../ui/use-now';
import { label } from './format';
import type { ContentProps, Of } from './parts';

function sameChoice(first: ReadonlySet<string>, second: ReadonlySet<string>): boolean {
  return first.size === second.size && [...first].every((id) => second.has(id));
}

/** A poll: options with bars and counts. A click votes; with several answers a button does. Votes can be changed. */
export function PollCard(props: ContentProps & { readonly content: Of<'poll'> }) {
  const { t, i18n } = useTranslation();
  const { account, message, content } = props;
  const [chosen, setChosen] = useState<ReadonlySet<string> | null>(null);
  const [busy, setBusy] = useState(false);
  const now = useNow(1000);
  const closed = content.expiresAt !== null && content.expiresAt <= now;
  const votes = new Map((message.votes ?? []).map((vote) => [vote.option, vote]));
  const mine = new Set([...votes.values()].filter((vote) => vote.mine).map(({ option }) => option));
  const shown = chosen ?? mine;
  const total = [...votes.values()].reduce((sum, { count }) => sum + count, 0);
  const most = Math.max(1, ...[...votes.values()].map(({ count }) => count));

  const send = (options: ReadonlySet<string>): void => {
    setBusy(true);
    invoke('message.vote', {
      account,
      id: message.id,
      options: [...options],
      requestId: crypto.randomUUID(),
    })
      .then((poll) => useTimelineStore.getState().merge(account, message.conversation, [poll]))
      .catch((reason: unknown) => useNoticesStore.getState().showError(toCommandError(reason)))
      .finally(() => {
        setBusy(false);
        setChosen(null);
      });
  };
  const press = (id: string): void => {
    if (!content.multiple) {
      const one = new Set([id]);
      setChosen(one);
      if (!sameChoice(one, mine)) send(one);
      return;
    }
    const next = new Set(shown);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };

  const kind = content.multiple ? t('content.pollMultiple') : t('content.pollSingle');
  return (
    <div
      className="poll"
      role="group"
      aria-label={`${t('content.poll')}: ${label(content.title)}`}
      data-testid="poll"
    >
      <p className="poll__kind">
        <ChartNoAxesColumn size={14} aria-hidden />
        {closed ? `${t('content.poll')} · ${t('content.pollClosed')}` : `${t('content.poll')} · ${kind}`}
      </p>
      <p className="card__title" dir="auto">
        {label(content.title, 300)}
      </p>
      <div className="poll__options" role={content.multiple ? 'group' : 'radiogroup'} aria-label={kind}>
        {content.options.map(({ id, text }, index) => {
          const count = votes.get(id)?.count ?? 0;
          const checked = shown.has(id);
          return (
            <button
              key={`${index} ${id}`}
              type="button"
              className="poll__option"
              role={content.multiple ? 'checkbox' : 'radio'}
              aria-checked={checked}
              aria-label={`${label(text)}, ${t('content.pollVotes', { count })}${mine.has(id) ? `, ${t('content.pollMine')}` : ''}`}
              disabled={closed || busy}
              onClick={() => press(id)}
              data-testid="poll-option"
            >
              <span className="poll__mark" data-round={!content.multiple}>
                {checked && <Check size={12} aria-hidden />}
              </span>
              <span className="poll__text" dir="auto">
                {label(text)}
              </span>
              <span className="poll__count tabular">{count}</span>
              <span className="poll__bar" aria-hidden="true">
                <span style={{ width: `${(100 * count) / most}%` }} />
              </span>
            </button>
          );
        })}
      </div>
      <p className="poll__foot tabular">
        <span>
          {t('content.pollVotes', { count: total })}
          {content.expiresAt !== null &&
            !closed &&
            ` · ${t('content.pollUntil', { date: momentOf(i18n.language, content.expiresAt) })}`}
        </span>
        {content.multiple && !closed && (
          <button
            type="button"
            className="text-button"
            disabled={busy || chosen === null || chosen.size === 0 || sameChoice(chosen, mine)}
            onClick={() => send(shown)}
            data-testid="poll-vote"
          >
            {t('content.pollVote')}
          </button>
        )}
      </p>
    </div>
  );
}
