import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Attachment } from '../../../shared/model/attachment';
import type { Message } from '../../../shared/model/message';
import { invoke, reportError } from '../../stores/bridge';
import { timelineKey, useTimelineStore } from '../../stores/timeline-store';
import { compareMessages } from '../../stores/timeline-window';

/** A picture of the conversation and the message it came with. */
export interface ViewerPicture {
  readonly message: Message;
  readonly attachment: Attachment;
}

const page = 60;

/** What of a message can be looked at in the viewer. */
export function picturesOf(message: Message): readonly ViewerPicture[] {
  if (message.content.kind !== 'media' || message.content.media !== 'image') return [];
  return message.attachments
    .filter(
      ({ role, type, thumbnail }) => role === 'main' && (type.startsWith('image/') || thumbnail !== null),
    )
    .map((attachment) => ({ message, attachment }));
}

/** Pictures of a conversation, oldest first: those in the window at once, older ones as they are asked for. */
export function useViewerPictures(account: string, message: Message) {
  const { conversation } = message;
  const inWindow = useTimelineStore(
    (state) => state.timelines[timelineKey(account, conversation)]?.window?.messages,
  );
  const [listed, setListed] = useState<readonly Message[]>([]);
  const [more, setMore] = useState(true);
  const asking = useRef(false);
  const oldest = listed.at(-1)?.id;

  const loadMore = useCallback(() => {
    if (asking.current) return;
    asking.current = true;
    const before = oldest === undefined ? {} : { before: oldest };
    invoke('attachment.list', { account, conversation, what: 'media', limit: page, ...before })
      .then((answer) => {
        setListed((known) => [...known, ...answer.messages]);
        setMore(answer.more && answer.messages.length > 0);
      })
      .catch((reason: unknown) => {
        setMore(false);
        reportError(reason);
      })
      .finally(() => {
        asking.current = false;
      });
  }, [account, conversation, oldest]);
  useEffect(() => {
    if (oldest === undefined && more) loadMore();
  }, [oldest, more, loadMore]);

  const pictures = useMemo(() => {
    const byId = new Map<number, Message>([[message.id, message]]);
    for (const each of listed) byId.set(each.id, each);
    // What the timeline holds is kept current by events.
    for (const each of inWindow ?? []) if (byId.has(each.id) || listed.length === 0) byId.set(each.id, each);
    return [...byId.values()].sort(compareMessages).flatMap(picturesOf);
  }, [listed, inWindow, message]);
  return { pictures, more, loadMore };
}
