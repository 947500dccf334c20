// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { Tooltip } from 'radix-ui';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Account } from '../../../shared/model/account';
import { startTexts } from '../../i18n';
import { en } from '../../i18n/en';
import { useAccountsStore } from '../../stores/accounts-store';
import { useAppStore } from '../../stores/app-store';
import { useConversation, useConversationsStore } from '../../stores/conversations-store';
import { fakeInvoke, settle } from '../../stores/fake-invoke';
import { sampleAccount, sampleAttachment, sampleConversation, sampleMessage } from '../../stores/samples';
import { useComposerStore } from '../../stores/composer-store';
import { useDraftFilesStore } from '../../stores/draft-files-store';
import { timelineKey, useTimelineStore } from '../../stores/timeline-store';
import { useViewStore } from '../../stores/view-store';
import { Composer } from './composer';
import { counterpart } from './composer-identity';

const me = 'me.aun.test';
const work = 'work.aun.test';
const lin = 'lin.aun.test';

let bridge: ReturnType<typeof fakeInvoke>;

function field(): HTMLTextAreaElement {
  const found = screen.getByTestId('composer');
  if (!(found instanceof HTMLTextAreaElement)) throw new Error('the composer is not a text area');
  return found;
}

function show(): void {
  render(
    <Tooltip.Provider>
      <Composer account={sampleAccount()} conversation={sampleConversation()} />
    </Tooltip.Provider>,
  );
}

function type(text: string): void {
  fireEvent.change(field(), { target: { value: text } });
}

beforeEach(() => {
  startTexts('en');
  bridge = fakeInvoke();
  useComposerStore.setState({ drafts: {} });
  useDraftFilesStore.setState({ files: {} });
  useTimelineStore.setState({ timelines: {} });
  useAccountsStore.setState({ accounts: [sampleAccount()] });
});

afterEach(cleanup);

/** Like the window: the composer of whatever is shown, made anew for each place. */
function Shown() {
  const account = useViewStore((state) => state.account) ?? '';
  const id = useViewStore((state) => state.conversations[account]) ?? null;
  const conversation = useConversation(account, id);
  if (conversation === undefined) return null;
  return (
    <Composer
      key={timelineKey(account, conversation.conversation)}
      account={identity(account)}
      conversation={conversation}
    />
  );
}

function identity(account: string): Account {
  return sampleAccount({}, { account, displayName: account === work ? 'Mei at work' : '' });
}

function showSeveral(): void {
  useAccountsStore.setState({ accounts: [identity(me), identity(work)] });
  useConversationsStore.setState({ lists: {} });
  for (const account of [me, work])
    useConversationsStore.getState().merge(account, [sampleConversation({ conversation: lin })]);
  useViewStore.setState({ account: me, conversations: { [me]: lin } });
  render(
    <Tooltip.Provider>
      <Shown />
    </Tooltip.Provider>,
  );
}

/** Chooses in the chip's menu; the conversation there is shown when this is done. */
async function writeAs(account: string): Promise<void> {
  fireEvent.keyDown(screen.getByTestId('composer-identity'), { key: 'Enter' });
  const option = screen
    .getAllByTestId('composer-identity-option')
    .find((candidate) => candidate.dataset['account'] === account);
  if (option === undefined) throw new Error('no such identity in the menu');
  await act(async () => {
    fireEvent.click(option);
    await settle();
  });
}

const sent = (): readonly (readonly unknown[])[] =>
  bridge.calls
    .filter(({ command }) => command === 'message.send')
    .map(({ params }) => [params['account'], params['conversation'], params['text']]);

describe('Composer with several identities', () => {
  it('says in the empty field who would write', async () => {
    showSeveral();
    expect(field().placeholder).toBe('Write as me.aun.test…');
    await writeAs(work);
    expect(field().placeholder).toBe('Write as Mei at work…');
    expect(screen.getByLabelText(/Writing as work\.aun\.test/)).toBeTruthy();
  });

  it('leaves the draft where it was typed when another identity is chosen', async () => {
    showSeveral();
    type('for Lin, from me');
    await writeAs(work);
    expect(useViewStore.getState()).toMatchObject({ account: work, conversations: { [work]: lin } });
    expect(field().value).toBe('');
    fireEvent.keyDown(field(), { key: 'Enter', keyCode: 13 });
    expect(sent()).toEqual([]);
    await writeAs(me);
    expect(field().value).toBe('for Lin, from me');
  });

  it('sends under the identity that was shown when Enter was pressed, however fast the identity changes', async () => {
    showSeveral();
    for (let round = 0; round < 5; round += 1) {
      for (const account of [me, work]) {
        if (useViewStore.getState().account !== account) await writeAs(account);
        type(`${account} ${round}`);
        fireEvent.keyDown(field(), { key: 'Enter', keyCode: 13 });
      }
    }
    expect(sent()).toHaveLength(10);
    for (const [account, conversation, text] of sent()) {
      expect(conversation).toBe(lin);
      expect(text).toMatch(String(account));
    }
  });

  it('gives a text that could not be sent back to its own identity, not to the one shown now', async () => {
    showSeveral();
    type('in flight');
    fireEvent.keyDown(field(), { key: 'Enter', keyCode: 13 });
    await writeAs(work);
    await act(() => bridge.next('message.send').fail('disk_full'));
    expect(field().value).toBe('');
    expect(screen.queryByTestId('composer-error')).toBeNull();
    await writeAs(me);
    expect(field().value).toBe('in flight');
    expect(screen.getByTestId('composer-error').textContent).toContain('The disk is full');
  });

  it('does not send a stored draft because Enter is still held down from choosing the identity', async () => {
    showSeveral();
    useComposerStore.getState().begin(work, lin, 'an old draft');
    await writeAs(work);
    expect(field().value).toBe('an old draft');
    fireEvent.keyDown(field(), { key: 'Enter', keyCode: 13, repeat: true });
    expect(sent()).toEqual([]);
  });

  it('leads from notes to self to the notes of the other identity, and from one own identity to the other', () => {
    const conversation = sampleConversation({ conversation: me, kind: 'self' });
    expect(counterpart(me, conversation, work)).toBe(work);
    expect(counterpart(me, sampleConversation({ conversation: work }), work)).toBe(me);
    expect(counterpart(me, sampleConversation({ conversation: lin }), work)).toBe(lin);
  });
});

describe('Composer', () => {
  it('sends on Enter and is empty at once', () => {
    show();
    type('hello');
    fireEvent.keyDown(field(), { key: 'Enter', keyCode: 13 });
    expect(bridge.next('message.send').params).toMatchObject({ text: 'hello' });
    expect(field().value).toBe('');
  });

  it('does not send on the Enter that belongs to a Chinese composition', () => {
    show();
    fireEvent.compositionStart(field());
    type('ni hao');
    fireEvent.keyDown(field(), { key: 'Enter', keyCode: 13, isComposing: true });
    fireEvent.keyDown(field(), { key: 'Enter', keyCode: 229 });
    fireEvent.compositionEnd(field());
    expect(bridge.calls.map(({ command }) => command)).not.toContain('message.send');
    fireEvent.keyDown(field(), { key: 'Enter', keyCode: 13 });
    expect(bridge.next('message.send').params).toMatchObject({ text: 'ni hao' });
  });

  it('leaves Shift+Enter to the field', () => {
    show();
    type('one');
    const handled = !fireEvent.keyDown(field(), { key: 'Enter', keyCode: 13, shiftKey: true });
    expect(handled).toBe(false);
    expect(bridge.calls.map(({ command }) => command)).not.toContain('message.send');
  });

  it('shows why a message was not sent and has its text again', async () => {
    show();
    type('hello');
    fireEvent.keyDown(field(), { key: 'Enter', keyCode: 13 });
    await act(() => bridge.next('message.send').fail('disk_full'));
    expect(screen.getByTestId('composer-error').textContent).toContain('The disk is full');
    expect(field().value).toBe('hello');
  });

  it('refuses a text that is too long and says so', () => {
    show();
    type('中'.repeat(240_000));
    expect(screen.getByTestId('send')).toHaveProperty('disabled', true);
    fireEvent.keyDown(field(), { key: 'Enter', keyCode: 13 });
    expect(bridge.calls.map(({ command }) => command)).not.toContain('message.send');
    expect(document.body.textContent).toContain('too long');
  });

  it('names the identity that writes', () => {
    show();
    expect(screen.getByLabelText('Writing as me.aun.test')).toBeTruthy();
  });
});

describe('Composer in daily life', () => {
  const place = timelineKey(me, lin);
  const commands = (): readonly string[] => bridge.calls.map(({ command }) => command);
  const typing = (): readonly unknown[] =>
    bridge.calls
      .filter(({ command }) => command === 'conversation.typing')
      .map(({ params }) => params['typing']);

  it('shows what is answered, and Escape takes the answer away, not the text', async () => {
    useTimelineStore.setState({
      timelines: {
        [place]: {
          window: { messages: [sampleMessage(4, 1)], hasOlder: false, hasNewer: false, shift: false },
          loading: null,
          error: null,
          target: null,
          readUpTo: null,
          generation: 1,
        },
      },
    });
    show();
    type('sure');
    act(() => useComposerStore.getState().reply(me, lin, 4));
    expect(screen.getByTestId('reply-bar').textContent).toContain('Reply to Lin Wei');
    expect(screen.getByTestId('reply-bar').textContent).toContain('text 4');
    fireEvent.keyDown(field(), { key: 'Escape' });
    expect(screen.queryByTestId('reply-bar')).toBeNull();
    expect(field().value).toBe('sure');
    await settle();
  });

  it('says so when the message that is answered is gone', async () => {
    show();
    act(() => useComposerStore.getState().reply(me, lin, 4));
    await act(() => bridge.next('message.get').fail('unknown_message'));
    expect(screen.getByTestId('reply-bar').textContent).toContain('no longer here');
  });

  it('takes a typed answer to a card, and Escape leaves it', () => {
    show();
    act(() => useComposerStore.getState().beginAnswer(me, lin, 9));
    expect(screen.getByTestId('answer-bar').textContent).toContain('Answering the card');
    fireEvent.keyDown(field(), { key: 'Escape' });
    expect(screen.queryByTestId('answer-bar')).toBeNull();
  });

  it('takes in files that are pasted, and leaves pasted words to the field', () => {
    show();
    const file = new File(['x'], 'picture.png', { type: 'image/png' });
    fireEvent.paste(field(), { clipboardData: { files: [file], getData: () => 'words' } });
    expect(commands()).not.toContain('attachment.begin');
    fireEvent.paste(field(), { clipboardData: { files: [file], getData: () => '' } });
    expect(bridge.next('attachment.begin').params).toMatchObject({ name: 'picture.png', size: 1 });
    expect(screen.getByTestId('draft-file').textContent).toContain('picture.png');
  });

  it('says aloud which file was refused, and why', async () => {
    show();
    const file = new File(['x'], 'film.mp4', { type: 'video/mp4' });
    fireEvent.paste(field(), { clipboardData: { files: [file], getData: () => '' } });
    expect(screen.queryByRole('alert')).toBeNull();
    await act(() => bridge.next('attachment.begin').fail('attachment_too_large'));
    const words = screen.getByRole('alert').textContent;
    expect(words).toContain('film.mp4');
    expect(words).toContain(en.errors.attachment_too_large);
  });

  it('waits with sending until its files are taken in', async () => {
    show();
    type('see');
    const file = new File(['x'], 'a.txt', { type: 'text/plain' });
    fireEvent.paste(field(), { clipboardData: { files: [file], getData: () => '' } });
    fireEvent.keyDown(field(), { key: 'Enter', keyCode: 13 });
    expect(commands()).not.toContain('message.send');
    expect(document.body.textContent).toContain('still being taken in');
    await act(() => bridge.next('attachment.begin').answer({ upload: 'u' }));
    await act(settle);
    await act(() => bridge.next('attachment.append').answer({}));
    await act(() => bridge.next('attachment.finish').answer(sampleAttachment(3)));
    fireEvent.keyDown(field(), { key: 'Enter', keyCode: 13 });
    expect(bridge.next('message.send').params).toMatchObject({ text: 'see', attachments: [3] });
  });

  it('tells the other side that one writes: once, and the end when the message leaves', () => {
    show();
    type('h');
    type('he');
    expect(typing()).toEqual([true]);
    fireEvent.keyDown(field(), { key: 'Enter', keyCode: 13 });
    expect(typing()).toEqual([true, false]);
  });

  it('tells nobody where the user does not want it, and nobody in notes to self', () => {
    useAppStore.setState((state) => ({ settings: { ...state.settings, sendTyping: false } }));
    show();
    type('h');
    expect(typing()).toEqual([]);
    useAppStore.setState((state) => ({ settings: { ...state.settings, sendTyping: true } }));
    cleanup();
    render(
      <Tooltip.Provider>
        <Composer
          account={sampleAccount()}
          conversation={sampleConversation({ conversation: me, kind: 'self' })}
        />
      </Tooltip.Provider>,
    );
    type('h');
    expect(typing()).toEqual([]);
  });

  it('offers the name behind an @, and Enter takes it instead of sending', () => {
    show();
    fireEvent.change(field(), { target: { value: 'Hi @li', selectionStart: 6, selectionEnd: 6 } });
    expect(screen.getByTestId('mention-offer').textContent).toContain('Lin Wei');
    fireEvent.keyDown(field(), { key: 'Enter', keyCode: 13 });
    expect(commands()).not.toContain('message.send');
    expect(field().value).toBe('Hi @Lin Wei ');
    field().setSelectionRange(12, 12);
    fireEvent.keyDown(field(), { key: 'Enter', keyCode: 13 });
    expect(bridge.next('message.send').params).toMatchObject({
      text: 'Hi @Lin Wei',
      mentions: [{ aid: lin, start: 3, end: 11 }],
    });
  });

  it('says when text goes out as Markdown, and a click ends it', () => {
    show();
    act(() => useComposerStore.getState().setMarkdown(me, lin, true));
    fireEvent.click(screen.getByTestId('markdown-on'));
    expect(screen.queryByTestId('markdown-on')).toBeNull();
  });

  it('offers to record where there is nothing to send', () => {
    show();
    expect(screen.getByTestId('record')).toBeTruthy();
    type('x');
    expect(screen.queryByTestId('record')).toBeNull();
  });
});
