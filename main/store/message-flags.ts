import type { MessageContent } from '../../shared/model/message';
import type { AttachmentClaim, InboundRecord } from '../ports/store';
import { isReadable } from './message-rows';

/**
 * What a message carries, as the bits of `messages.flags`. The bits `file`, `image` and `link` are words of the search index
 * too (see the third migration), `media`, `otherFile` and `link` have an index each for the lists of a conversation.
 */
export const messageFlags = { file: 1, image: 2, link: 4, media: 8, otherFile: 16, picture: 32 } as const;

const ADDRESS = /https?:\/\//i;

/** The bits of a message with its attachments. Pictures of links and cards only illustrate: they are no files to be found. */
export function flagsOf(
  content: MessageContent,
  searchText: string,
  attachments: readonly { readonly role: AttachmentClaim['role']; readonly type: string }[],
): number {
  let flags = content.kind === 'link' || ADDRESS.test(searchText) ? messageFlags.link : 0;
  for (const { role, type } of attachments) {
    if (role !== 'main') {
      flags |= messageFlags.picture;
      continue;
    }
    flags |= messageFlags.file;
    const image = type.startsWith('image/');
    if (image) flags |= messageFlags.image;
    flags |= image || type.startsWith('video/') ? messageFlags.media : messageFlags.otherFile;
  }
  return flags;
}

/** Lines that this installation writes itself: in no index, in no preview, never unread, and nothing to bury. */
export function isLine(kind: string): boolean {
  return kind === 'notice' || kind === 'group_event';
}

const QUIET = new Set(['notice', 'group_event', 'recalled', 'expired', 'control', 'status', 'vote']);

/** Whether a message counts as unread while it lies behind the read pointer: what somebody else wrote and is there to be seen. */
export function countsAsUnread(own: boolean, kind: string, hidden: number): boolean {
  return !own && hidden === 0 && !QUIET.has(kind);
}

/**
 * Whether another own device certainly wrote this: of a row that came in the clear, or could not be opened, only the gateway
 * says so, and that must let nobody in.
 */
export function isOurWord({ own, links, protection, content }: InboundRecord): boolean {
  return own && !links.hidden && protection !== 'none' && isReadable(content.kind);
}
