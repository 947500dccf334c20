// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { Tooltip } from 'radix-ui';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CardAction, Message, MessageContent } from '../../../../shared/model/message';
import { startTexts } from '../../../i18n';
import { en } from '../../../i18n/en';
import { useComposerStore } from '../../../stores/composer-store';
import { fakeInvoke } from '../../../stores/fake-invoke';
import { sampleMessage } from '../../../stores/samples';
import { useStreamsStore } from '../../../stores/streams-store';
import { timelineKey } from '../../../stores/timeline-store';
import { useTransfersStore } from '../../../stores/transfers-store';
import { useViewStore } from '../../../stores/view-store';
import { useMessageOverlay } from '../message-overlay';
import { RichContent } from './rich-content';
import { sampleAttachment, sampleMedia } from './samples';
import { TextBody } from './text-body';

const me = 'me.aun.test';
let bridge: ReturnType<typeof fakeInvoke>;

function show(message: Message) {
  return render(
    <Tooltip.Provider>
      <RichContent account={me} name="Lin Wei" message={message} />
    </Tooltip.Provider>,
  );
}

function of(content: MessageContent, more: Partial<Message> = {}): Message {
  return sampleMessage(1, 0, { content, ...more });
}

const picture = { type: 'image/jpeg', name: 'valley.jpg', width: 1600, height: 1200 } as const;

beforeEach(() => {
  startTexts('en');
  bridge = fakeInvoke();
  useMessageOverlay.setState({ overlay: null });
  useStreamsStore.setState({ streams: {} });
  useTransfersStore.setState({ progress: {} });
  useViewStore.setState({ dialog: null, dialogAbout: null });
});
afterEach(cleanup);

describe('a picture', () => {
  it('keeps its place before it is here, and is fetched by one click', async () => {
    show(sampleMedia('image', [sampleAttachment(5, picture)]));
    const tile = screen.getByTestId('media-tile');
    expect(tile.style.width).toBe('340px');
    expect(tile.style.height).toBe('255px');
    expect(tile.querySelector('img')).toBeNull();
    fireEvent.click(screen.getByRole('button', { name: 'Download valley.jpg, 1.2 MB' }));
    await act(() =>
      bridge.next('attachment.download').answer(sampleAttachment(5, { ...picture, state: 'here' })),
    );
  });

  it('shows how far it is, and a click stops it', () => {
    useTransfersStore.setState({ progress: { [`${me} 5`]: { done: 30, total: 120 } } });
    show(sampleMedia('image', [sampleAttachment(5, { ...picture, state: 'loading' })]));
    expect(screen.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('25');
    fireEvent.click(screen.getByRole('button'));
    expect(bridge.next('attachment.cancel').params).toEqual({ account: me, attachment: 5 });
  });

  it('says why it failed and tries again', () => {
    show(
      sampleMedia('image', [
        sampleAttachment(5, { ...picture, state: 'failed', problem: 'attachment_damaged' }),
      ]),
    );
    expect(document.body.textContent).toContain(en.errors.attachment_damaged);
    fireEvent.click(screen.getByRole('button'));
    bridge.next('attachment.download');
  });

  it('that is gone offers nothing', () => {
    show(sampleMedia('image', [sampleAttachment(5, { ...picture, state: 'gone' })]));
    expect(document.body.textContent).toContain(en.content.gone);
    expect(screen.queryByRole('button')).toBeNull();
  });

  it('is shown only from an address main gave, soft until it is whole, and opens in the viewer', () => {
    const here = sampleAttachment(5, {
      ...picture,
      state: 'here',
      media: 'app://parley/media/1',
      thumbnail: 'app://parley/media/1s',
    });
    const { container } = show(sampleMedia('image', [here], { alt: 'A valley' }));
    expect([...container.querySelectorAll('img')].map((image) => image.getAttribute('src'))).toEqual([
      'app://parley/media/1s',
      'app://parley/media/1',
    ]);
    fireEvent.load(screen.getByAltText('A valley'));
    expect(container.querySelectorAll('img')).toHaveLength(1);
    fireEvent.click(screen.getByRole('button', { name: 'Open picture A valley' }));
    expect(useMessageOverlay.getState().overlay).toMatchObject({ kind: 'viewer', attachment: 5 });
  });

  it('that cannot be drawn says so', () => {
    show(
      sampleMedia('image', [
        sampleAttachment(5, { ...picture, state: 'here', media: 'app://parley/media/1' }),
      ]),
    );
    fireEvent.error(screen.getByRole('img'));
    expect(document.body.textContent).toContain(en.content.cannotShow);
  });

  it('in a crowd of others says how many more there are', () => {
    const many = Array.from({ length: 9 }, (_, index) =>
      sampleAttachment(index, { ...picture, state: 'here', media: `app://parley/media/${index}` }),
    );
    show(sampleMedia('image', many));
    expect(screen.getAllByTestId('media-tile')).toHaveLength(6);
    expect(document.body.textContent).toContain('+3');
  });
});

describe('a film and a voice', () => {
  it('load and play nothing by themselves', () => {
    const film = sampleAttachment(5, { type: 'video/mp4', state: 'here', media: 'app://parley/media/1' });
    const { container } = show(sampleMedia('video', [film], { durationMs: 74_000 }));
    expect(container.querySelector('video')).toBeNull();
    expect(document.body.textContent).toContain('1:14');
    fireEvent.click(screen.getByTestId('media-open'));
    expect(container.querySelector('video')?.getAttribute('src')).toBe('app://parley/media/1');
  });

  it('a voice that is stopped before it sounds is not broken', async () => {
    const stopped = new DOMException('interrupted by a call to pause()', 'AbortError');
    vi.spyOn(HTMLMediaElement.prototype, 'play').mockRejectedValue(stopped);
    const voice = sampleAttachment(5, { type: 'audio/ogg', state: 'here', media: 'app://parley/media/5' });
    show(sampleMedia('voice', [voice]));
    fireEvent.click(screen.getByTestId('voice-play'));
    await act(async () => Promise.resolve());
    expect(screen.queryByText(en.content.cannotPlay)).toBeNull();
    expect(screen.getByTestId('voice-play')).toBeTruthy();
  });

  it('a voice that cannot be played says so', async () => {
    const unknown = new DOMException('no supported source', 'NotSupportedError');
    vi.spyOn(HTMLMediaElement.prototype, 'play').mockRejectedValue(unknown);
    const voice = sampleAttachment(5, { type: 'audio/ogg', state: 'here', media: 'app://parley/media/5' });
    show(sampleMedia('voice', [voice]));
    fireEvent.click(screen.getByTestId('voice-play'));
    await screen.findByText(en.content.cannotPlay);
  });

  it('a voice plays, is sought by keyboard, and changes its speed', () => {
    const play = vi.spyOn(HTMLMediaElement.prototype, 'play').mockResolvedValue();
    const voice = sampleAttachment(5, {
      type: 'audio/ogg',
      state: 'here',
      media: 'app://parley/media/1',
      durationMs: 60_000,
    });
    show(sampleMedia('voice', [voice], { transcript: 'I come at eight' }));
    fireEvent.click(screen.getByRole('button', { name: en.content.play }));
    expect(play).toHaveBeenCalledOnce();
    const position = screen.getByRole('slider');
    fireEvent.keyDown(position, { key: 'ArrowRight' });
    expect(position.getAttribute('aria-valuetext')).toBe('0:05 of 1:00');
    fireEvent.keyDown(position, { key: 'ArrowLeft' });
    fireEvent.keyDown(position, { key: 'ArrowLeft' });
    expect(position.getAttribute('aria-valuetext')).toBe('0:00 of 1:00');
    fireEvent.click(screen.getByRole('button', { name: 'Speed: 1×' }));
    expect(screen.getByRole('button', { name: 'Speed: 1.5×' })).toBeTruthy();
    expect(document.body.textContent).toContain('I come at eight');
  });
});

describe('a file', () => {
  it('that is not encrypted says so', () => {
    show(sampleMedia('file', [sampleAttachment(5, { encrypted: false })]));
    expect(document.body.textContent).toContain(en.content.notEncrypted);
  });

  it('of a type that can run is saved only after a question', () => {
    show(sampleMedia('file', [sampleAttachment(5, { name: 'a.exe', dangerous: true, state: 'here' })]));
    fireEvent.click(screen.getByTestId('attachment-save'));
    expect(useMessageOverlay.getState().overlay).toMatchObject({ kind: 'dangerous' });
    expect(bridge.calls).toEqual([]);
  });

  it('is saved where the user says', async () => {
    show(sampleMedia('file', [sampleAttachment(5, { state: 'here' })]));
    fireEvent.click(screen.getByTestId('attachment-save'));
    await act(() => bridge.next('attachment.save').answer({ saved: true }));
  });

  it('keeps its ending in sight however long its name is', () => {
    show(sampleMedia('file', [sampleAttachment(5, { name: `${'long '.repeat(60)}\u202Efdp.exe` })]));
    expect(screen.getByTestId('file-row').textContent).toMatch(/…|\.exe/);
    expect(screen.getByTestId('file-row').textContent).not.toMatch(/\u202E/);
  });
});

describe('cards', () => {
  it('of places open a map only through the application', () => {
    show(
      of({
        kind: 'location',
        latitude: 30.25,
        longitude: 120.16,
        name: 'Lake',
        address: '',
        precisionMetres: null,
      }),
    );
    fireEvent.click(screen.getByRole('button', { name: en.content.openMap }));
    expect(bridge.next('app.openLink').params['url']).toMatch(
      /^https:\/\/www\.openstreetmap\.org\/\?mlat=30\.25000/,
    );
  });

  it('of links always show the real host', () => {
    show(
      of({
        kind: 'link',
        url: 'https://evil.example/x',
        host: 'evil.example',
        title: 'bank.example',
        description: '',
      }),
    );
    fireEvent.click(screen.getByText('evil.example'));
    expect(bridge.next('app.openLink').params).toEqual({ url: 'https://evil.example/x' });
  });

  it('of people say what is a claim and lead through the lookup', () => {
    show(of({ kind: 'person', name: 'Your Bank', aid: 'hana.aun.test' }));
    expect(document.body.textContent).toContain('Claims to be “Your Bank”');
    fireEvent.click(screen.getByTestId('person-message-open'));
    expect(useViewStore.getState()).toMatchObject({ dialog: 'person', dialogAbout: 'hana.aun.test' });
  });

  it('of people without a valid address offer nothing', () => {
    show(of({ kind: 'person', name: 'X', aid: null }));
    expect(screen.queryByRole('button')).toBeNull();
  });
});

const action = (more: Partial<CardAction> = {}): CardAction => ({
  label: 'Yes',
  value: 'yes',
  behavior: 'reply',
  style: 'default',
  composeTimeoutMs: 300_000,
  ...more,
});
const card = (actions: CardAction[], more: Partial<Message> = {}, expiresAt: number | null = null): Message =>
  of(
    { kind: 'actions', title: 'Deploy?', text: '', format: 'plain', actions, expiresAt },
    { card: { state: 'pending', label: '' }, ...more },
  );

describe('an action card', () => {
  it('carries the address of whoever asks on its frame', () => {
    show(card([action()]));
    expect(screen.getByTestId('action-card').textContent).toContain('lin.aun.test');
  });

  it('is answered by one click', () => {
    show(card([action(), action({ label: 'No' })]));
    fireEvent.click(screen.getByText('No'));
    expect(bridge.next('message.answerCard').params).toMatchObject({ account: me, id: 1, action: 1 });
  });

  it('asks once more before something dangerous', () => {
    show(card([action({ label: 'Delete all', style: 'danger' })]));
    fireEvent.click(screen.getByText('Delete all'));
    expect(bridge.calls).toEqual([]);
    fireEvent.click(screen.getByTestId('action-sure'));
    bridge.next('message.answerCard');
  });

  it('lets the answer be written in the composer, and takes that back when the card is too old', async () => {
    show(card([action({ label: 'Other…', behavior: 'compose' })]));
    fireEvent.click(screen.getByText('Other…'));
    const answering = () => useComposerStore.getState().drafts[timelineKey(me, 'lin.aun.test')]?.answering;
    expect(answering()).toBe(1);
    await act(() => bridge.next('message.answerCard').fail('card_expired'));
    expect(answering()).toBeNull();
  });

  it.each([
    ['was answered', { card: { state: 'completed', label: 'Yes' } as const }, null, 'You chose “Yes”'],
    [
      'was dismissed',
      { card: { state: 'dismissed', label: '' } as const },
      null,
      en.content.actionsDismissed,
    ],
    ['is too old', {}, 1000, en.content.actionsExpired],
    ['is the own one', { own: true }, null, en.content.actionsOwn],
  ])('that %s cannot be pressed', (_name, more, expiresAt, words) => {
    show(card([action()], more, expiresAt));
    expect(screen.queryAllByRole('button')).toEqual([]);
    expect(screen.getByTestId('card-outcome').textContent).toContain(words);
  });
});

const poll = (multiple: boolean, expiresAt: number | null = null): Message =>
  of(
    {
      kind: 'poll',
      title: 'When?',
      options: [
        { id: 'a', text: 'Monday' },
        { id: 'b', text: 'Tuesday' },
      ],
      multiple,
      expiresAt,
    },
    { votes: [{ option: 'a', count: 2, mine: true }] },
  );

describe('a poll', () => {
  it('takes the vote with one click where one answer is possible', async () => {
    show(poll(false));
    expect(
      screen.getByRole('radio', { name: /Monday, 2 votes, your vote/ }).getAttribute('aria-checked'),
    ).toBe('true');
    fireEvent.click(screen.getByRole('radio', { name: /Tuesday/ }));
    const call = bridge.next('message.vote');
    expect(call.params).toMatchObject({ id: 1, options: ['b'] });
    await act(() => call.answer(poll(false)));
  });

  it('takes several answers together', () => {
    show(poll(true));
    fireEvent.click(screen.getByRole('checkbox', { name: /Tuesday/ }));
    expect(bridge.calls).toEqual([]);
    fireEvent.click(screen.getByTestId('poll-vote'));
    expect(bridge.next('message.vote').params['options']).toEqual(['a', 'b']);
  });

  it('that is over takes no votes', () => {
    show(poll(false, 1000));
    expect(screen.getByRole('radio', { name: /Tuesday/ })).toHaveProperty('disabled', true);
    expect(document.body.textContent).toContain(en.content.pollClosed);
  });
});

describe('a stream', () => {
  const announcing = of({ kind: 'stream', stream: 's', text: 'fallback' });

  it('is read while it is on the screen, says that it is not encrypted, and stops when told', async () => {
    show(announcing);
    await act(() => bridge.next('stream.watch').answer({ text: 'Half of it', state: 'live' }));
    expect(document.body.textContent).toContain(en.content.streamLive);
    await vi.waitFor(() => expect(document.body.textContent).toContain('Half of it'));
    fireEvent.click(screen.getByTestId('stream-stop'));
    expect(bridge.next('stream.unwatch').params).toEqual({ account: me, id: 1 });
    expect(document.body.textContent).toContain(en.content.streamStopped);
  });

  it('shows its words instead when it cannot be read', async () => {
    show(announcing);
    await act(() => bridge.next('stream.watch').fail('stream_ended'));
    expect(screen.getByTestId('stream').textContent).toContain('fallback');
    expect(screen.getByTestId('stream-resume')).toBeTruthy();
  });
});

it('lets all of a Markdown text without any break be read', () => {
  const text = `${'word '.repeat(30_000)}the end`;
  const { container } = render(<TextBody text={text} format="markdown" mentions={[]} account={me} />);
  for (let turn = 0; turn < 20 && screen.queryByText('Show more') !== null; turn += 1)
    fireEvent.click(screen.getByText('Show more'));
  expect(container.textContent.includes('the end')).toBe(true);
});
