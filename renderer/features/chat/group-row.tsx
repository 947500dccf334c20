import type { Message } from '../../../shared/model/message';
import { useGroup } from '../../stores/groups-store';
import { useTimelineStore } from '../../stores/timeline-store';
import { GroupEvents } from './group-events';
import { GroupMessage, GroupSteps, MoreReplies, RepliesHead } from './group-message';
import { GroupStart } from './group-start';
import { isNotice, TimelineNotice } from './timeline-notice';
import type { TimelineRow } from './timeline-rows';

/** One row of the timeline of a group, whatever it is. Day lines and the line of new messages are everybody's. */
export function GroupRow(props: {
  readonly row: Exclude<TimelineRow, { kind: 'day' | 'new' }>;
  readonly index: number;
  readonly account: string;
  readonly conversation: string;
  readonly title: string;
  readonly highlighted: boolean;
  readonly active: boolean;
  readonly onFold: (key: string, how: 'closed' | 'all') => void;
}) {
  const { row, account, conversation, index, active, highlighted } = props;
  switch (row.kind) {
    case 'start':
      return <Start account={account} conversation={conversation} title={props.title} />;
    case 'steps':
      return (
        <GroupSteps
          account={account}
          messages={row.messages}
          index={index}
          active={active}
          highlighted={highlighted}
        />
      );
    case 'events':
      return <GroupEvents account={account} messages={row.messages} index={index} active={active} />;
    case 'replies':
      return (
        <RepliesHead
          account={account}
          cluster={row.cluster}
          open={row.open}
          index={index}
          active={active}
          onFold={props.onFold}
          onJump={(id) => void useTimelineStore.getState().openAround(account, conversation, id)}
        />
      );
    case 'more-replies':
      return (
        <MoreReplies
          cluster={row.cluster}
          shown={row.shown}
          index={index}
          active={active}
          onFold={props.onFold}
        />
      );
    case 'message':
      return <One {...props} message={row.message} row={row} />;
  }
}

function Start(props: { readonly account: string; readonly conversation: string; readonly title: string }) {
  const group = useGroup(props.account, props.conversation);
  return <GroupStart group={group} conversation={props.conversation} title={props.title} />;
}

function One(props: {
  readonly row: Extract<TimelineRow, { kind: 'message' }>;
  readonly message: Message;
  readonly index: number;
  readonly account: string;
  readonly title: string;
  readonly highlighted: boolean;
  readonly active: boolean;
}) {
  const { row, message, index, active } = props;
  if (isNotice(message))
    return <TimelineNotice message={message} name={props.title} index={index} active={active} />;
  return (
    <GroupMessage
      account={props.account}
      title={props.title}
      message={message}
      index={index}
      first={row.first}
      last={row.last}
      highlighted={props.highlighted}
      active={active}
      clustered={row.clustered}
      showReply={!row.final && !row.clustered}
    />
  );
}
