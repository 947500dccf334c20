import { UsersRound } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Conversation } from '../../../shared/model/conversation';
import { useGroup } from '../../stores/groups-store';
import { Button } from '../../ui/button';
import { acceptConversation, blockConversation, leaveGroup } from '../chat/conversation-actions';
import { useConversationTitle } from '../chat/conversation-title';
import { useTitle } from '../chat/use-sender';
import './requests.css';

interface RequestProps {
  readonly account: string;
  readonly conversation: Conversation;
}

/** Under the row of a group somebody put us into: the two answers, without opening it. */
export function GroupRequestActions({ account, conversation }: RequestProps) {
  const { t } = useTranslation();
  const id = conversation.conversation;
  return (
    <div className="request-actions">
      <Button size="small" onClick={() => void leaveGroup(account, id)} data-testid="row-leave">
        {t('groupRequest.leave')}
      </Button>
      <Button
        size="small"
        tone="primary"
        onClick={() => acceptConversation(account, id)}
        data-testid="row-accept"
      >
        {t('groupRequest.accept')}
      </Button>
    </div>
  );
}

/** In place of the field of a group somebody put us into: who did, and what one wants to do about it. */
export function GroupRequestBar({ account, conversation }: RequestProps) {
  const { t } = useTranslation();
  const id = conversation.conversation;
  const group = useGroup(account, id);
  const adder = group?.addedBy ?? null;
  const name = useTitle(account, adder);
  const title = useConversationTitle(conversation);
  const blocked = conversation.standing === 'blocked';
  return (
    <section className="request-bar" aria-labelledby="request-title" data-testid="group-request-bar">
      <UsersRound size={22} strokeWidth={1.6} aria-hidden />
      <div className="request-bar__words">
        <h2 id="request-title" className="request-bar__title isolate" dir="auto">
          {blocked
            ? t('request.blockedTitle', { name: title })
            : adder === null
              ? t('groupRequest.titleUnknown', { group: title })
              : t('groupRequest.title', { name, group: title })}
        </h2>
        <p>
          {blocked
            ? t('request.blockedText')
            : adder === null
              ? t('groupRequest.textUnknown')
              : t('groupRequest.text', { aid: adder })}
        </p>
      </div>
      <div className="request-bar__actions">
        {blocked ? (
          <Button onClick={() => acceptConversation(account, id)} data-testid="unblock">
            {t('request.unblock')}
          </Button>
        ) : (
          <>
            <Button onClick={() => blockConversation(account, id)} data-testid="request-block">
              {t('groupRequest.block')}
            </Button>
            <Button onClick={() => void leaveGroup(account, id)} data-testid="request-leave">
              {t('groupRequest.leave')}
            </Button>
            <Button
              tone="primary"
              onClick={() => acceptConversation(account, id)}
              data-testid="request-accept"
            >
              {t('groupRequest.accept')}
            </Button>
          </>
        )}
      </div>
    </section>
  );
}
