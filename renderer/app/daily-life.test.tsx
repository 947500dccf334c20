// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { Tooltip } from 'radix-ui';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BlockedPanel, WritingPanel } from '../features/settings/privacy-panel';
import { NotificationsPanel } from '../features/settings/notifications-panel';
import { startTexts } from '../i18n';
import { useAccountsStore } from '../stores/accounts-store';
import { useAppStore } from '../stores/app-store';
import { useConversationsStore } from '../stores/conversations-store';
import { fakeInvoke, settle } from '../stores/fake-invoke';
import { applyNavigation } from '../stores/navigation';
import { sampleAccount, sampleConversation } from '../stores/samples';
import { useTimelineStore } from '../stores/timeline-store';
import { useViewStore } from '../stores/view-store';
import { callsFor } from './use-document-title';
import { useViewing } from './use-viewing';

const me = 'me.aun.test';
const work = 'work.aun.test';
const lin = 'lin.aun.test';
let bridge: ReturnType<typeof fakeInvoke>;

beforeEach(() => {
  startTexts('en');
  bridge = fakeInvoke();
  useAccountsStore.setState({ accounts: [sampleAccount(), sampleAccount({}, { account: work })] });
  useConversationsStore.setState({ lists: {} });
  useTimelineStore.setState({ timelines: {} });
  useViewStore.setState({ account: me, conversations: {}, dialog: null });
});

afterEach(cleanup);

describe('what calls for attention', () => {
  it('is unread messages and requests, mentions, or nothing, as the identity wants it', () => {
    const counts = { unread: 4, mentions: 1, requests: 2 };
    expect(callsFor({ notifications: 'all', ...counts })).toBe(6);
    expect(callsFor({ notifications: 'mentions', ...counts })).toBe(1);
    expect(callsFor({ notifications: 'none', ...counts })).toBe(0);
  });
});

describe('what the user looks at', () => {
  function Viewing() {
    useViewing();
    return null;
  }
  const told = (): readonly unknown[] =>
    bridge.calls.filter(({ command }) => command === 'app.viewing').map(({ params }) => params);

  it('is told with every change of the window’s focus and of the conversation', () => {
    render(<Viewing />);
    act(() => useViewStore.getState().openConversation(me, lin));
    fireEvent.blur(window);
    fireEvent.focus(window);
    const focused = document.hasFocus();
    expect(told()).toEqual([
      { focused, account: me, conversation: null },
      { focused, account: me, conversation: lin },
      { focused: false, account: me, conversation: lin },
      { focused: true, account: me, conversation: lin },
    ]);
  });
});

describe('a notification that was clicked', () => {
  it('leads to its identity, conversation and message, whatever dialog is open', async () => {
    useViewStore.setState({ dialog: 'settings' });
    applyNavigation([{ event: 'app.navigate', data: { account: work, conversation: lin, message: 12 } }]);
    await bridge.next('conversation.open').answer(sampleConversation());
    expect(useViewStore.getState()).toMatchObject({
      account: work,
      conversations: { [work]: lin },
      dialog: null,
    });
    expect(bridge.next('message.page').params).toMatchObject({ account: work, around: 12 });
  });

  it('closes a conversation on the screen that is gone', () => {
    useViewStore.setState({ conversations: { [me]: lin } });
    applyNavigation([{ event: 'conversation.removed', data: { account: me, conversation: lin } }]);
    expect(useViewStore.getState().conversations[me]).toBeNull();
  });
});

describe('settings of daily life', () => {
  it('change what a notification shows and the rule of one identity', async () => {
    render(<NotificationsPanel />);
    fireEvent.click(screen.getByLabelText('Name only'));
    expect(bridge.next('app.settings.set').params).toEqual({ notificationContent: 'name' });
    const [, second] = screen.getAllByTestId('notification-rule');
    if (second === undefined) throw new Error('no rule for the second identity');
    fireEvent.change(second, { target: { value: 'mentions' } });
    expect(bridge.next('account.update').params).toEqual({ account: work, notifications: 'mentions' });
    await settle();
  });

  it('show nothing about notifications but the switch when they are off', () => {
    useAppStore.setState((state) => ({ settings: { ...state.settings, notificationsOn: false } }));
    render(<NotificationsPanel />);
    expect(screen.queryByTestId('notification-rule')).toBeNull();
    useAppStore.setState((state) => ({ settings: { ...state.settings, notificationsOn: true } }));
  });

  it('set the limit of what is fetched by itself', () => {
    render(<WritingPanel />);
    fireEvent.change(screen.getByTestId('auto-download'), { target: { value: '0' } });
    expect(bridge.next('app.settings.set').params).toEqual({ autoDownloadMegabytes: 0 });
  });

  it('list blocked addresses of every identity and let them in again', async () => {
    render(
      <Tooltip.Provider>
        <BlockedPanel />
      </Tooltip.Provider>,
    );
    const lists = [bridge.next('conversation.list'), bridge.next('conversation.list')];
    expect(lists.map(({ params }) => [params['account'], params['view']])).toEqual([
      [me, 'blocked'],
      [work, 'blocked'],
    ]);
    const blocked = sampleConversation({ standing: 'blocked', title: 'Best Deals' });
    await act(async () => lists[1]?.answer({ conversations: [blocked], total: 1 }));
    expect(screen.getByTestId('blocked-row').textContent).toContain('Best Deals');
    fireEvent.click(screen.getByRole('button', { name: 'Unblock Best Deals' }));
    const accept = bridge.next('conversation.accept');
    expect(accept.params).toEqual({ account: work, conversation: lin });
    await act(() => accept.answer(sampleConversation()));
    expect(screen.queryByTestId('blocked-row')).toBeNull();
  });
});
