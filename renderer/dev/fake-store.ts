import type { Attachment } from '../../shared/model/attachment';
import type { Conversation, PreviewKind } from '../../shared/model/conversation';
import type { Message } from '../../shared/model/message';
import { conversations, timelines } from './fake-data';
import { emit, fail } from './fake-engine';

/** What the fake engine keeps of conversations, messages and files, with the events that go with each change. */

export function timelineOf(account: string, conversation: string): Message[] {
  const key = `${account} ${conversation}`;
  const known = timelines.get(key) ?? [];
  timelines.set(key, known);
  return known;
}

export function conversationOf(account: string, id: string): Conversation {
  return conversations.get(account)?.find((row) => row.conversation === id) ?? fail('unknown_conversation');
}

export function putConversation(account: string, changed: Conversation): Conversation {
  const rows = (conversations.get(account) ?? []).filter((row) => row.conversation !== changed.conversation);
  conversations.set(account, [changed, ...rows]);
  emit({ event: 'conversation.changed', data: { account, conversations: [changed] } });
  return changed;
}

export function putMessage(account: string, changed: Message): Message {
  const timeline = timelineOf(account, changed.conversation);
  const index = timeline.findIndex((candidate) => candidate.id === changed.id);
  if (index < 0) timeline.push(changed);
  else timeline[index] = changed;
  emit({
    event: 'message.changed',
    data: { account, conversation: changed.conversation, messages: [changed] },
  });
  return changed;
}

export function findMessage(account: string, id: number): Message {
  for (const [key, timeline] of timelines) {
    const found = key.startsWith(`${account} `)
      ? timeline.find((candidate) => candidate.id === id)
      : undefined;
    if (found !== undefined) return found;
  }
  return fail('unknown_message');
}

export function removeMessages(account: string, ids: readonly number[]): void {
  for (const id of ids) {
    const { conversation } = findMessage(account, id);
    const key = `${account} ${conversation}`;
    timelines.set(
      key,
      timelineOf(account, conversation).filter((candidate) => candidate.id !== id),
    );
    emit({ event: 'message.removed', data: { account, conversation, ids: [id] } });
  }
}

/** What a preview line is of and its words. */
export function previewOf(message: Message): { readonly previewKind: PreviewKind; readonly preview: string } {
  const { content } = message;
  switch (content.kind) {
    case 'text':
      return { previewKind: 'text', preview: content.text.slice(0, 200) };
    case 'media':
      return { previewKind: content.media, preview: content.text };
    case 'poll':
    case 'bundle':
    case 'actions':
      return { previewKind: content.kind, preview: content.title };
    case 'location':
    case 'person':
    case 'tool':
      return { previewKind: content.kind, preview: content.name };
    case 'link':
      return { previewKind: 'link', preview: content.title };
    case 'choice':
      return { previewKind: 'choice', preview: content.label };
    case 'event':
    case 'thought':
    case 'stream':
      return { previewKind: content.kind, preview: content.text };
    case 'undecryptable':
    case 'recalled':
    case 'unsupported':
    case 'data':
      return { previewKind: content.kind, preview: '' };
    default:
      return { previewKind: 'none', preview: '' };
  }
}

/** Files by account and id; drafts by account and conversation, in order. */
const attachments = new Map<string, Attachment>();
const drafts = new Map<string, number[]>();
let nextAttachment = 9000;

export function attachmentOf(account: string, id: number): Attachment {
  return attachments.get(`${account} ${id}`) ?? fail('not_found');
}

export function putAttachment(account: string, changed: Attachment): Attachment {
  attachments.set(`${account} ${changed.id}`, changed);
  return changed;
}

export function draftsOf(account: string, conversation: string): Attachment[] {
  return (drafts.get(`${account} ${conversation}`) ?? []).map((id) => attachmentOf(account, id));
}

/** Puts a file beside the draft. */
export function addDraft(
  account: string,
  conversation: string,
  facts: Pick<Attachment, 'name' | 'type' | 'size'> & Partial<Attachment>,
): Attachment {
  const id = nextAttachment++;
  const key = `${account} ${conversation}`;
  drafts.set(key, [...(drafts.get(key) ?? []), id]);
  return putAttachment(account, {
    id,
    role: 'main',
    width: null,
    height: null,
    durationMs: null,
    encrypted: true,
    dangerous: /\.(exe|sh|bat|apk|scr)$/i.test(facts.name),
    state: 'here',
    problem: null,
    media: null,
    thumbnail: null,
    ...facts,
  });
}

/** Takes files away from a draft: all of them are returned that were there. */
export function takeDrafts(account: string, conversation: string, ids: readonly number[]): Attachment[] {
  const key = `${account} ${conversation}`;
  drafts.set(
    key,
    (drafts.get(key) ?? []).filter((id) => !ids.includes(id)),
  );
  return ids.map((id) => attachmentOf(account, id));
}

/** Takes a file away from whatever draft it is beside. */
export function discardDraft(account: string, id: number): void {
  for (const [key, ids] of drafts) {
    if (key.startsWith(`${account} `))
      drafts.set(
        key,
        ids.filter((other) => other !== id),
      );
  }
}
