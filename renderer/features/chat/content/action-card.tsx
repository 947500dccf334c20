import { Check, MessageCircleQuestion, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CardAction } from '../../../../shared/model/message';
import { invoke, toCommandError } from '../../../stores/bridge';
import { useComposerStore } from '../../../stores/composer-store';
import { useNoticesStore } from '../../../stores/notices-store';
import { useTimelineStore } from '../../../stores/timeline-store';
import { momentOf } from '../../../ui/time';
import { useNow } from '../../../ui/use-now';
import { label } from './format';
import type { ContentProps, Of } from './parts';
import { TextBody } from './text-body';

/** Buttons beyond these are not drawn: a card is a question, not a page. */
const mostActions = 24;

/** Answers a card; the same press repeated counts once. */
function useAnswer(props: ContentProps) {
  const { account, message } = props;
  const [busy, setBusy] = useState(false);
  const [requestId] = useState(() => crypto.randomUUID());
  const answer = (action: CardAction, index: number): void => {
    const compose = useComposerStore.getState().beginAnswer;
    // The field has the focus at once; main notes until when what is written answers the card.
    if (action.behavior === 'compose') compose(account, message.conversation, message.id);
    setBusy(true);
    invoke('message.answerCard', {
      account,
      id: message.id,
      action: index,
      requestId: `${requestId}-${index}`,
    })
      .then((card) => useTimelineStore.getState().merge(account, message.conversation, [card]))
      .catch((reason: unknown) => {
        if (action.behavior === 'compose') compose(account, message.conversation, null);
        useNoticesStore.getState().showError(toCommandError(reason));
      })
      .finally(() => setBusy(false));
  };
  return { busy, answer };
}

/** Asked once more before something dangerous is answered: in the card itself, under the sender's address. */
function Sure(props: { readonly words: string; readonly onYes: () => void; readonly onNo: () => void }) {
  const { t } = useTranslation();
  return (
    <div
      className="action-card__sure"
      role="alertdialog"
      aria-label={t('content.actionsSure', { label: props.words })}
    >
      <p dir="auto">{t('content.actionsSure', { label: props.words })}</p>
      <div className="action-card__buttons">
        <button type="button" className="action-card__button" onClick={props.onNo} autoFocus>
          {t('common.cancel')}
        </button>
        <button
          type="button"
          className="action-card__button"
          data-style="danger"
          onClick={props.onYes}
          data-testid="action-sure"
        >
          {t('content.actionsYes', { label: props.words })}
        </button>
      </div>
    </div>
  );
}

function Outcome(props: ContentProps & { readonly expired: boolean }) {
  const { t } = useTranslation();
  const { card, own } = props.message;
  if (card?.state === 'completed') {
    const facts = { label: label(card.label, 250) };
    return (
      <p className="action-card__outcome" data-state="completed" data-testid="card-outcome">
        <Check size={15} aria-hidden />
        {own ? t('content.actionsDoneOwn', facts) : t('content.actionsDone', facts)}
      </p>
    );
  }
  const words =
    card?.state === 'dismissed'
      ? t('content.actionsDismissed')
      : props.expired
        ? t('content.actionsExpired')
        : t('content.actionsOwn');
  return (
    <p className="action-card__outcome" data-testid="card-outcome">
      {card?.state === 'dismissed' && <Undo2 size={15} aria-hidden />}
      {words}
    </p>
  );
}

/**
 * A question with buttons. Its frame carries the address of whoever asks and looks like nothing of Parley's own, so that
 * no card can pass for a dialog of ours. One click answers; what is dangerous asks once more.
 */
export function ActionCard(props: ContentProps & { readonly content: Of<'actions'> }) {
  const { t, i18n } = useTranslation();
  const { content, message, account } = props;
  const [sure, setSure] = useState<number | null>(null);
  const { busy, answer } = useAnswer(props);
  const now = useNow(1000);
  const expired = content.expiresAt !== null && content.expiresAt <= now;
  const open = !message.own && !expired && (message.card === null || message.card.state === 'pending');
  const actions = content.actions.slice(0, mostActions);
  const asked = sure === null ? undefined : actions[sure];
  const press = (action: CardAction, index: number): void => {
    if (action.style === 'danger') setSure(index);
    else answer(action, index);
  };
  const chosen = message.card?.state === 'completed' ? message.card.label : null;
  return (
    <section
      className="action-card"
      aria-label={t('content.actionsFrom', { aid: message.sender })}
      data-testid="action-card"
    >
      <p className="action-card__frame">
        <MessageCircleQuestion size={14} aria-hidden />
        <bdi dir="ltr" className="ellipsis">
          {message.sender}
        </bdi>
      </p>
      <div className="action-card__body">
        {content.title !== '' && (
          <p className="action-card__title" dir="auto">
            {label(content.title, 300)}
          </p>
        )}
        {content.text !== '' && (
          <TextBody text={content.text} format={content.format} mentions={[]} account={account} />
        )}
        {open && asked !== undefined && sure !== null ? (
          <Sure
            words={label(asked.label, 80)}
            onNo={() => setSure(null)}
            onYes={() => {
              setSure(null);
              answer(asked, sure);
            }}
          />
        ) : open ? (
          <div className="action-card__buttons">
            {actions.map((action, index) => (
              <button
                key={index}
                type="button"
                className="action-card__button"
                data-style={action.style}
                disabled={busy}
                onClick={() => press(action, index)}
                data-testid="card-action"
              >
                <bdi>{label(action.label, 80)}</bdi>
              </button>
            ))}
          </div>
        ) : (
          <>
            {chosen === null && message.own && (
              <div className="action-card__buttons">
                {actions.map((action, index) => (
                  <span
                    key={index}
                    className="action-card__button"
                    data-style={action.style}
                    data-inert="true"
                  >
                    <bdi>{label(action.label, 80)}</bdi>
                  </span>
                ))}
              </div>
            )}
            <Outcome {...props} expired={expired} />
          </>
        )}
        {open && content.expiresAt !== null && (
          <p className="action-card__until tabular">
            {t('content.expiresAt', { date: momentOf(i18n.language, content.expiresAt) })}
          </p>
        )}
      </div>
    </section>
  );
}
