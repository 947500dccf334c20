import { CornerDownRight, ShieldCheck } from 'lucide-react';
import { lazy, memo, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import type { Message } from '../../../shared/model/message';
import type { Contact } from '../../../shared/model/people';
import { accountName } from '../../stores/account-name';
import { useAccount } from '../../stores/accounts-store';
import { useViewStore } from '../../stores/view-store';
import { Avatar } from '../../ui/avatar';
import { hueOf } from '../../ui/avatar-text';
import { label } from './content/format';
import { namesTogether } from './group-event-words';
import { MessageRow } from './message-row';
import type { ReplyCluster } from './timeline-replies';
import { useSender, useTitle, useTitles } from './use-sender';
import './group-message.css';

const ToolSteps = lazy(async () => ({ default: (await import('./content/tool-steps')).ToolSteps }));

/** Picture of a sender; a click leads to what is known of them. */
function SenderPicture(props: {
  readonly aid: string;
  readonly name: string;
  readonly contact?: Contact | undefined;
}) {
  const { aid, name, contact } = props;
  return (
    <button
      type="button"
      className="sender-picture"
      tabIndex={-1}
      aria-hidden="true"
      title={aid}
      onClick={() => useViewStore.getState().showDialog('person', aid)}
    >
      <Avatar name={name} hue={hueOf(aid)} kind={contact?.kind ?? 'unknown'} size={32} />
    </button>
  );
}

/** Name of a sender over their block, with what is proven about them. */
function SenderName(props: {
  readonly aid: string;
  readonly name: string;
  readonly contact?: Contact | undefined;
}) {
  const { t } = useTranslation();
  const { aid, name, contact } = props;
  return (
    <span className="sender-name">
      <button
        type="button"
        className="sender-name__text ellipsis isolate"
        dir="auto"
        tabIndex={-1}
        title={aid}
        onClick={() => useViewStore.getState().showDialog('person', aid)}
        data-testid="sender-name"
      >
        {name}
      </button>
      {contact?.trust === 'verified' && (
        <span
          className="security-mark"
          data-tone="success"
          role="img"
          aria-label={t('groups.verifiedSender')}
          title={t('groups.verifiedSender')}
        >
          <ShieldCheck size={13} aria-hidden />
        </span>
      )}
      {contact?.kind === 'agent' && <span className="conversation-row__tag">{t('list.agent')}</span>}
    </span>
  );
}

function OwnHead() {
  const { t } = useTranslation();
  return <span className="sender-name sender-name__text">{t('common.you')}</span>;
}

function OwnPicture(props: { readonly account: string }) {
  const account = useAccount(props.account);
  return (
    <span className="sender-picture">
      <Avatar
        name={account === undefined ? props.account : accountName(account)}
        hue={account?.hue ?? hueOf(props.account)}
        kind="human"
        size={32}
      />
    </span>
  );
}

interface GroupMessageProps {
  readonly account: string;
  /** Name of the group. */
  readonly title: string;
  readonly message: Message;
  readonly index: number;
  readonly first: boolean;
  readonly last: boolean;
  readonly highlighted: boolean;
  readonly active: boolean;
  readonly clustered: boolean;
  readonly showReply: boolean;
}

/** A message in a group: everybody's on the left, each block under the name and picture of who wrote it. */
export const GroupMessage = memo(function GroupMessage(props: GroupMessageProps) {
  const { account, message, title, clustered, ...row } = props;
  const { own, sender } = message;
  const contact = useSender(account, own ? null : sender);
  const name = own ? title : (contact?.title ?? sender);
  return (
    <MessageRow
      {...row}
      account={account}
      message={message}
      name={name}
      peerKind={own ? 'human' : (contact?.kind ?? 'unknown')}
      group={clustered ? 'cluster' : 'plain'}
      head={
        !props.first ? null : own ? <OwnHead /> : <SenderName aid={sender} name={name} contact={contact} />
      }
      picture={
        !props.first ? null : own ? (
          <OwnPicture account={account} />
        ) : (
          <SenderPicture aid={sender} name={name} contact={contact} />
        )
      }
    />
  );
});

/** What an agent of a group did with its tools. */
export const GroupSteps = memo(function GroupSteps(props: {
  readonly account: string;
  readonly messages: readonly Message[];
  readonly index: number;
  readonly active: boolean;
  readonly highlighted: boolean;
}) {
  const { account, ...steps } = props;
  const { sender = '', own = false } = props.messages[0] ?? {};
  const contact = useSender(account, own || sender === '' ? null : sender);
  const name = contact?.title ?? sender;
  return (
    <div className="group-steps">
      {own ? <OwnPicture account={account} /> : <SenderPicture aid={sender} name={name} contact={contact} />}
      <div className="group-steps__body">
        {own ? <OwnHead /> : <SenderName aid={sender} name={name} contact={contact} />}
        <Suspense fallback={null}>
          <ToolSteps {...steps} name={name} />
        </Suspense>
      </div>
    </div>
  );
});

/** Head of a cluster of answers: how many, to what unless that stands right above, by whom; folds them. */
export const RepliesHead = memo(function RepliesHead(props: {
  readonly account: string;
  readonly cluster: ReplyCluster;
  readonly open: boolean;
  readonly index: number;
  readonly active: boolean;
  readonly onFold: (key: string, how: 'closed' | 'all') => void;
  readonly onJump: (id: number) => void;
}) {
  const { t, i18n } = useTranslation();
  const { account, cluster, open } = props;
  const { reply, near, messages } = cluster;
  const aids = [...new Set(messages.map(({ sender }) => sender))];
  const nameOf = useTitles(account, aids.slice(0, 4));
  const original = useTitle(account, reply.sender === null || reply.sender === account ? null : reply.sender);
  const asked =
    reply.sender === account ? t('common.you') : original === '' ? t('reply.unknownSender') : original;
  const words = (aid: string): string => (aid === account ? t('common.you') : nameOf(aid));
  const { id } = reply;
  return (
    <div className="replies-head" role="listitem" data-open={open}>
      <button
        type="button"
        className="replies-head__fold"
        data-row={props.index}
        tabIndex={props.active ? 0 : -1}
        aria-expanded={open}
        title={open ? t('groupTimeline.hideReplies') : t('groupTimeline.showReplies')}
        onClick={() => props.onFold(cluster.key, open ? 'closed' : 'all')}
        data-testid="replies-head"
      >
        <CornerDownRight size={14} aria-hidden />
        <span className="replies-head__count tabular">
          {t('groupTimeline.replies', { count: messages.length })}
        </span>
        {!open && (
          <span className="ellipsis isolate" dir="auto">
            {t('groupTimeline.repliesBy', { names: namesTogether(t, i18n.language, aids.map(words)) })}
          </span>
        )}
      </button>
      {!near &&
        (id === null ? (
          <span className="replies-head__quote ellipsis" dir="auto">
            {t('groupTimeline.repliesTo', { name: asked, text: label(reply.text, 120) })}
          </span>
        ) : (
          <button
            type="button"
            className="replies-head__quote text-button ellipsis"
            dir="auto"
            title={t('reply.jump')}
            onClick={() => props.onJump(id)}
          >
            {t('groupTimeline.repliesTo', { name: asked, text: label(reply.text, 120) })}
          </button>
        ))}
    </div>
  );
});

/** The rest of a long cluster. */
export function MoreReplies(props: {
  readonly cluster: ReplyCluster;
  readonly shown: number;
  readonly index: number;
  readonly active: boolean;
  readonly onFold: (key: string, how: 'closed' | 'all') => void;
}) {
  const { t } = useTranslation();
  const { cluster, shown } = props;
  return (
    <div className="replies-more" role="listitem">
      <button
        type="button"
        className="text-button"
        data-row={props.index}
        tabIndex={props.active ? 0 : -1}
        onClick={() => props.onFold(cluster.key, 'all')}
        data-testid="more-replies"
      >
        {t('groupTimeline.moreReplies', { count: cluster.messages.length - shown })}
      </button>
    </div>
  );
}
