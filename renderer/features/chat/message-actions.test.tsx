// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { Tooltip } from 'radix-ui';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Message } from '../../../shared/model/message';
import { startTexts } from '../../i18n';
import { en } from '../../i18n/en';
import { useComposerStore } from '../../stores/composer-store';
import { useConversationsStore } from '../../stores/conversations-store';
import { fakeInvoke, settle } from '../../stores/fake-invoke';
import { useNoticesStore } from '../../stores/notices-store';
import { sampleConversation, sampleMessage } from '../../stores/samples';
import { useSelectionStore } from '../../stores/timeline-selection';
import { timelineKey, useTimelineStore } from '../../stores/timeline-store';
import { windowFromPage } from '../../stores/timeline-window';
import { abilitiesOf } from './message-actions';
import { useMessageOverlay } from './message-overlay';
import { MessageOverlays } from './message-overlays';
import { MessageRow } from './message-row';
import { SelectionBar } from './selection-bar';

const me = 'me.aun.test';
const lin = 'lin.aun.test';
const place = timelineKey(me, lin);
const written: string[] = [];
let bridge: ReturnType<typeof fakeInvoke>;

function Overlay() {
  const overlay = useMessageOverlay((state) => state.overlay);
  return overlay === null ? null : (
    <MessageOverlays
      account={me}
      conversation={lin}
      overlay={overlay}
      onClose={() => useMessageOverlay.getState().close(overlay)}
    />
  );
}

function show(...messages: Message[]): void {
  useTimelineStore.setState({
    timelines: {
      [place]: {
        window: windowFromPage({ messages, hasOlder: false, hasNewer: false }),
        loading: null,
        error: null,
        target: null,
        readUpTo: null,
        generation: 1,
      },
    },
  });
  render(
    <Tooltip.Provider>
      {messages.map((message, index) => (
        <MessageRow
          key={message.id}
          account={me}
          name="Lin Wei"
          message={message}
          index={index}
          first
          last
          highlighted={false}
          active={index === 0}
        />
      ))}
      <SelectionBar account={me} place={place} name="Lin Wei" />
      <Overlay />
    </Tooltip.Provider>,
  );
}

const rows = (): HTMLElement[] => screen.getAllByTestId('message');
const row = (index = 0): HTMLElement => rows()[index] ?? document.body;
const choose = (index: number, shiftKey = false): void => {
  fireEvent.click(row(index), { shiftKey });
};

beforeEach(() => {
  startTexts('en');
  bridge = fakeInvoke();
  written.length = 0;
  vi.spyOn(navigator.clipboard, 'writeText').mockImplementation((text) => {
    written.push(text);
    return Promise.resolve();
  });
  useMessageOverlay.setState({ overlay: null });
  useSelectionStore.getState().clear();
  useComposerStore.setState({ drafts: {} });
  useNoticesStore.setState({ notices: [] });
});
afterEach(cleanup);

describe('what can be done with a message', () => {
  const own = (more: Partial<Message> = {}) =>
    sampleMessage(1, 1_000_000, { own: true, state: 'sent', ...more });

  it('is taking it back within two minutes, or while it has not left', () => {
    expect(abilitiesOf(own(), 1_060_000).recall).toBe('yes');
    expect(abilitiesOf(own(), 1_120_000).recall).toBe('late');
    expect(abilitiesOf(own({ state: 'queued' }), 9_000_000).recall).toBe('yes');
    expect(abilitiesOf(sampleMessage(1, 1_000_000), 1_000_000).recall).toBe('no');
  });

  it('is neither answering nor sending on what has not left or cannot be read', () => {
    expect(abilitiesOf(own({ state: 'queued' }), 0)).toMatchObject({ reply: false, forward: false });
    const content = { kind: 'undecryptable', reason: 'prekey_missing', detail: '', retrying: true } as const;
    expect(abilitiesOf(sampleMessage(1, 0, { content }), 0)).toMatchObject({
      reply: false,
      copy: false,
      forward: false,
    });
  });
});

describe('actions beside a message', () => {
  it('appear under the pointer', () => {
    show(sampleMessage(1, 0));
    expect(screen.queryByTestId('quick-actions')).toBeNull();
    fireEvent.pointerEnter(row());
    fireEvent.click(screen.getByTestId('quick-reply'));
    expect(useComposerStore.getState().drafts[place]?.replyTo).toBe(1);
    fireEvent.click(screen.getByTestId('quick-copy'));
    expect(written).toEqual(['text 1']);
  });

  it('are reached by letters on the message that has the focus', () => {
    show(sampleMessage(1, 0));
    fireEvent.keyDown(row(), { key: 'r' });
    expect(useComposerStore.getState().drafts[place]?.replyTo).toBe(1);
    fireEvent.keyDown(row(), { key: 'c', ctrlKey: true });
    expect(written).toEqual(['text 1']);
    fireEvent.keyDown(row(), { key: 'f' });
    expect(screen.getByTestId('forward-dialog')).toBeTruthy();
  });

  it('are not taken from the keys of what is inside of a message', () => {
    show(
      sampleMessage(1, 0, {
        content: { kind: 'text', text: 'https://x.example', format: 'plain', mentions: [] },
      }),
    );
    fireEvent.keyDown(screen.getByRole('link'), { key: 'Delete' });
    expect(useMessageOverlay.getState().overlay).toBeNull();
  });

  it('stand in a menu, with the address of the link under the pointer', async () => {
    show(
      sampleMessage(1, 0, {
        content: { kind: 'text', text: 'https://x.example', format: 'plain', mentions: [] },
      }),
    );
    fireEvent.contextMenu(screen.getByRole('link'), { clientX: 10, clientY: 10 });
    const menu = await screen.findByTestId('message-menu');
    expect(menu.textContent).toContain(en.messageMenu.copyLink);
    fireEvent.click(screen.getByText(en.messageMenu.copyLink));
    expect(written).toEqual(['https://x.example/']);
  });

  it('open their dialogs from the menu, which is over by then', () => {
    show(sampleMessage(1, 0));
    fireEvent.contextMenu(row(), { clientX: 10, clientY: 10 });
    fireEvent.click(screen.getByTestId('menu-delete'));
    expect(screen.getByTestId('delete-dialog')).toBeTruthy();
    expect(screen.queryByTestId('message-menu')).toBeNull();
  });

  it('say why a message cannot be taken back any more', () => {
    show(sampleMessage(1, Date.now() - 600_000, { own: true, state: 'delivered' }));
    fireEvent.contextMenu(row());
    const item = screen.getByTestId('menu-recall');
    expect(item.textContent).toContain(en.messageMenu.recallLate);
    expect(item.hasAttribute('data-disabled')).toBe(true);
  });

  it('say what the network refused', async () => {
    show(sampleMessage(1, Date.now(), { own: true, state: 'delivered' }));
    fireEvent.contextMenu(row());
    fireEvent.click(screen.getByTestId('menu-recall'));
    await act(() =>
      bridge.next('message.recall').answer({ recalled: [], refused: [{ id: 1, reason: 'too_late' }] }),
    );
    expect(useNoticesStore.getState().notices).toMatchObject([
      { text: en.messageMenu.recallRefused_too_late },
    ]);
  });

  it('delete only after a question that says where', async () => {
    show(sampleMessage(1, 0));
    fireEvent.keyDown(row(), { key: 'Delete' });
    expect(screen.getByTestId('delete-dialog').textContent).toContain('Only on this computer');
    expect(bridge.calls).toEqual([]);
    fireEvent.click(screen.getByTestId('delete-confirm'));
    await act(() => bridge.next('message.delete').answer({}));
    expect(screen.queryByTestId('delete-dialog')).toBeNull();
  });
});

describe('choosing messages', () => {
  const three = [1, 2, 3].map((id) => sampleMessage(id, id * 1000));

  it('takes every click to itself, also those on links', () => {
    const link = { kind: 'text', text: 'https://x.example', format: 'plain', mentions: [] } as const;
    show(sampleMessage(1, 0), sampleMessage(2, 1, { content: { ...link, mentions: [] } }));
    fireEvent.keyDown(row(), { key: 'x' });
    fireEvent.click(screen.getByRole('link'));
    expect(bridge.calls).toEqual([]);
    expect(screen.getByTestId('selection-bar').textContent).toContain('2 selected');
  });

  it('extends with Shift and leaves with Escape', () => {
    show(...three);
    fireEvent.keyDown(row(), { key: 'x' });
    choose(2, true);
    expect([...useSelectionStore.getState().chosen.keys()]).toEqual([1, 2, 3]);
    fireEvent.keyDown(row(1), { key: ' ' });
    expect([...useSelectionStore.getState().chosen.keys()]).toEqual([1, 3]);
    fireEvent.keyDown(window, { key: 'Escape' });
    expect(screen.queryByTestId('selection-bar')).toBeNull();
  });

  it('copies what was chosen with names and times, in their order', () => {
    show(...three);
    fireEvent.keyDown(row(2), { key: 'x' });
    choose(0);
    fireEvent.click(screen.getByTestId('selection-copy'));
    expect(written[0]?.split('\n').map((line) => line.replace(/^\[.*\] /, ''))).toEqual([
      'Lin Wei: text 1',
      'Lin Wei: text 3',
    ]);
  });

  it('forwards to chosen conversations, as one bundle where that is wanted', async () => {
    useConversationsStore.setState({ lists: {} });
    useConversationsStore
      .getState()
      .merge(me, [
        sampleConversation(),
        sampleConversation({ conversation: 'bo.aun.test', title: 'Bo' }),
        sampleConversation({ conversation: 'bad.aun.test', title: 'Blocked', standing: 'blocked' }),
      ]);
    show(...three);
    fireEvent.keyDown(row(), { key: 'x' });
    choose(1);
    fireEvent.click(screen.getByTestId('selection-forward'));
    expect(screen.queryByText('Blocked')).toBeNull();
    const send = screen.getByTestId('forward-send');
    expect(send).toHaveProperty('disabled', true);
    for (const target of screen.getAllByTestId('forward-target')) fireEvent.click(target);
    fireEvent.click(screen.getByRole('radio', { name: /As one bundle/ }));
    fireEvent.click(send);
    const call = bridge.next('message.forward');
    expect(call.params).toMatchObject({ ids: [1, 2], bundle: true });
    expect(call.params['to']).toEqual(expect.arrayContaining([lin, 'bo.aun.test']));
    await act(() => call.answer({ messages: [] }));
    await settle();
    expect(useSelectionStore.getState().place).toBeNull();
  });
});

describe('a message that breaks the view', () => {
  const broken = (id: number): Message => {
    const message = sampleMessage(id, 0);
    Object.defineProperty(message, 'timeDoubtful', {
      get: () => {
        throw new Error('cannot be drawn');
      },
    });
    return message;
  };

  it('is tried once more, then replaced by a line and kept aside', () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    show(broken(7));
    expect(document.body.textContent).toContain(en.chat.broken);
    expect(bridge.next('message.quarantine').params).toEqual({ account: me, id: 7, quarantined: true });
    expect(bridge.calls.filter(({ command }) => command === 'message.quarantine')).toEqual([]);
  });

  it('is not touched again once it is kept aside, until somebody wants it', () => {
    const message = Object.defineProperty(sampleMessage(7, 0, { quarantined: true }), 'content', {
      get: () => {
        throw new Error('cannot be drawn');
      },
    });
    show(message);
    fireEvent.click(screen.getByTestId('show-anyway'));
    expect(bridge.next('message.quarantine').params).toEqual({ account: me, id: 7, quarantined: false });
  });
});
