import { ArchiveRestore, Ban, KeyRound, ShieldCheck, ShieldOff, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Message, Notice } from '../../../shared/model/message';
import { useViewStore } from '../../stores/view-store';
import { clockTime, exactTime } from '../../ui/time';

type NoticeMessage = Message & { readonly content: Extract<Message['content'], { kind: 'notice' }> };

const icons = {
  keys_changed: TriangleAlert,
  keys_accepted: KeyRound,
  verified: ShieldCheck,
  unverified: ShieldOff,
  certificate_revoked: Ban,
  own_keys_changed: KeyRound,
  restored: ArchiveRestore,
} as const satisfies Record<Notice, unknown>;

/** The one thing to do about a notice, where there is one. */
const actions: Readonly<Partial<Record<Notice, 'verify' | 'certificate'>>> = {
  keys_changed: 'verify',
  certificate_revoked: 'certificate',
};

/** Whether a message is a line that this installation wrote itself. */
export function isNotice(message: Message): message is NoticeMessage {
  return message.content.kind === 'notice';
}

/** A small centred line in the timeline: something about trust happened here. */
export function TimelineNotice(props: {
  readonly message: NoticeMessage;
  readonly name: string;
  readonly index: number;
  readonly active: boolean;
}) {
  const { t, i18n } = useTranslation();
  const { message, name } = props;
  const { notice, detail } = message.content;
  const Icon = icons[notice];
  const text = t(`timelineNotice.${notice}`, { name });
  const action = actions[notice];
  const time = clockTime(i18n.language, message.sortAt);
  return (
    <div className="timeline-notice" role="listitem">
      <div
        className="timeline-notice__line"
        role="group"
        aria-label={t('timelineNotice.spoken', { time, text })}
        data-row={props.index}
        data-message-id={message.id}
        data-notice={notice}
        data-testid="timeline-notice"
        tabIndex={props.active ? 0 : -1}
        title={[exactTime(i18n.language, message.sortAt), detail].filter((part) => part !== '').join('\n')}
      >
        <Icon size={14} aria-hidden />
        <span className="timeline-notice__text">
          {text}{' '}
          {action !== undefined && (
            <button
              type="button"
              className="text-button"
              onClick={() => useViewStore.getState().showDialog(action, message.conversation)}
            >
              {action === 'verify' ? t('timelineNotice.compare') : t('trustBanner.showCertificate')}
            </button>
          )}
        </span>
      </div>
    </div>
  );
}
