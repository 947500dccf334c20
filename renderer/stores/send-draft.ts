import type { Mention } from '../../shared/model/message';
import { useComposerStore } from './composer-store';
import { useDraftFilesStore } from './draft-files-store';
import { useTimelineStore } from './timeline-store';

async function sendWith(
  account: string,
  conversation: string,
  attachments: readonly number[],
  more: { readonly mentions?: readonly Mention[]; readonly filesOnly?: boolean },
): Promise<void> {
  void useTimelineStore.getState().toEnd(account, conversation);
  const sent = await useComposerStore.getState().send(account, conversation, { attachments, ...more });
  await useDraftFilesStore.getState().settle(account, conversation, attachments, sent);
}

/** Sends what is typed together with the files beside it. After a failure both are back where they were. */
export function sendDraft(
  account: string,
  conversation: string,
  mentions: readonly Mention[],
): Promise<void> {
  const attachments = useDraftFilesStore.getState().take(account, conversation);
  return sendWith(account, conversation, attachments, { mentions });
}

/** Sends one file by itself (a voice message); what is typed and the other files stay. */
export function sendFile(account: string, conversation: string, id: number): Promise<void> {
  const attachments = useDraftFilesStore.getState().take(account, conversation, [id]);
  return sendWith(account, conversation, attachments, { filesOnly: true });
}
