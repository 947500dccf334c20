import { File, Image, Link2, RefreshCw, Search, UserRound, X } from 'lucide-react';
import { Tabs } from 'radix-ui';
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
import { dateOf } from '../../ui/time';
import { PersonCard } from '../contacts/person-card';
import { useConversationTitle } from './conversation-title';
import { DetailsFiles } from './details-files';
import { DetailsHandling } from './details-handling';
import { securityExplanations } from './security-words';
import './details.css';

const tabs = [
  { value: 'overview', icon: UserRound },
  { value: 'media', icon: Image },
  { value: 'files', icon: File },
  { value: 'links', icon: Link2 },
] as const;
const fileTabs = ['media', 'files', 'links'] as const;

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

/** Who the other side is and how the conversation is protected, in words for people; and what can be done with it. */
function Overview(props: { readonly account: string; readonly conversation: Conversation }) {
  const { t } = useTranslation();
  const { account, conversation } = props;
  const aid = conversation.conversation;
  const self = conversation.kind === 'self';
  const name = useConversationTitle(conversation);

  const heal = (): void => {
    invoke('message.heal', { account, conversation: aid }).then(
      ({ healed }) =>
        useNoticesStore
          .getState()
          .showInfo(healed > 0 ? t('message.healed', { count: healed }) : t('message.healedNone')),
      (reason: unknown) => useNoticesStore.getState().showError(toCommandError(reason)),
    );
  };
  return (
    <>
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
      {!self && <KeyFacts account={account} aid={aid} />}
      {!self && (
        <div className="details__actions">
          <Button onClick={heal}>
            <RefreshCw size={16} aria-hidden />
            {t('details.heal')}
          </Button>
        </div>
      )}
      <DetailsHandling account={account} conversation={conversation} />
    </>
  );
}

/** The third column: who the other side is, and everything that was sent besides words. */
export function DetailsPane(props: { readonly account: string; readonly conversation: Conversation }) {
  const { t } = useTranslation();
  const { account, conversation } = props;
  const place = { account, conversation: conversation.conversation };
  const { toggleDetails, setFinding } = useViewStore.getState();
  return (
    <aside className="details" aria-label={t('details.title')} data-testid="details">
      <header className="details__header">
        <h2 className="details__heading">{t('details.title')}</h2>
        <IconButton label={t('details.searchHere')} onClick={() => setFinding(true)}>
          <Search size={17} aria-hidden />
        </IconButton>
        <IconButton label={t('chat.closeDetails')} onClick={() => toggleDetails(false)}>
          <X size={18} aria-hidden />
        </IconButton>
      </header>
      <Tabs.Root className="details__tabs" defaultValue="overview" key={`${account} ${place.conversation}`}>
        <Tabs.List className="details__tablist" aria-label={t('about.tabs')}>
          {tabs.map(({ value, icon: Icon }) => (
            <Tabs.Trigger key={value} className="details__tab" value={value} data-testid={`details-${value}`}>
              <Icon size={17} aria-hidden />
              <span className="details__tab-words">{t(`about.${value}`)}</span>
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        <Tabs.Content className="details__body" value="overview">
          <Overview account={account} conversation={conversation} />
        </Tabs.Content>
        {fileTabs.map((what) => (
          <Tabs.Content key={what} className="details__body" value={what}>
            <DetailsFiles {...place} what={what} />
          </Tabs.Content>
        ))}
      </Tabs.Root>
    </aside>
  );
}
