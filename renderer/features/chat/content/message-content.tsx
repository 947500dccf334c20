import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import type { Message } from '../../../../shared/model/message';
import { UnreadableMessage } from '../unreadable-message';
import { boxFor } from './media-size';
import type { ContentProps } from './parts';
import { UnsupportedContent } from './plain-contents';
import { TextBody } from './text-body';

const loadRich = async () => ({ default: (await import('./rich-content')).RichContent });
const RichContent = lazy(loadRich);

/** Reads what draws pictures, cards and the like from disk before it is needed. */
export function prepareContents(): void {
  void loadRich();
}

/** The place of what is not drawn yet: nearly as large as it will be, so that nothing jumps. */
function Waiting({ message }: { readonly message: Message }) {
  const { content } = message;
  if (content.kind === 'media' && (content.media === 'image' || content.media === 'video')) {
    const [first] = message.attachments;
    return <div style={boxFor(first?.width ?? content.width, first?.height ?? content.height)} />;
  }
  return <div className="message-waiting" />;
}

/** What a bubble shows. */
export function MessageContentView(props: ContentProps) {
  const { t } = useTranslation();
  const { account, message } = props;
  const { content } = message;
  switch (content.kind) {
    case 'text':
      return (
        <TextBody text={content.text} format={content.format} mentions={content.mentions} account={account} />
      );
    case 'unsupported':
      return <UnsupportedContent {...props} content={content} />;
    case 'recalled':
      return <p className="message-note">{message.own ? t('chat.recalledOwn') : t('chat.recalled')}</p>;
    case 'expired':
      return <p className="message-note">{t('chat.expired')}</p>;
    case 'undecryptable':
      return (
        <UnreadableMessage
          account={account}
          message={message}
          reason={content.reason}
          retrying={content.retrying}
        />
      );
    case 'notice':
    case 'group_event':
    case 'control':
    case 'choice':
    case 'vote':
    case 'status':
    case 'event':
      return null;
    default:
      return (
        <Suspense fallback={<Waiting message={message} />}>
          <RichContent {...props} />
        </Suspense>
      );
  }
}
