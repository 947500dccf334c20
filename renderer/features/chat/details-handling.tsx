import { Ban, Eraser, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Conversation, Retention } from '../../../shared/model/conversation';
import { useViewStore } from '../../stores/view-store';
import { Button } from '../../ui/button';
import { useNow } from '../../ui/use-now';
import { SelectRow } from '../settings/select-row';
import { acceptConversation, changeConversation, muteConversation } from './conversation-actions';
import { isMuted, muteChoices, muteWords, type MuteChoice } from './conversation-mute';

const retentions = [0, 3_600, 86_400, 604_800, 2_592_000, 31_536_000] as const satisfies readonly Retention[];

function Mute(props: { readonly account: string; readonly conversation: Conversation }) {
  const { t, i18n } = useTranslation();
  const now = useNow(60_000);
  const { account, conversation } = props;
  const id = conversation.conversation;
  const muted = isMuted(conversation.mutedUntil, now);
  const choose = (value: string): void => {
    const choice: MuteChoice | undefined = muteChoices.find((each) => each === value);
    if (choice !== undefined) muteConversation(account, id, choice);
    else if (value === 'off') muteConversation(account, id, null);
  };
  const present = { value: 'now', label: muteWords(t, i18n.language, conversation.mutedUntil, now) };
  const off = { value: 'off', label: t('rowMenu.unmute') };
  return (
    <SelectRow
      label={t('rowMenu.mute')}
      value="now"
      options={[
        present,
        ...(muted ? [off] : []),
        ...muteChoices.map((choice) => ({ value: choice, label: t(`rowMenu.${choice}`) })),
      ]}
      onChoose={choose}
      testId="mute-choice"
    />
  );
}

function Keep(props: { readonly account: string; readonly conversation: Conversation }) {
  const { t } = useTranslation();
  const { account, conversation } = props;
  return (
    <SelectRow
      label={t('about.keep')}
      text={t('about.keepText')}
      value={conversation.retention}
      options={retentions.map((value) => ({ value, label: t(`about.keep${value}`) }))}
      onChoose={(retention) => changeConversation(account, conversation.conversation, { retention })}
      testId="retention"
    />
  );
}

/** What can be done with the conversation: quiet, for how long it is kept, and how to be rid of it. */
export function DetailsHandling(props: { readonly account: string; readonly conversation: Conversation }) {
  const { t } = useTranslation();
  const { account, conversation } = props;
  const id = conversation.conversation;
  const { showDialog } = useViewStore.getState();
  return (
    <>
      {conversation.standing === 'accepted' && (
        <section className="details__section">
          <h4>{t('about.handling')}</h4>
          {conversation.kind === 'direct' && <Mute account={account} conversation={conversation} />}
          <Keep account={account} conversation={conversation} />
        </section>
      )}
      <div className="details__actions">
        <Button onClick={() => showDialog('clear-history', id)} data-testid="clear-history">
          <Eraser size={16} aria-hidden />
          {t('rowMenu.clear')}
        </Button>
        {conversation.kind === 'direct' &&
          (conversation.standing === 'blocked' ? (
            <Button onClick={() => acceptConversation(account, id)}>
              <Ban size={16} aria-hidden />
              {t('rowMenu.unblock')}
            </Button>
          ) : (
            <Button onClick={() => showDialog('block', id)} data-testid="block">
              <Ban size={16} aria-hidden />
              {t('rowMenu.block')}
            </Button>
          ))}
        <Button onClick={() => showDialog('delete-conversation', id)} data-testid="delete-conversation">
          <Trash2 size={16} aria-hidden />
          {t('rowMenu.delete')}
        </Button>
      </div>
    </>
  );
}
