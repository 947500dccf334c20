import { RefreshCw, Search, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Conversation } from '../../../shared/model/conversation';
import { invoke, toCommandError } from '../../stores/bridge';
import { useNoticesStore } from '../../stores/notices-store';
import { useViewStore } from '../../stores/view-store';
import { Avatar } from '../../ui/avatar';
import { hueOf } from '../../ui/avatar-text';
import { Button } from '../../ui/button';
import { CopyButton } from '../../ui/copy-button';
import { Fingerprint } from '../../ui/fingerprint';
import { IconButton } from '../../ui/icon-button';
import { Spinner } from '../../ui/spinner';
import { usePeerLookup } from '../contacts/use-peer-lookup';
import { useConversationTitle } from './conversation-title';
import './details.css';

function securityTexts(security: Conversation['security']) {
  const texts = {
    encrypted: 'security.encryptedText',
    unknown: 'security.unknownText',
    no_keys: 'security.noKeysText',
    keys_changed: 'security.keysChangedText',
  } as const;
  return texts[security];
}

/** The third column: who the other side is and how the conversation is protected, in words for people. */
export function DetailsPane(props: { readonly account: string; readonly conversation: Conversation }) {
  const { t } = useTranslation();
  const { account, conversation } = props;
  const self = conversation.kind === 'self';
  const name = useConversationTitle(conversation);
  const lookup = usePeerLookup(account, self ? null : conversation.conversation);
  const fingerprint = lookup.state === 'found' ? lookup.peer.certificateFingerprint : null;
  const view = useViewStore.getState();

  const heal = (): void => {
    invoke('message.heal', { account, conversation: conversation.conversation }).then(
      ({ healed }) =>
        useNoticesStore
          .getState()
          .showInfo(healed > 0 ? t('message.healed', { count: healed }) : t('message.healedNone')),
      (reason: unknown) => useNoticesStore.getState().showError(toCommandError(reason)),
    );
  };
  const searchHere = (): void => {
    view.setSearchIn({ account, conversation: conversation.conversation });
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
        <div className="details__who">
          <Avatar
            name={name}
            hue={hueOf(conversation.conversation)}
            kind={self ? 'self' : conversation.peerKind}
            size={72}
          />
          <h3 className="details__name isolate" dir="auto">
            {name}
          </h3>
        </div>
        <section className="details__section">
          <h4>{t('details.protection')}</h4>
          <p>{self ? t('chat.emptySelfText') : t(securityTexts(conversation.security), { name })}</p>
          {conversation.security === 'encrypted' && !self && <p>{t('security.forwardText')}</p>}
        </section>
        {!self && (
          <>
            <section className="details__section">
              <h4>{t('details.address')}</h4>
              <div className="details__copy">
                <span className="selectable">{conversation.conversation}</span>
                <CopyButton text={conversation.conversation} />
              </div>
            </section>
            <section className="details__section">
              <h4>{t('details.presence')}</h4>
              {lookup.state === 'looking' && <Spinner />}
              {lookup.state === 'failed' && <p>{t('details.lookupFailed')}</p>}
              {lookup.state === 'found' && (
                <p>{lookup.peer.online ? t('details.presenceOnline') : t('details.presenceOffline')}</p>
              )}
            </section>
            <section className="details__section">
              <h4>{t('details.fingerprint')}</h4>
              {fingerprint === null ? (
                <p>{t('details.fingerprintNone')}</p>
              ) : (
                <>
                  <Fingerprint value={fingerprint} />
                  <p>{t('details.fingerprintText', { name })}</p>
                </>
              )}
            </section>
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
