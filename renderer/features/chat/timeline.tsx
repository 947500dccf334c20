import { ArrowDown } from 'lucide-react';
import { lazy, Suspense, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import type { Conversation } from '../../../shared/model/conversation';
import { timelineKey, useTimelineStore, type Timeline as TimelineData } from '../../stores/timeline-store';
import { windowLimit, type TimelineWindow } from '../../stores/timeline-window';
import { Spinner } from '../../ui/spinner';
import { useRovingRows } from '../../ui/use-roving-rows';
import { prepareContents } from './content/message-content';
import { keptEnd } from './kept-end';
import { useMessageOverlay } from './message-overlay';
import { buildRows, messagesOf, type TimelineRow } from './timeline-rows';
import type { FoldedReplies } from './timeline-replies';
import { TimelineRowView } from './timeline-row-view';
import { useArrivals } from './use-arrivals';
import { useMarkRead } from './use-mark-read';
import { useTimelineSelection } from './use-timeline-selection';

const loadOverlays = async () => ({ default: (await import('./message-overlays')).MessageOverlays });
const MessageOverlays = lazy(loadOverlays);

const noneFolded: FoldedReplies = new Map();
/** Rows the keyboard can reach. */
const reachable = ['message', 'steps', 'events', 'replies', 'more-replies'];

/** This close to an end (px) the next page is fetched. */
const fetchDistance = 600;
/** This close to the end (px) counts as being there. */
const endDistance = 48;
/** How long a turn of the wheel keeps moving the view, in ms. */
const leavingTime = 400;
/** How long a message that was jumped to stays marked, in ms. */
const highlightTime = 2200;

interface TimelineProps {
  readonly account: string;
  readonly conversation: Conversation;
  readonly timeline: TimelineData;
  readonly window: TimelineWindow;
}

function rowKey(row: TimelineRow): string {
  return row.key;
}

/** Menu, dialogs and viewer of the messages of this timeline. */
function Overlays(props: { readonly account: string; readonly conversation: string }) {
  const overlay = useMessageOverlay((state) => state.overlay);
  useEffect(() => {
    // What bubbles and menus need is read from disk while nobody waits for it.
    const timer = setTimeout(() => {
      prepareContents();
      void loadOverlays();
    }, 200);
    return () => {
      clearTimeout(timer);
      useMessageOverlay.getState().close();
    };
  }, []);
  if (overlay === null) return null;
  // A menu reports its end after its item was chosen: by then the dialog of that item stands in its place.
  const close = (): void => useMessageOverlay.getState().close(overlay);
  return (
    <Suspense fallback={null}>
      <MessageOverlays {...props} overlay={overlay} onClose={close} />
    </Suspense>
  );
}

/**
 * The messages of a conversation, only those near the screen in the document. It stays at the end while the reader is
 * there, keeps its place when older messages arrive above, and fetches pages as they are needed. Mounted anew for every
 * fresh load (`generation`).
 */
export function Timeline({ account, conversation, timeline, window }: TimelineProps) {
  const { t } = useTranslation();
  const id = conversation.conversation;
  const { messages, hasOlder, hasNewer } = window;
  const [folded, setFolded] = useState<FoldedReplies>(noneFolded);
  const isGroup = conversation.kind === 'group';
  const rows = useMemo(
    () => buildRows(messages, timeline.readUpTo, !hasOlder, isGroup ? { folded } : null),
    [messages, timeline.readUpTo, hasOlder, isGroup, folded],
  );
  const fold = useCallback(
    (key: string, how: 'closed' | 'all') => setFolded((before) => new Map(before).set(key, how)),
    [],
  );
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  const atEnd = useRef(!hasNewer);
  // On the way to the end. Rows that were just added are below the screen for a moment; that is not the reader leaving.
  const following = useRef(false);
  // Until this moment of `performance.now()` the reader is leaving the end: the wheel moves the view softly, and its first
  // pixels are still near the end.
  const leavingUntil = useRef(0);
  const [showJump, setShowJump] = useState(false);
  const [faded, setFaded] = useState(0);
  const place = timelineKey(account, id);
  const acceptsRow = useCallback((index: number) => reachable.includes(rows[index]?.kind ?? ''), [rows]);
  const roving = useRovingRows(scroller, list, rows.length, acceptsRow);
  const arrived = useArrivals(account, messages, conversation);
  const markRead = useMarkRead(account, conversation);
  const selection = useTimelineSelection(place, rows);

  const indexOf = useCallback(
    (messageId: number) => {
      // In the place of a stream that is over stands its final text.
      const finalId = messages.find((message) => message.id === messageId)?.finalId;
      const holds = (wanted: number) => (row: TimelineRow) =>
        messagesOf(row).some(({ id: at }) => at === wanted);
      const index = rows.findIndex(holds(messageId));
      return index < 0 && finalId != null ? rows.findIndex(holds(finalId)) : index;
    },
    [rows, messages],
  );

  const noteReading = useCallback(() => {
    const handle = list.current;
    if (handle === null) return;
    const lastVisible = handle.findItemIndex(handle.scrollOffset + handle.viewportSize - 8);
    // At the very end also what is never drawn has been seen.
    const seen =
      lastVisible >= rows.length - 1 ? messages : rows.slice(0, lastVisible + 1).flatMap(messagesOf);
    markRead(seen.reduce((newest, message) => Math.max(newest, message.id), 0));
  }, [rows, messages, markRead]);

  const onScroll = useCallback(() => {
    const handle = list.current;
    if (handle === null) return;
    const { scrollOffset, scrollSize, viewportSize } = handle;
    if (viewportSize === 0) return;
    const below = scrollSize - viewportSize - scrollOffset;
    if (below <= endDistance) following.current = false;
    if (!following.current)
      atEnd.current = below <= endDistance && !hasNewer && performance.now() > leavingUntil.current;
    const far = below > viewportSize * 0.75 || (hasNewer && below > endDistance);
    setShowJump(far && !following.current);
    const store = useTimelineStore.getState();
    if (scrollOffset < fetchDistance && hasOlder) void store.loadOlder(account, id);
    else if (below < fetchDistance && hasNewer) void store.loadNewer(account, id);
    noteReading();
  }, [account, id, hasOlder, hasNewer, noteReading]);

  const follow = useCallback((handle: VirtualizerHandle | null, last: number, smooth = false) => {
    following.current = true;
    leavingUntil.current = 0;
    handle?.scrollToIndex(last, { align: 'end', smooth });
  }, []);
  /** The reader takes over: whatever the timeline was about to do, it stays. */
  const release = useCallback(() => {
    following.current = false;
  }, []);

  // The first place to be: the message asked for, the first unread one, or the end.
  const placed = useRef(false);
  const newestOwn = useRef(0);
  useLayoutEffect(() => {
    const handle = list.current;
    const last = rows.at(-1);
    if (handle === null || last === undefined) return;
    const own = last.kind === 'message' && last.message.own ? last.message.id : 0;
    const ownIsNew = own > newestOwn.current;
    newestOwn.current = Math.max(own, newestOwn.current);
    if (!placed.current) {
      placed.current = true;
      const line = rows.findIndex((row) => row.kind === 'new');
      if (timeline.target === null && line >= 0) handle.scrollToIndex(line, { align: 'start', offset: -48 });
      else if (timeline.target === null) follow(handle, rows.length - 1);
    } else if (atEnd.current || ownIsNew) {
      atEnd.current = true;
      follow(handle, rows.length - 1);
    }
  }, [rows, timeline.target, follow]);

  const done = useRef(0);
  useLayoutEffect(() => {
    const { target } = timeline;
    if (target === null || target.nonce === done.current) return;
    const index = indexOf(target.id);
    if (index < 0) return;
    const row = rows[index];
    if (row?.kind === 'replies' || row?.kind === 'more-replies') {
      // It is folded away: unfolded first, jumped to then.
      const timer = setTimeout(() => fold(row.cluster.key, 'all'), 0);
      return () => clearTimeout(timer);
    }
    done.current = target.nonce;
    atEnd.current = false;
    following.current = false;
    list.current?.scrollToIndex(index, { align: 'center' });
  }, [timeline, indexOf, rows, fold]);

  const nonce = timeline.target?.nonce ?? 0;
  useEffect(() => {
    const timer = setTimeout(() => setFaded(nonce), highlightTime);
    return () => clearTimeout(timer);
  }, [nonce]);
  const highlighted = timeline.target !== null && nonce !== faded ? timeline.target.id : null;
  const highlightedIndex = highlighted === null ? -1 : indexOf(highlighted);

  const onResize = useCallback(() => {
    if (atEnd.current) follow(list.current, rows.length - 1);
    onScroll();
  }, [rows.length, onScroll, follow]);

  // In a step of its own: a list that grows at one end and shrinks at the other in one step would lose its place.
  useEffect(() => {
    if (messages.length <= windowLimit) return;
    const { scrollOffset = 0, scrollSize = 0 } = list.current ?? {};
    const keep = keptEnd({ atEnd: atEnd.current || following.current, scrollOffset, scrollSize });
    useTimelineStore.getState().trim(account, id, keep);
  }, [messages.length, account, id]);

  // What is on the screen without any scrolling counts as read as well; and short pages are filled up.
  useEffect(onScroll, [onScroll, rows]);

  const toEnd = (): void => {
    atEnd.current = true;
    if (hasNewer) void useTimelineStore.getState().toEnd(account, id);
    else follow(list.current, rows.length - 1, rows.length < 200);
  };

  return (
    <>
      {timeline.loading === 'older' && (
        <div className="timeline__loading" role="status">
          <Spinner />
          <span className="visually-hidden">{t('chat.loadingOlder')}</span>
        </div>
      )}
      <div
        ref={scroller}
        className="timeline"
        role="list"
        aria-label={t(isGroup ? 'groupTimeline.label' : 'chat.timeline', { name: conversation.title })}
        data-testid="timeline"
        tabIndex={roving.active === null ? 0 : -1}
        onKeyDown={(event) => {
          release();
          selection.onKeyDown(event);
          roving.onKeyDown(event);
        }}
        onFocusCapture={selection.onFocus}
        onWheel={(event) => {
          release();
          if (event.deltaY >= 0) return;
          leavingUntil.current = performance.now() + leavingTime;
          atEnd.current = false;
        }}
        onTouchMove={release}
        onPointerDown={release}
      >
        <div className="timeline__spring" />
        <Virtualizer
          ref={list}
          scrollRef={scroller}
          data={rows}
          shift={window.shift}
          bufferSize={500}
          keepMounted={roving.active === null ? [] : [Math.min(roving.active, rows.length - 1)]}
          onScroll={onScroll}
          onResize={onResize}
        >
          {(row, index) => (
            <TimelineRowView
              key={rowKey(row)}
              row={row}
              index={index}
              account={account}
              conversation={conversation.conversation}
              kind={conversation.kind}
              peerKind={conversation.peerKind}
              title={conversation.title}
              highlighted={index === highlightedIndex}
              active={index === roving.active}
              onFold={fold}
            />
          )}
        </Virtualizer>
      </div>
      {showJump && (
        <button
          type="button"
          className="jump-button tabular"
          onClick={toEnd}
          data-testid="jump-to-end"
          aria-label={
            conversation.unread > 0
              ? t('chat.jumpToEndCount', { count: conversation.unread })
              : t('chat.jumpToEnd')
          }
        >
          {conversation.unread > 0 && <span className="jump-button__count">{conversation.unread}</span>}
          <ArrowDown size={18} aria-hidden />
        </button>
      )}
      <Overlays account={account} conversation={id} />
      <div className="visually-hidden" aria-live="polite">
        {arrived}
      </div>
    </>
  );
}
