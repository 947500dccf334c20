import { Ban, FileWarning, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Conversation } from '../../../shared/model/conversation';
import type { Contact } from '../../../shared/model/people';
import { invoke, toCommandError, type CommandError } from '../../stores/bridge';
import { useContact, usePeopleStore } from '../../stores/people-store';
import { useViewStore } from '../../stores/view-store';
import { Button } from '../../ui/button';
import { Fingerprint } from '../../ui/fingerprint';
import { momentOf } from '../../ui/time';
import { useConversationTitle } from './conversation-title';
import './trust-banner.css';

interface ChangeProps {
  readonly account: string;
  readonly aid: string;
  readonly name: string;
  readonly contact: Contact | undefined;
}

function useAcceptKeys({ account, aid, contact }: ChangeProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);
  const key = contact?.keyChange?.newKey ?? null;
  const accept = (): void => {
    if (key === null || busy) return;
    setBusy(true);
    setError(null);
    invoke('contact.acceptKeys', { account, aid, key })
      .then(
        (changed) => usePeopleStore.getState().merge([changed]),
        (reason: unknown) => setError(toCommandError(reason)),
      )
      .finally(() => setBusy(false));
  };
  return { accept, busy, error, possible: key !== null };
}

/** Which keys changed into which, for those who want to see it. */
function WhatChanged(props: { readonly change: NonNullable<Contact['keyChange']> }) {
  const { t } = useTranslation();
  return (
    <details className="fold">
      <summary>{t('trustBanner.what')}</summary>
      <dl className="trust-banner__keys">
        <dt>{t('trustBanner.oldKey')}</dt>
        <dd>
          <Fingerprint value={props.change.previousKey} />
        </dd>
        <dt>{t('trustBanner.newKey')}</dt>
        <dd>
          <Fingerprint value={props.change.newKey} />
        </dd>
      </dl>
    </details>
  );
}

function KeysChanged(props: ChangeProps) {
  const { t, i18n } = useTranslation();
  const { name, contact, aid } = props;
  const [confirming, setConfirming] = useState(false);
  const { accept, busy, error, possible } = useAcceptKeys(props);
  const change = contact?.keyChange ?? null;
  const wasVerified = contact?.trust === 'changed_after_verification';
  const issuer = contact?.trust === 'issuer_changed';
  const date = change === null ? '' : momentOf(i18n.language, change.at);
  const what = (() => {
    if (contact?.trust === 'revoked') return t('trustBanner.revokedNew', { name });
    if (issuer) return t('trustBanner.issuer', { name });
    return date === '' ? t('trustBanner.changed', { name }) : t('trustBanner.changedOn', { name, date });
  })();
  return (
    <>
      <p className="trust-banner__title">{what}</p>
      <p>{wasVerified ? t('trustBanner.changedVerified', { name }) : t('trustBanner.changedWhy')}</p>
      <p>{t('trustBanner.kept')}</p>
      {change !== null && !issuer && <WhatChanged change={change} />}
      {confirming && (
        <p className="trust-banner__confirm" role="alert">
          {t('trustBanner.confirm', { name })}
        </p>
      )}
      {error !== null && (
        <p className="trust-banner__error" role="alert">
          {t(`errors.${error.code}`)}
        </p>
      )}
      <div className="trust-banner__actions">
        <Button
          size="small"
          tone="primary"
          onClick={() => useViewStore.getState().showDialog('verify', aid)}
          data-testid="trust-compare"
        >
          {t('trustBanner.compare')}
        </Button>
        {!confirming && (
          <Button
            size="small"
            busy={busy}
            disabled={!possible}
            onClick={() => (wasVerified ? setConfirming(true) : accept())}
            data-testid="trust-accept"
          >
            {issuer ? t('trustBanner.acceptIssuer') : t('trustBanner.accept')}
          </Button>
        )}
        {confirming && (
          <>
            <Button size="small" onClick={() => setConfirming(false)}>
              {t('common.cancel')}
            </Button>
            <Button size="small" busy={busy} onClick={accept} data-testid="trust-accept-anyway">
              {t('trustBanner.confirmAccept')}
            </Button>
          </>
        )}
      </div>
    </>
  );
}

function CertificateTrouble(props: ChangeProps & { readonly kind: 'revoked' | 'unusable' }) {
  const { t } = useTranslation();
  return (
    <>
      <p className="trust-banner__title">{t(`trustBanner.${props.kind}`, { name: props.name })}</p>
      <div className="trust-banner__actions">
        <Button
          size="small"
          onClick={() => useViewStore.getState().showDialog('certificate', props.aid)}
          data-testid="trust-certificate"
        >
          {t('trustBanner.showCertificate')}
        </Button>
      </div>
    </>
  );
}

/** Over the composer: what stands between the user and the next message, and what can be done about it. */
export function TrustBanner(props: { readonly account: string; readonly conversation: Conversation }) {
  const { t } = useTranslation();
  const { account, conversation } = props;
  const aid = conversation.conversation;
  const self = conversation.kind === 'self';
  const contact = useContact(account, self ? null : aid);
  const name = useConversationTitle(conversation);
  const { security } = conversation;
  if (self) return null;
  const common = { account, aid, name, contact };
  const changed = security === 'keys_changed';
  // Somebody whose certificate was revoked may have shown a new key already: then there is something to decide.
  const decide = changed || (security === 'revoked' && contact?.keyChange?.accepted === false);
  if (!changed && security !== 'revoked' && security !== 'certificate_unusable') return null;
  const Icon = changed ? TriangleAlert : security === 'revoked' ? Ban : FileWarning;
  return (
    <section
      className="trust-banner"
      aria-label={t('trustBanner.label')}
      data-tone={security === 'revoked' ? 'danger' : 'warning'}
      data-testid="trust-banner"
    >
      <Icon size={18} aria-hidden />
      <div className="trust-banner__body">
        {decide ? (
          <KeysChanged key={contact?.keyChange?.newKey ?? ''} {...common} />
        ) : (
          <CertificateTrouble kind={security === 'revoked' ? 'revoked' : 'unusable'} {...common} />
        )}
      </div>
    </section>
  );
}
