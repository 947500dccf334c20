import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConnectionEvent } from '../../../../shared/model/connection';
import { Button } from '../../../ui/button';
import { machineTime } from '../../../ui/time';
import { useNow } from '../../../ui/use-now';
import { Panel } from '../centre/panel';
import { presenceOf } from '../connection-words';
import { recentMoment } from '../dates';

/** How many lines are shown before somebody asks for all. */
const shown = 8;

function Line(props: { readonly event: ConnectionEvent; readonly now: number }) {
  const { t, i18n } = useTranslation();
  const { event, now } = props;
  const why =
    event.blocked !== null
      ? t(`blocked.${event.blocked}`)
      : event.problem !== null
        ? t(`errors.${event.problem.code}`)
        : '';
  const technical = [event.problem?.detail ?? '', event.gatewayUrl ?? ''].filter((text) => text !== '');
  return (
    <li className="history__line" data-testid="history-line">
      <span className="history__dot" data-presence={presenceOf(event.state)} aria-hidden="true" />
      <time className="history__time tabular" dateTime={machineTime(event.at)}>
        {recentMoment(i18n.language, event.at, now)}
      </time>
      <div className="history__words">
        <p>
          {t(`inspector.state.${event.state}`)}
          {event.attempt > 1 && ` · ${t('inspector.attempt', { count: event.attempt })}`}
        </p>
        {why !== '' && <p className="panel__note">{why}</p>}
        {why !== '' && technical.length > 0 && (
          <details className="task-error__details">
            <summary>{t('common.technicalDetails')}</summary>
            {technical.map((text) => (
              <code key={text} className="selectable">
                {text}
              </code>
            ))}
          </details>
        )}
      </div>
    </li>
  );
}

/** What the connection went through, newest first, in plain words. */
export function ConnectionTimeline(props: { readonly history: readonly ConnectionEvent[] }) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const now = useNow(60_000);
  const newestFirst = [...props.history].reverse();
  const lines = all ? newestFirst : newestFirst.slice(0, shown);
  return (
    <Panel title={t('inspector.history')} testId="connection-history">
      {lines.length === 0 ? (
        <p className="panel__note">{t('inspector.noHistory')}</p>
      ) : (
        <ol className="history">
          {lines.map((event, index) => (
            <Line key={`${event.at} ${index}`} event={event} now={now} />
          ))}
        </ol>
      )}
      {newestFirst.length > lines.length && (
        <div className="panel__actions">
          <Button size="small" onClick={() => setAll(true)}>
            {t('inspector.showAll', { count: newestFirst.length })}
          </Button>
        </div>
      )}
    </Panel>
  );
}
