import { RefreshCw, Search, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Conversation } from '../../../shared/model/conversation';
import { invoke, toCommandError } from '../../stores/bridge';
import { useNoticesStore } from '../../stores/notices-store';
import { useContact } from '../../stores/people-store';
import { useViewStore } from '../../stores/view-store';
import { Avatar } from '../../ui/avatar';
import { hueOf } from '../../ui/avatar-text';
import { Button } from '../../ui/button';
import { CopyButton } from '../../ui/copy-button';
import { Fingerprint } from '../../ui/fingerprint';
import { IconButton } from '../../ui/icon-button';
import { Spinner } from '../../ui/spinner';
import { dateOf } from '../../ui/time';
import { PersonCard } from '../contacts/person-card';
import { usePeerLookup } from '../contacts/use-peer-lookup';
import { useConversationTitle } from './conversation-title';
import { securityExplanations } from './security-words';
import './details.css';

function Presence(props: { readonly account: string; readonly aid: string }) {
  const { t } = useTranslation();
  const lookup = usePeerLookup(props.account, props.aid);
  return (
    <section className="details__section">
      <h4>{t('details.presence')}</h4>
      {lookup.state === 'looking' && <Spinner />}
      {lookup.state === 'failed' && <p>{t('details.lookupFailed')}</p>}
      {lookup.state === 'found' && (
        <p>{lookup.peer.online ? t('details.presenceOnline') : t('details.presenceOffline')}</p>
      )}
    </section>
  );
}

function KeyFacts(props: { readonly account: string; readonly aid: string }) {
  const { t, i18n } = useTranslation();
  const contact = useContact(props.account, props.aid);
  const key = contact?.keyFingerprint ?? null;
  return (
    <section className="details__section">
      <h4>{t('person.key')}</h4>
      {key === null ? (
        <p>{t('details.fingerprintNone')}</p>
      ) : (
        <div className="details__copy">
          <Fingerprint value={key} />
          <CopyButton text={key} />
        </div>
      )}
      {contact?.firstSeenAt != null && (
        <p>{t('person.firstSeen', { date: dateOf(i18n.language, contact.firstSeenAt) })}</p>
      )}
    </section>
  );
}

/** The third column: who the other side is and how the conversation is protected, in words for people. */
export function DetailsPane(props: { readonly account: string; readonly conversation: Conversation }) {
  const { t } = useTranslation();
  const { account, conversation } = props;
  const aid = conversation.conversation;
  const self = conversation.kind === 'self';
  const name = useConversationTitle(conversation);
  const view = useViewStore.getState();

  const heal = (): void => {
    invoke('message.heal', { account, conversation: aid }).then(
      ({ healed }) =>
        useNoticesStore
          .getState()
          .showInfo(healed > 0 ? t('message.healed', { count: healed }) : t('message.healedNone')),
      (reason: unknown) => useNoticesStore.getState().showError(toCommandError(reason)),
    );
  };
  const searchHere = (): void => {
    view.setSearchIn({ account, conversation: aid });
    document.querySelector<HTMLInputElement>('#search')?.focus();
  };

  return (
    <aside className="details" aria-label={t('details.title')} data-testid="details">
      <header className="details__header">
        <h2 className="details__heading">{t('details.title')}</h2>
        <IconButton label={t('chat.closeDetails')} onClick={() => view.toggleDetails(false)}>
          <X size={18} aria-hidden />
        </IconButton>
      </header>
      <div className="details__body">
        {self ? (
          <div className="details__who">
            <Avatar name={name} hue={hueOf(aid)} kind="self" size={72} />
            <h3 className="details__name isolate" dir="auto">
              {name}
            </h3>
          </div>
        ) : (
          <PersonCard key={`${account} ${aid}`} account={account} aid={aid} fallback={name} />
        )}
        <section className="details__section">
          <h4>{t('details.protection')}</h4>
          {self ? (
            <p>{t('chat.emptySelfText')}</p>
          ) : (
            securityExplanations(conversation.security).map((text) => <p key={text}>{t(text, { name })}</p>)
          )}
        </section>
        {!self && (
          <>
            <KeyFacts account={account} aid={aid} />
            <Presence account={account} aid={aid} />
          </>
        )}
        <div className="details__actions">
          <Button onClick={searchHere}>
            <Search size={16} aria-hidden />
            {t('details.searchHere')}
          </Button>
          {!self && (
            <Button onClick={heal}>
              <RefreshCw size={16} aria-hidden />
              {t('details.heal')}
            </Button>
          )}
        </div>
      </div>
    </aside>
  );
}
