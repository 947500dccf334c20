import { Check, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorCode } from '../../../../shared/bridge/error-codes';
import type { JoinRequest } from '../../../../shared/model/group';
import { Button } from '../../../ui/button';
import { TextField } from '../../../ui/text-field';
import { agoOf } from '../../../ui/time';
import { useNow } from '../../../ui/use-now';
import { PersonLine, usePersonTitle } from '../page/person-line';
import { useModerationStore } from '../moderation/moderation-store';
import { whenOf } from '../page/when';

/** How old a request is and when it ends, or who decided on it. */
function Age(props: { readonly account: string; readonly request: JoinRequest }) {
  const { t, i18n } = useTranslation();
  const { request } = props;
  const now = useNow(60_000);
  const by = usePersonTitle(props.account, request.reviewedBy);
  const parts = [
    request.createdAt === null
      ? ''
      : t('moderation.requests.asked', { ago: agoOf(i18n.language, request.createdAt, now) }),
    request.status === 'pending' && request.expiresAt !== null
      ? t('moderation.requests.expires', { time: whenOf(i18n.language, request.expiresAt, now) })
      : '',
    request.status !== 'pending' && request.reviewedBy !== null
      ? t('moderation.requests.decidedBy', { name: by })
      : '',
  ];
  return <span className="request__age tabular">{parts.filter((part) => part !== '').join(' · ')}</span>;
}

function Decide(props: {
  readonly name: string;
  readonly busy: boolean;
  readonly onDecide: (approve: boolean, reason: string) => void;
}) {
  const { t } = useTranslation();
  const { name, busy, onDecide } = props;
  const [refusing, setRefusing] = useState(false);
  const [reason, setReason] = useState('');
  if (refusing)
    return (
      <div className="request__refuse">
        <TextField
          label={t('moderation.requests.reason')}
          value={reason}
          maxLength={255}
          autoFocus
          onText={setReason}
          data-testid="request-reason"
        />
        <div className="panel__actions">
          <Button
            size="small"
            className="button button--small button--danger"
            busy={busy}
            onClick={() => onDecide(false, reason.trim())}
            data-testid="request-reject-confirm"
          >
            {t('moderation.requests.reject')}
          </Button>
          <Button size="small" onClick={() => setRefusing(false)}>
            {t('common.cancel')}
          </Button>
        </div>
      </div>
    );
  return (
    <div className="request__do">
      <Button
        size="small"
        tone="primary"
        disabled={busy}
        aria-label={t('moderation.requests.approveNamed', { name })}
        onClick={() => onDecide(true, '')}
        data-testid="request-approve"
      >
        <Check size={15} aria-hidden />
        {t('moderation.requests.approve')}
      </Button>
      <Button
        size="small"
        disabled={busy}
        aria-label={t('moderation.requests.rejectNamed', { name })}
        onClick={() => setRefusing(true)}
        data-testid="request-reject"
      >
        <X size={15} aria-hidden />
        {t('moderation.requests.reject')}
      </Button>
    </div>
  );
}

/** Somebody who wants to come in: who, what they wrote and answered, since when; their words are plain text. */
export function RequestCard(props: {
  readonly account: string;
  readonly question: string;
  readonly request: JoinRequest;
  /** Why the last decision failed. */
  readonly failed: ErrorCode | null;
  readonly busy: boolean;
  readonly chosen: boolean;
  /** Null where nothing is chosen. */
  readonly onChoose: ((on: boolean) => void) | null;
  readonly onDecide: (approve: boolean, reason: string) => void;
}) {
  const { t } = useTranslation();
  const { account, request, question, onChoose } = props;
  const { aid, title } = request;
  return (
    <li className="request" data-chosen={props.chosen} data-testid="request" data-aid={aid}>
      {onChoose !== null && (
        <input
          type="checkbox"
          className="request__check"
          checked={props.chosen}
          aria-label={t('moderation.requests.choose', { name: title })}
          onChange={(change) => onChoose(change.target.checked)}
          data-testid="request-choose"
        />
      )}
      <div className="request__body">
        <button
          type="button"
          className="request__who"
          aria-label={t('moderation.requests.profile', { name: title })}
          onClick={() => useModerationStore.getState().showPerson({ account, aid })}
        >
          <PersonLine aid={aid} title={title} kind={request.verifiedKind} size={40}>
            <Age account={account} request={request} />
          </PersonLine>
        </button>
        {request.answer !== '' && (
          <div className="request__words">
            <span className="request__label">
              {question === '' ? t('moderation.requests.answer') : question}
            </span>
            <p className="selectable isolate" dir="auto">
              {request.answer}
            </p>
          </div>
        )}
        {request.message !== '' && (
          <div className="request__words">
            <span className="request__label">{t('moderation.requests.message')}</span>
            <p className="selectable isolate" dir="auto">
              {request.message}
            </p>
          </div>
        )}
        {request.reason !== '' && (
          <div className="request__words">
            <span className="request__label">{t('moderation.requests.why')}</span>
            <p className="selectable isolate" dir="auto">
              {request.reason}
            </p>
          </div>
        )}
        {props.failed !== null && (
          <p className="row-error" role="alert" data-testid="request-failed">
            {t(`errors.${props.failed}`)}
          </p>
        )}
        {request.status === 'pending' && <Decide name={title} busy={props.busy} onDecide={props.onDecide} />}
      </div>
    </li>
  );
}
