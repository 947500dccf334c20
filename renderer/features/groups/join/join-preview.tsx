import { Hourglass, LockKeyhole } from 'lucide-react';
import { useEffect, useId, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { CommandResult } from '../../../../shared/bridge/contract';
import type { Group, GroupPreview } from '../../../../shared/model/group';
import { invoke, toCommandError, type CommandError } from '../../../stores/bridge';
import { groupKey, useGroupsStore } from '../../../stores/groups-store';
import { showAccount, showConversation } from '../../../stores/navigation';
import { Button } from '../../../ui/button';
import { EmptyState } from '../../../ui/empty-state';
import { Spinner } from '../../../ui/spinner';
import { momentOf } from '../../../ui/time';
import { label } from '../../chat/content/format';
import { GroupFacts } from '../discover/group-card';
import '../discover/discover.css';

type Looked = CommandResult<'group.preview'>;

/** What an invitation leads to, as far as it may be seen; `known` is what we have of the group already. */
function usePreview(account: string, invitation: string) {
  const [looked, setLooked] = useState<Looked | null>(null);
  const [error, setError] = useState<CommandError | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let current = true;
    invoke('group.preview', { account, invitation }).then(
      (answer) => {
        if (!current) return;
        setLooked(answer);
        setError(null);
        // Whether we asked before, and what became of it, only our own record of the group tells.
        if (answer.preview !== null && answer.preview.membership !== 'none')
          void useGroupsStore.getState().load(account, answer.preview.group);
      },
      (reason: unknown) => current && setError(toCommandError(reason)),
    );
    return () => {
      current = false;
    };
  }, [account, invitation, attempt]);
  const known = useGroupsStore((state) =>
    looked?.group == null ? undefined : state.groups[groupKey(account, looked.group)]?.group,
  );
  return { looked, error, known: known ?? null, again: () => setAttempt(attempt + 1) };
}

function Field(props: {
  readonly label: string;
  readonly value: string;
  readonly autoFocus?: boolean;
  readonly testId: string;
  readonly onText: (text: string) => void;
}) {
  const id = useId();
  return (
    <div className="field">
      <label className="field__label" htmlFor={id}>
        {props.label}
      </label>
      <textarea
        id={id}
        className="join__field"
        dir="auto"
        rows={2}
        maxLength={500}
        value={props.value}
        autoFocus={props.autoFocus}
        onChange={(change) => props.onText(change.target.value)}
        data-testid={props.testId}
      />
    </div>
  );
}

/** A request that waits, with the moment it ends. */
function Pending(props: {
  readonly expiresAt: number | null;
  readonly already: boolean;
  readonly onClose: () => void;
}) {
  const { t, i18n } = useTranslation();
  return (
    <>
      <div className="notice-bar" data-tone="success" role="status" data-testid="join-pending">
        <Hourglass size={16} aria-hidden />
        <div>
          <p>
            <strong>{props.already ? t('groupJoin.alreadyPending') : t('groupJoin.pendingTitle')}</strong>
          </p>
          {props.expiresAt !== null && (
            <p className="tabular">
              {t('groupJoin.pendingExpires', { time: momentOf(i18n.language, props.expiresAt) })}
            </p>
          )}
          <p>{t('groupJoin.pendingText')}</p>
        </div>
      </div>
      <div className="dialog__actions">
        <Button tone="primary" autoFocus onClick={props.onClose}>
          {t('common.close')}
        </Button>
      </div>
    </>
  );
}

interface FormProps {
  readonly account: string;
  readonly invitation: string;
  readonly looked: Looked;
  readonly known: Group | null;
  readonly onBack: (() => void) | null;
  readonly onClose: () => void;
}

/** Whether one may try to join, and what is said about it. */
function standingOf(preview: GroupPreview | null, code: string | null) {
  if (preview?.status === 'dissolved' || preview?.status === 'suspended')
    return { possible: false, words: preview.status } as const;
  if (code !== null) return { possible: true, words: 'withCode' } as const;
  // A private group shows nothing of itself, but it may still be asked; only a bare word that is no group cannot be.
  if (preview === null) return { possible: true, words: 'withoutCode' } as const;
  const { joinMode } = preview;
  return { possible: joinMode === 'open' || joinMode === 'approval', words: `mode_${joinMode}` } as const;
}

function Form(props: FormProps) {
  const { t } = useTranslation();
  const { account, invitation, looked, known, onBack, onClose } = props;
  const { preview, code } = looked;
  const [message, setMessage] = useState('');
  const [answer, setAnswer] = useState('');
  const [asked, setAsked] = useState(preview?.joinQuestion ?? '');
  const [needed, setNeeded] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);
  const [sent, setSent] = useState<Group | 'sent' | null>(null);
  const { possible, words } = standingOf(preview, code);
  const asks = code === null && (preview === null || preview.joinMode === 'approval');
  const rejection = known?.rejection ?? null;

  const finish = (group: string): void => {
    onClose();
    showAccount(account);
    showConversation(account, group);
  };
  const join = (): void => {
    if (asks && asked !== '' && answer.trim() === '') {
      setNeeded(true);
      return;
    }
    setBusy(true);
    setError(null);
    invoke('group.join', { account, invitation, message: message.trim(), answer: answer.trim() }).then(
      ({ state, question, group }) => {
        setBusy(false);
        if (group !== null) useGroupsStore.getState().merge(account, group);
        if (state === 'joined' && group !== null) finish(group.group);
        else if (state === 'question') {
          setAsked(question);
          setNeeded(true);
        } else setSent(group ?? 'sent');
      },
      (reason: unknown) => {
        setBusy(false);
        setError(toCommandError(reason));
      },
    );
  };

  if (sent !== null)
    return (
      <Pending expiresAt={sent === 'sent' ? null : sent.requestExpiresAt} already={false} onClose={onClose} />
    );
  if (preview?.membership === 'member')
    return (
      <>
        <p role="status">{t('groupJoin.already')}</p>
        <div className="dialog__actions">
          <Button tone="primary" autoFocus onClick={() => finish(preview.group)} data-testid="join-open">
            {t('groupJoin.open')}
          </Button>
        </div>
      </>
    );
  if (preview?.membership === 'pending' && code === null)
    return <Pending expiresAt={known?.requestExpiresAt ?? null} already onClose={onClose} />;
  return (
    <form
      className="dialog__form"
      onSubmit={(submit) => {
        submit.preventDefault();
        join();
      }}
    >
      {rejection !== null && (
        <p className="notice-bar" data-tone="warning" data-testid="join-rejected">
          {rejection === ''
            ? t('groupJoin.rejected')
            : t('groupJoin.rejectedReason', { reason: label(rejection, 300) })}
        </p>
      )}
      <p className="join__mode">{t(`groupJoin.${words}`)}</p>
      {possible && asked !== '' && code === null && (
        <>
          <div className="join__question">
            <span className="join__question-title">{t('groupJoin.question')}</span>
            <span className="join__question-text isolate" dir="auto">
              {label(asked, 500)}
            </span>
          </div>
          <Field
            label={t('groupJoin.answer')}
            value={answer}
            autoFocus
            onText={(text) => {
              setAnswer(text);
              setNeeded(false);
            }}
            testId="join-answer"
          />
        </>
      )}
      {possible && asks && (
        <Field
          label={t('groupJoin.message')}
          value={message}
          autoFocus={asked === ''}
          onText={setMessage}
          testId="join-message"
        />
      )}
      {(error !== null || needed) && (
        <p className="notice-bar" data-tone="danger" role="alert" data-testid="join-error">
          {error === null ? t('groupJoin.answerNeeded') : t(`errors.${error.code}`)}
        </p>
      )}
      <div className="dialog__actions">
        {onBack !== null && <Button onClick={onBack}>{t('groupJoin.back')}</Button>}
        {possible ? (
          <Button tone="primary" type="submit" busy={busy} data-testid="join-do">
            {asks ? t('groupJoin.ask') : t('groupJoin.join')}
          </Button>
        ) : (
          <Button onClick={onClose}>{t('common.close')}</Button>
        )}
      </div>
    </form>
  );
}

/** What an invitation leads to, and the way in. */
export function JoinPreview(props: {
  readonly account: string;
  readonly invitation: string;
  readonly onBack: (() => void) | null;
  readonly onClose: () => void;
}): ReactNode {
  const { t } = useTranslation();
  const { looked, error, known, again } = usePreview(props.account, props.invitation);
  if (error !== null)
    return (
      <EmptyState title={t(`errors.${error.code}`)} testId="join-failed">
        {props.onBack !== null && <Button onClick={props.onBack}>{t('groupJoin.another')}</Button>}
        <Button onClick={again}>{t('common.retry')}</Button>
      </EmptyState>
    );
  if (looked === null)
    return (
      <div className="join__looking" role="status">
        <Spinner />
        {t('groupJoin.looking')}
      </div>
    );
  const { preview, group, code, domain } = looked;
  return (
    <>
      {preview !== null ? (
        <div data-testid="join-preview">
          <GroupFacts preview={preview} large />
        </div>
      ) : (
        <div className="group-facts" data-large="true" data-testid="join-private">
          <LockKeyhole size={28} strokeWidth={1.6} aria-hidden />
          <div className="group-facts__words">
            <span className="group-facts__name">{t('groupJoin.privateTitle')}</span>
            {domain !== null && (
              <span className="group-facts__line">{t('groupJoin.onDomain', { domain })}</span>
            )}
            <span className="group-facts__purpose">{t('groupJoin.privateText')}</span>
          </div>
        </div>
      )}
      <p className="join__id selectable">
        {[group, code === null ? '' : t('groupJoin.code', { code })].filter((part) => part).join(' · ')}
      </p>
      <Form {...props} looked={looked} known={known} />
    </>
  );
}
