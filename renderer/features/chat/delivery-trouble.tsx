import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Message } from '../../../shared/model/message';
import type { WaitReason } from '../../../shared/model/wait-reasons';
import { invoke, toCommandError } from '../../stores/bridge';
import { useComposerStore } from '../../stores/composer-store';
import { useConversation } from '../../stores/conversations-store';
import { useNoticesStore } from '../../stores/notices-store';
import { useIsOnline } from '../../stores/presence-store';
import { useTimelineStore } from '../../stores/timeline-store';
import { useViewStore } from '../../stores/view-store';
import { readStateReason } from './state-reason';

/** Where a message waits for the user to look at something, what that is. */
const looks: Readonly<Partial<Record<WaitReason, 'verify' | 'certificate'>>> = {
  keys_changed: 'verify',
  certificate_revoked: 'certificate',
};

/**
 * What to do about a message to an address nobody had. It does not go by itself when the address is taken later: that may be
 * somebody else than was meant, and only the user can tell (`protocol/04 §7.3`).
 */
function useUnknownAddressWords(account: string, aid: string): string {
  const { t } = useTranslation();
  const online = useIsOnline(account, aid);
  const security = useConversation(account, aid)?.security;
  const taken = online === true || security === 'encrypted' || security === 'verified';
  return taken ? t('unknownAddress.somebody') : t('unknownAddress.nobody');
}

/** Under an own message that waits or failed: why, and what can be done. */
export function DeliveryTrouble(props: {
  readonly account: string;
  readonly name: string;
  readonly message: Message;
  readonly state: 'queued' | 'failed';
}) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const { account, message, state, name } = props;
  const reason = readStateReason(state, message.stateReason);
  // Trying again changes nothing until the user has looked at this.
  const look = reason.kind === 'wait' ? looks[reason.reason] : undefined;
  const unknownAddress = useUnknownAddressWords(account, message.conversation);
  const words = ((): string => {
    if (reason.kind === 'wait') return t(`wait.${reason.reason}`, { name });
    return reason.code === 'recipient_unknown' ? unknownAddress : t(`errors.${reason.code}`);
  })();

  const run = (work: () => Promise<void>): void => {
    setBusy(true);
    work()
      .catch((error: unknown) => useNoticesStore.getState().showError(toCommandError(error)))
      .finally(() => setBusy(false));
  };
  const retry = (): void =>
    run(async () => {
      const changed = await invoke('message.retry', { account, id: message.id });
      useTimelineStore.getState().merge(account, message.conversation, [changed]);
    });
  const edit = (): void =>
    run(async () => {
      const { text } = await invoke('message.cancel', { account, id: message.id });
      useComposerStore.getState().putBack(account, message.conversation, text, null);
    });

  return (
    <div className="delivery-trouble" data-state={state} data-testid="delivery-trouble">
      <span className="delivery-trouble__text">
        {state === 'failed' && <strong>{t('state.failed')}. </strong>}
        {words}
      </span>
      <span className="delivery-trouble__actions">
        {look === undefined ? (
          <button
            type="button"
            className="text-button"
            disabled={busy}
            onClick={retry}
            data-testid="message-retry"
          >
            {state === 'failed' ? t('message.retry') : t('message.sendNow')}
          </button>
        ) : (
          <button
            type="button"
            className="text-button"
            onClick={() => useViewStore.getState().showDialog(look, message.conversation)}
            data-testid="message-look"
          >
            {look === 'verify' ? t('timelineNotice.compare') : t('trustBanner.showCertificate')}
          </button>
        )}
        <button
          type="button"
          className="text-button"
          disabled={busy}
          onClick={edit}
          data-testid="message-edit"
        >
          {t('message.editAgain')}
        </button>
      </span>
    </div>
  );
}
