// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { Tooltip } from 'radix-ui';
import type { ReactNode } from 'react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Conversation } from '../../../shared/model/conversation';
import { changeLanguage, startTexts } from '../../i18n';
import { useAccountsStore } from '../../stores/accounts-store';
import { useConversationsStore } from '../../stores/conversations-store';
import { fakeInvoke, settle } from '../../stores/fake-invoke';
import { sampleAccount, sampleConversation, sampleMessage } from '../../stores/samples';
import { timelineKey } from '../../stores/timeline-store';
import { useTypingStore } from '../../stores/typing-store';
import { useViewStore } from '../../stores/view-store';
import { ConfirmDialog } from '../requests/confirm-dialog';
import { RequestBar } from '../requests/request-bar';
import { ConversationFinder } from '../search/conversation-finder';
import { mutedForever } from './conversation-actions';
import { isMuted, muteWords } from './conversation-mute';
import { ConversationRow } from './conversation-row';

const me = 'me.aun.test';
const lin = 'lin.aun.test';
let bridge: ReturnType<typeof fakeInvoke>;

function draw(children: ReactNode): void {
  render(<Tooltip.Provider>{children}</Tooltip.Provider>);
}

function drawRow(more: Partial<Conversation>): HTMLElement {
  draw(
    <ConversationRow
      account={me}
      conversation={sampleConversation(more)}
      index={0}
      chosen={false}
      active
      onOpen={() => undefined}
    />,
  );
  return screen.getByTestId('conversation-row');
}

function drawMenu(more: Partial<Conversation> = {}): void {
  fireEvent.contextMenu(drawRow(more));
}

function choose(name: string): void {
  fireEvent.click(screen.getByRole('menuitem', { name }));
}

beforeEach(() => {
  startTexts('en');
  bridge = fakeInvoke();
  useAccountsStore.setState({ accounts: [sampleAccount()] });
  useConversationsStore.setState({ lists: {} });
  useConversationsStore.getState().merge(me, [sampleConversation()]);
  useViewStore.setState({ account: me, conversations: { [me]: lin }, dialog: null, dialogAbout: null });
  useTypingStore.setState({ writers: {} });
});

afterEach(cleanup);

describe('a row of the list', () => {
  it('says what the newest message is, in words where it has none', async () => {
    expect(drawRow({ previewKind: 'image' }).textContent).toContain('Photo');
    cleanup();
    expect(drawRow({ previewKind: 'poll', preview: 'Lunch?' }).textContent).toContain('Poll · Lunch?');
    cleanup();
    await act(() => changeLanguage('zh-CN'));
    expect(drawRow({ previewKind: 'file', preview: '合同.pdf' }).textContent).toContain('【文件】合同.pdf');
  });

  it('shows the draft with its files before the newest message', () => {
    const row = drawRow({ draft: 'and then', draftAttachments: 2, preview: 'old', previewKind: 'text' });
    expect(row.textContent).toContain('Draft: 2 files · and then');
    expect(row.textContent).not.toContain('old');
  });

  it('says that somebody writes before anything else', () => {
    useTypingStore.setState({ writers: { [timelineKey(me, lin)]: [lin] } });
    expect(drawRow({ draft: 'mine' }).textContent).toContain('writing…');
  });

  it('counts messages that name the user beside the others, and speaks both', () => {
    const row = drawRow({ unread: 4, mentions: 1, mutedUntil: mutedForever });
    expect(row.textContent).toContain('@1');
    expect(row.textContent).toContain('1 message mentions you');
    expect(row.textContent).toContain('4 unread messages');
    expect(screen.getByLabelText('muted')).toBeTruthy();
  });

  it('shows a mark that the user made', () => {
    expect(drawRow({ markedUnread: true }).textContent).toContain('marked as unread');
  });
});

describe('the menu of a row', () => {
  it('pins, archives and marks', async () => {
    drawMenu();
    choose('Pin to the top');
    const call = bridge.next('conversation.change');
    expect(call.params).toEqual({ account: me, conversation: lin, pinned: true });
    await call.answer(sampleConversation({ pinned: true }));
    expect(useConversationsStore.getState().lists[me]?.rows[0]?.pinned).toBe(true);
    cleanup();
    drawMenu();
    choose('Mark as unread');
    expect(bridge.next('conversation.change').params).toMatchObject({ markedUnread: true });
    cleanup();
    drawMenu();
    choose('Archive');
    expect(bridge.next('conversation.change').params).toMatchObject({ archived: true });
  });

  it('marks as read up to the newest message there is, not up to a number that does not exist yet', async () => {
    drawMenu({ unread: 3, readUpTo: 4 });
    choose('Mark as read');
    await bridge
      .next('message.page')
      .answer({ messages: [sampleMessage(9, 1), sampleMessage(7, 2)], hasOlder: true, hasNewer: false });
    expect(bridge.next('conversation.markRead').params).toMatchObject({ upTo: 9 });
  });

  it('asks before it blocks or deletes', () => {
    drawMenu();
    choose('Block…');
    expect(useViewStore.getState()).toMatchObject({ dialog: 'block', dialogAbout: lin });
    cleanup();
    drawMenu();
    choose('Delete conversation…');
    expect(useViewStore.getState().dialog).toBe('delete-conversation');
    expect(bridge.calls).toHaveLength(0);
  });

  it('ends a mute, and offers no block for notes to self', () => {
    drawMenu({ mutedUntil: mutedForever, kind: 'self', conversation: me });
    expect(screen.queryByRole('menuitem', { name: 'Block…' })).toBeNull();
    choose('Unmute');
    expect(bridge.next('conversation.change').params).toMatchObject({ mutedUntil: null });
  });
});

describe('a mute', () => {
  it('is over when its time has come, and one without an end names no date', () => {
    expect([isMuted(null, 5), isMuted(5, 5), isMuted(6, 5)]).toEqual([false, false, true]);
    const t = startTexts('en').t;
    expect(muteWords(t, 'en', mutedForever, 5)).toBe('Muted until you unmute');
    expect(muteWords(t, 'en', 4, 5)).toBe('Not muted');
  });
});

describe('a message request', () => {
  const pending = sampleConversation({ standing: 'pending', peerKind: 'unknown', title: 'Zhou' });

  it('says who it is and what is known, and is accepted with one click', () => {
    draw(<RequestBar account={me} conversation={pending} />);
    const bar = screen.getByTestId('request-bar');
    expect(bar.textContent).toContain('Zhou wants to write to you');
    expect(bar.textContent).toContain('No verified profile');
    expect(bar.textContent).toContain('no files are fetched');
    fireEvent.click(screen.getByTestId('request-accept'));
    expect(bridge.next('conversation.accept').params).toEqual({ account: me, conversation: lin });
  });

  it('is blocked only after a question, and is then off the screen', async () => {
    draw(<ConfirmDialog name="block" account={me} conversation={lin} onClose={() => undefined} />);
    expect(bridge.calls).toHaveLength(0);
    fireEvent.click(screen.getByTestId('confirm'));
    expect(useViewStore.getState().conversations[me]).toBeNull();
    await bridge.next('conversation.block').answer(sampleConversation({ standing: 'blocked' }));
    expect(useConversationsStore.getState().lists[me]?.rows).toEqual([]);
  });

  it('lets a blocked address in again', () => {
    draw(<RequestBar account={me} conversation={{ ...pending, standing: 'blocked' }} />);
    fireEvent.click(screen.getByTestId('unblock'));
    expect(bridge.next('conversation.accept').params).toMatchObject({ conversation: lin });
  });
});

describe('the search in a conversation', () => {
  async function find(ids: readonly number[]): Promise<void> {
    draw(<ConversationFinder account={me} conversation={sampleConversation()} />);
    fireEvent.change(screen.getByTestId('finder-field'), { target: { value: 'plan' } });
    while (!bridge.calls.some(({ command }) => command === 'message.search'))
      await act(() => new Promise((resolve) => setTimeout(resolve, 20)));
    const hits = ids.map((id) => ({
      account: me,
      message: sampleMessage(id, id),
      title: '',
      excerpt: '',
      ranges: [],
    }));
    const call = bridge.next('message.search');
    expect(call.params).toMatchObject({ accounts: [me], conversation: lin, query: 'plan' });
    await act(() => call.answer({ hits }));
  }
  const place = (): string | null => screen.getByTestId('finder-place').textContent;
  const asked = (): unknown => bridge.next('message.page').params['around'];

  it('goes to the newest hit, then back in time and round again', async () => {
    await find([9, 5]);
    expect(place()).toBe('1 of 2');
    expect(asked()).toBe(9);
    fireEvent.keyDown(screen.getByTestId('finder-field'), { key: 'Enter' });
    expect(place()).toBe('2 of 2');
    expect(asked()).toBe(5);
    fireEvent.keyDown(screen.getByTestId('finder-field'), { key: 'Enter' });
    expect(place()).toBe('1 of 2');
    fireEvent.keyDown(screen.getByTestId('finder-field'), { key: 'Enter', shiftKey: true });
    expect(place()).toBe('2 of 2');
  });

  it('says when there is nothing, and closes with Escape', async () => {
    useViewStore.setState({ finding: true });
    await find([]);
    expect(place()).toBe('Nothing found');
    fireEvent.keyDown(screen.getByTestId('finder-field'), { key: 'Escape' });
    expect(useViewStore.getState().finding).toBe(false);
    await settle();
  });
});
