import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Attachment } from '../../../../shared/model/attachment';
import type { Message } from '../../../../shared/model/message';
import { invoke, toCommandError } from '../../../stores/bridge';
import { useNoticesStore } from '../../../stores/notices-store';
import { useTimelineStore } from '../../../stores/timeline-store';
import { useTransferFraction } from '../../../stores/transfers-store';
import { useMessageOverlay } from '../message-overlay';

/** What can be done with one attachment, and how far it is. */
export interface AttachmentActions {
  /** Part that is done, 0 to 1; null while nobody knows. */
  readonly fraction: number | null;
  readonly busy: boolean;
  /** Fetches it; resolves to whether it is here. */
  download(): Promise<boolean>;
  cancel(): void;
  /** Fetches it where needed, asks about what can run, and writes it where the user says. */
  save(): void;
}

function showError(reason: unknown): void {
  const error = toCommandError(reason);
  if (error.code !== 'cancelled') useNoticesStore.getState().showError(error);
}

/** Writes a file that is here, or fetches it first. */
export async function saveAttachment(account: string, attachment: Attachment): Promise<boolean> {
  if (attachment.state !== 'here')
    await invoke('attachment.download', { account, attachment: attachment.id });
  const { saved } = await invoke('attachment.save', { account, attachment: attachment.id });
  return saved;
}

/** Saves an attachment, after a question where its type can run. */
export function askAndSave(
  account: string,
  message: Message,
  attachment: Attachment,
  savedWords: string,
): Promise<void> {
  if (attachment.dangerous) {
    useMessageOverlay.getState().show({ kind: 'dangerous', message, attachment });
    return Promise.resolve();
  }
  return saveAttachment(account, attachment).then(
    (saved) => saved && useNoticesStore.getState().showInfo(savedWords),
    showError,
  ) as Promise<void>;
}

/** The actions of one attachment of a message. Answers are taken over at once; events bring the same later. */
export function useAttachment(account: string, message: Message, attachment: Attachment): AttachmentActions {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const fraction = useTransferFraction(account, attachment.id);
  const { id } = attachment;

  const take = useCallback(
    async (command: 'attachment.download' | 'attachment.cancel'): Promise<boolean> => {
      setBusy(true);
      try {
        const changed = await invoke(command, { account, attachment: id });
        useTimelineStore.getState().mergeAttachment(account, message.conversation, message.id, changed);
        return changed.state === 'here';
      } catch (reason) {
        showError(reason);
        return false;
      } finally {
        setBusy(false);
      }
    },
    [account, id, message.conversation, message.id],
  );

  return {
    fraction,
    busy,
    download: () => take('attachment.download'),
    cancel: () => void take('attachment.cancel'),
    save: () => {
      setBusy(true);
      void askAndSave(account, message, attachment, t('content.saved')).finally(() => setBusy(false));
    },
  };
}
