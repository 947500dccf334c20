import { useEffect, useRef, type FocusEvent, type KeyboardEvent } from 'react';
import type { Message } from '../../../shared/model/message';
import { useSelectionStore } from '../../stores/timeline-selection';
import { isWritten } from './content/message-words';
import { messagesOf, type TimelineRow } from './timeline-rows';

function messageAt(rows: readonly TimelineRow[], target: EventTarget): Message | null {
  if (!(target instanceof Element)) return null;
  const index = target.closest('[data-row]')?.getAttribute('data-row');
  const row = index == null ? undefined : rows[Number(index)];
  const message = row?.kind === 'message' ? messagesOf(row)[0] : undefined;
  return message !== undefined && isWritten(message.content) ? message : null;
}

/**
 * Choosing messages by keyboard: Shift with an arrow begins at the message that has the focus and takes in the one the
 * focus moves to. What was chosen in another conversation is let go.
 */
export function useTimelineSelection(place: string, rows: readonly TimelineRow[]) {
  const extending = useRef(false);
  useEffect(() => {
    const selection = useSelectionStore.getState();
    if (selection.place !== null && selection.place !== place) selection.clear();
  }, [place]);

  return {
    onKeyDown: (key: KeyboardEvent<HTMLElement>): void => {
      extending.current = false;
      if (!key.shiftKey || (key.key !== 'ArrowUp' && key.key !== 'ArrowDown')) return;
      const message = messageAt(rows, key.target);
      if (message === null) return;
      const selection = useSelectionStore.getState();
      if (selection.place !== place) selection.begin(place, message);
      extending.current = true;
    },
    onFocus: (focus: FocusEvent<HTMLElement>): void => {
      if (!extending.current) return;
      extending.current = false;
      const message = messageAt(rows, focus.target);
      const order = rows.flatMap((row) => (row.kind === 'message' ? [row.message] : []));
      if (message !== null)
        useSelectionStore.getState().extend(
          message,
          order.filter(({ content }) => isWritten(content)),
        );
    },
  };
}
