import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Conversation } from '../../../shared/model/conversation';
import { dayName } from '../../ui/time';
import { useNow } from '../../ui/use-now';
import { ConversationStart } from './conversation-start';
import { MessageRow } from './message-row';
import { isNotice, TimelineNotice } from './timeline-notice';
import type { TimelineRow } from './timeline-rows';

function DayLine(props: { readonly at: number }) {
  const { t, i18n } = useTranslation();
  const now = useNow(60_000);
  const words = { today: t('chat.today'), yesterday: t('chat.yesterday') };
  return (
    <div className="day-line" role="listitem">
      <span>{dayName(i18n.language, props.at, now, words)}</span>
    </div>
  );
}

function NewLine() {
  const { t } = useTranslation();
  return (
    <div className="new-line" role="listitem" data-testid="new-messages">
      <span>{t('chat.newMessages')}</span>
    </div>
  );
}

/** One row of the timeline, whatever it is. */
export const TimelineRowView = memo(function TimelineRowView(props: {
  readonly row: TimelineRow;
  readonly index: number;
  readonly account: string;
  readonly conversation: string;
  readonly kind: Conversation['kind'];
  readonly peerKind: Conversation['peerKind'];
  readonly title: string;
  readonly highlighted: boolean;
  readonly active: boolean;
}) {
  const { row } = props;
  switch (row.kind) {
    case 'start':
      return (
        <ConversationStart
          conversation={props.conversation}
          kind={props.kind}
          peerKind={props.peerKind}
          title={props.title}
        />
      );
    case 'day':
      return <DayLine at={row.at} />;
    case 'new':
      return <NewLine />;
    case 'message':
      if (isNotice(row.message)) {
        return (
          <TimelineNotice
            message={row.message}
            name={props.title}
            index={props.index}
            active={props.active}
          />
        );
      }
      return (
        <MessageRow
          account={props.account}
          name={props.title}
          message={row.message}
          index={props.index}
          first={row.first}
          last={row.last}
          highlighted={props.highlighted}
          active={props.active}
        />
      );
  }
});
