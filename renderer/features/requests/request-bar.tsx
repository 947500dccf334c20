import { Ban, ShieldQuestion } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Conversation } from '../../../shared/model/conversation';
import { useViewStore } from '../../stores/view-store';
import { Button } from '../../ui/button';
import { acceptConversation } from '../chat/conversation-actions';
import { useConversationTitle } from '../chat/conversation-title';
import './requests.css';

function Pending(props: { readonly account: string; readonly conversation: Conversation }) {
  const { t } = useTranslation();
  const { account, conversation } = props;
  const id = conversation.conversation;
  const name = useConversationTitle(conversation);
  const { showDialog } = useViewStore.getState();
  return (
    <section className="request-bar" aria-labelledby="request-title" data-testid="request-bar">
      <ShieldQuestion size={22} strokeWidth={1.6} aria-hidden />
      <div className="request-bar__words">
        <h2 id="request-title" className="request-bar__title isolate" dir="auto">
          {t('request.title', { name })}
        </h2>
        <p>
          {t('common.sentences', {
            first: t('request.known', { aid: id }),
            second: t(`request.${conversation.peerKind}`),
          })}
        </p>
        <p>{t('request.quiet')}</p>
      </div>
      <div className="request-bar__actions">
        <Button onClick={() => showDialog('delete-conversation', id)} data-testid="request-delete">
          {t('request.delete')}
        </Button>
        <Button onClick={() => showDialog('block', id)} data-testid="request-block">
          {t('request.block')}
        </Button>
        <Button tone="primary" onClick={() => acceptConversation(account, id)} data-testid="request-accept">
          {t('request.accept')}
        </Button>
      </div>
    </section>
  );
}

function Blocked(props: { readonly account: string; readonly conversation: Conversation }) {
  const { t } = useTranslation();
  const { account, conversation } = props;
  const name = useConversationTitle(conversation);
  return (
    <section className="request-bar" aria-labelledby="request-title" data-testid="blocked-bar">
      <Ban size={22} strokeWidth={1.6} aria-hidden />
      <div className="request-bar__words">
        <h2 id="request-title" className="request-bar__title isolate" dir="auto">
          {t('request.blockedTitle', { name })}
        </h2>
        <p>{t('request.blockedText')}</p>
      </div>
      <div className="request-bar__actions">
        <Button onClick={() => acceptConversation(account, conversation.conversation)} data-testid="unblock">
          {t('request.unblock')}
        </Button>
      </div>
    </section>
  );
}

/** In place of the field while a stranger waits for an answer, or an address is blocked. */
export function RequestBar(props: { readonly account: string; readonly conversation: Conversation }) {
  return props.conversation.standing === 'pending' ? <Pending {...props} /> : <Blocked {...props} />;
}
