import { ShieldCheck, TriangleAlert } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Contact, SafetyNumber as SafetyNumberModel } from '../../../shared/model/people';
import { invoke, toCommandError, type CommandError } from '../../stores/bridge';
import { useNoticesStore } from '../../stores/notices-store';
import { useContact, usePeopleStore } from '../../stores/people-store';
import { Button } from '../../ui/button';
import { CopyTextButton } from '../../ui/copy-button';
import { Dialog } from '../../ui/dialog';
import { EmptyState } from '../../ui/empty-state';
import { QrCode } from '../../ui/qr-code';
import { SafetyNumber } from '../../ui/safety-number';
import { momentOf } from '../../ui/time';
import { CodeCheck } from './code-check';
import { readVerificationCode } from './verification-code';
import './verify.css';

interface NumberState {
  readonly number: SafetyNumberModel | null;
  readonly error: CommandError | null;
}

/** The number to compare; asked for again when a key changes while the dialog is open. */
function useSafetyNumber(account: string, aid: string, keys: string, attempt: number): NumberState {
  const [state, setState] = useState<NumberState>({ number: null, error: null });
  useEffect(() => {
    let current = true;
    invoke('contact.safetyNumber', { account, aid }).then(
      (number) => current && setState({ number, error: null }),
      (reason: unknown) => current && setState({ number: null, error: toCommandError(reason) }),
    );
    return () => {
      current = false;
    };
  }, [account, aid, keys, attempt]);
  return state;
}

function VerifiedMark(props: { readonly contact: Contact; readonly onRemoved: () => void }) {
  const { t, i18n } = useTranslation();
  const { contact, onRemoved } = props;
  const [busy, setBusy] = useState(false);
  const remove = (): void => {
    setBusy(true);
    invoke('contact.unverify', { account: contact.account, aid: contact.aid })
      .then(
        (changed) => {
          usePeopleStore.getState().merge([changed]);
          onRemoved();
        },
        (reason: unknown) => useNoticesStore.getState().showError(toCommandError(reason)),
      )
      .finally(() => setBusy(false));
  };
  const date = momentOf(i18n.language, contact.verifiedAt ?? 0);
  return (
    <div className="notice-bar verify__mark" data-tone="success" role="status" data-testid="verified-mark">
      <ShieldCheck size={18} aria-hidden />
      <span className="verify__mark-text">
        {contact.verifiedBy === 'qr' ? t('verify.verifiedByCode', { date }) : t('verify.verified', { date })}
      </span>
      <Button size="small" busy={busy} onClick={remove} data-testid="unverify">
        {t('verify.remove')}
      </Button>
    </div>
  );
}

function Differ(props: {
  readonly account: string;
  readonly aid: string;
  readonly name: string;
  readonly onBack: () => void;
}) {
  const { t } = useTranslation();
  const back = useRef<HTMLButtonElement>(null);
  useEffect(() => back.current?.focus(), []);
  return (
    <div className="verify__differ" role="alert" data-testid="numbers-differ">
      <h3 className="verify__differ-title">
        <TriangleAlert size={18} aria-hidden />
        {t('verify.differTitle')}
      </h3>
      <p>{t('verify.differFirst', { own: props.account, peer: props.aid })}</p>
      <p>{t('verify.differThen', { name: props.name })}</p>
      <p className="verify__kept">{t('verify.differKept')}</p>
      <div className="dialog__actions">
        <Button ref={back} onClick={props.onBack}>
          {t('verify.lookAgain')}
        </Button>
      </div>
    </div>
  );
}

interface ComparisonProps {
  readonly account: string;
  readonly aid: string;
  readonly name: string;
  readonly number: SafetyNumberModel;
  readonly contact: Contact | undefined;
  readonly code: string;
}

function Comparison(props: ComparisonProps) {
  const { t } = useTranslation();
  const { account, aid, name, number, contact } = props;
  const [step, setStep] = useState<'compare' | 'differ'>('compare');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);
  if (step === 'differ')
    return <Differ account={account} aid={aid} name={name} onBack={() => setStep('compare')} />;
  const match = (): void => {
    setBusy(true);
    setError(null);
    invoke('contact.verify', { account, aid, key: number.peerKey })
      .then(
        (changed) => {
          usePeopleStore.getState().merge([changed]);
          useNoticesStore.getState().showInfo(t('verify.done', { name }));
        },
        (reason: unknown) => setError(toCommandError(reason)),
      )
      .finally(() => setBusy(false));
  };
  const verified = contact?.trust === 'verified';
  return (
    <>
      {verified && (
        <VerifiedMark
          contact={contact}
          onRemoved={() => useNoticesStore.getState().showInfo(t('verify.removed'))}
        />
      )}
      <div className="verify__both">
        <SafetyNumber groups={number.groups} />
        <figure className="verify__code">
          <QrCode text={number.qr} label={t('verify.qr')} size={192} />
        </figure>
      </div>
      <div className="verify__copies">
        <CopyTextButton text={number.groups.join(' ')}>{t('verify.copyNumber')}</CopyTextButton>
        <CopyTextButton text={number.qr}>{t('verify.copyCode')}</CopyTextButton>
        <span className="verify__hint">{t('verify.qrHint', { name })}</span>
      </div>
      {error !== null && (
        <div className="notice-bar" data-tone="danger" role="alert">
          {t(`errors.${error.code}`)}
        </div>
      )}
      {!verified && (
        <div className="dialog__actions verify__answers">
          <Button onClick={() => setStep('differ')} data-testid="numbers-differ-button">
            {t('verify.noMatch')}
          </Button>
          <Button tone="primary" busy={busy} onClick={match} data-testid="numbers-match">
            {t('verify.match')}
          </Button>
        </div>
      )}
      <CodeCheck
        account={account}
        aid={aid}
        peerKey={number.peerKey}
        code={props.code}
        onDiffers={() => setStep('differ')}
      />
    </>
  );
}

/** Compares the safety number with somebody. `about` is their address or the text of the code their screen showed. */
export function VerifyDialog(props: {
  readonly account: string;
  readonly about: string;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const { account, about } = props;
  const code = readVerificationCode(about) === null ? '' : about;
  const aid = readVerificationCode(about)?.shownBy ?? about;
  const self = aid === account;
  const contact = useContact(account, self ? null : aid);
  const name = contact?.title ?? aid;
  const [attempt, setAttempt] = useState(0);
  const keys = `${contact?.keyFingerprint ?? ''} ${contact?.keyChange?.newKey ?? ''}`;
  const { number, error } = useSafetyNumber(account, aid, keys, attempt);
  return (
    <Dialog
      title={t('verify.title', { name })}
      {...(self ? {} : { text: t('verify.text', { name }) })}
      wide
      onClose={props.onClose}
      testId="verify-dialog"
    >
      {self ? (
        <p>{t('verify.self')}</p>
      ) : number !== null ? (
        <Comparison
          key={number.peerKey}
          account={account}
          aid={aid}
          name={name}
          number={number}
          contact={contact}
          code={code}
        />
      ) : (
        error !== null && (
          <EmptyState
            title={error.code === 'not_found' ? t('verify.unavailable', { name }) : t(`errors.${error.code}`)}
            text={t('verify.unavailableText')}
          >
            <Button onClick={() => setAttempt(attempt + 1)}>{t('common.retry')}</Button>
          </EmptyState>
        )
      )}
    </Dialog>
  );
}
