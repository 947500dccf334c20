import { expect, it } from 'vitest';
import { MUTED_FOREVER } from '../../shared/model/conversation';
import type { MessageContent } from '../../shared/model/message';
import { BOB, ME, NotificationWorld, message, row } from './testing/notification-world';

const EVE = 'eve.aun.test';

it('tells who wrote and what, with the marks of Markdown taken away', () => {
  const world = new NotificationWorld();
  const text: MessageContent = {
    kind: 'text',
    text: '**Hello** [there](https://x.test)',
    format: 'markdown',
    mentions: [],
  };
  world.notify(message(1, '', { content: text }));
  expect(world.notifier.history).toMatchObject([{ title: 'Bob', body: 'Hello there', silent: false }]);
});

it('names the own identity where there are several', () => {
  const world = new NotificationWorld();
  world.account({ account: 'work.aun.test', displayName: 'Work' });
  world.notify(message(1, 'hi'));
  expect(world.notifier.history[0]?.title).toBe('Bob → Me');
});

it.each([
  ['name', 'Bob', 'New message'],
  ['none', 'Parley', 'New message'],
] as const)('shows no word of a message at the level %s', (level, title, body) => {
  const world = new NotificationWorld();
  world.settings = { ...world.settings, notificationContent: level };
  world.notify(message(1, 'a secret'));
  expect(world.notifier.history).toMatchObject([{ title, body }]);
  expect(JSON.stringify(world.notifier.history)).not.toContain('secret');
});

it('speaks the language of the settings, and that of the computer where they leave it open', () => {
  const world = new NotificationWorld();
  world.settings = { ...world.settings, language: 'zh-CN', notificationContent: 'name' };
  world.notify(message(1, 'hi'));
  expect(world.notifier.bodies).toEqual(['新消息']);
});

it('takes characters that hide or turn a text out of names and lines', () => {
  const world = new NotificationWorld();
  world.notify(message(1, 'a\u202eb\u0007c'), { title: 'Bo\u202eb\u0000!' });
  expect(world.notifier.history[0]).toMatchObject({ title: 'Bob !', body: 'ab c' });
});

it('makes one notification of what comes at once, and replaces it at most once a second', () => {
  const world = new NotificationWorld();
  for (let id = 1; id <= 3; id += 1) world.arrive(message(id, `text ${String(id)}`));
  world.time.advance(200);
  expect(world.notifier.bodies).toEqual(['3 new messages\ntext 3']);
  for (let id = 4; id <= 43; id += 1) {
    world.arrive(message(id, `text ${String(id)}`));
    world.time.advance(100);
  }
  world.time.advance(2_000);
  expect(world.notifier.history.length).toBeLessThanOrEqual(6);
  expect(world.notifier.bodies).toEqual(['43 new messages\ntext 43']);
  expect(world.notifier.shown.size).toBe(1);
});

it('waits for the end of a catch-up and tells each conversation once', () => {
  const world = new NotificationWorld();
  world.notifications.catchingUp(ME, true);
  for (let id = 1; id <= 10; id += 1) {
    world.arrive(message(id, 'old', { conversation: id % 2 === 0 ? BOB : EVE }));
    world.time.advance(1_500);
  }
  expect(world.notifier.history).toEqual([]);
  world.notifications.catchingUp(ME, false);
  world.time.advance(1_000);
  expect(world.notifier.history.map(({ body }) => body)).toEqual([
    '5 new messages\nold',
    '5 new messages\nold',
  ]);
});

it.each([
  ['an own message', message(1, 'x', { own: true, sender: ME }), {}],
  ['a muted conversation', message(1, 'x'), { mutedUntil: MUTED_FOREVER }],
  ['a blocked one', message(1, 'x'), { standing: 'blocked' }],
  ['a message that was read elsewhere', message(1, 'x'), { readUpTo: 1 }],
  ['a state', message(1, '', { content: { kind: 'control', type: 'presence' } }), {}],
  ['a line of our own', message(1, '', { content: { kind: 'notice', notice: 'verified', detail: '' } }), {}],
  ['a recalled message', message(1, '', { content: { kind: 'recalled' } }), {}],
] as const)('is quiet about %s', (_what, arrived, conversation) => {
  const world = new NotificationWorld();
  world.notify(arrived, conversation);
  expect(world.notifier.history).toEqual([]);
});

it('hears the end of a mute', () => {
  const world = new NotificationWorld();
  world.notify(message(1, 'x'), { mutedUntil: world.time.now() - 1 });
  expect(world.notifier.bodies).toEqual(['x']);
});

it('keeps to the rule of the identity', () => {
  const world = new NotificationWorld();
  world.account({ notifications: 'mentions' });
  world.notify(message(1, 'not for me'));
  world.notify(message(2, 'for me', { mentionsMe: true }));
  expect(world.notifier.history.map(({ body }) => body)).toEqual(['for me']);
  world.account({ notifications: 'none' });
  expect(world.notifier.shown.size).toBe(0);
  world.notify(message(3, 'me again', { mentionsMe: true }));
  expect(world.notifier.history).toHaveLength(1);
});

it('shows nothing where the user wants none, and takes away what was shown', () => {
  const world = new NotificationWorld();
  world.notify(message(1, 'x'));
  world.settings = { ...world.settings, notificationsOn: false };
  world.notifications.hear({ event: 'settings.changed', data: { account: null, settings: world.settings } });
  expect(world.notifier.shown.size).toBe(0);
  world.notify(message(2, 'y'));
  expect(world.notifier.history).toHaveLength(1);
});

it('makes no sound where the user wants none', () => {
  const world = new NotificationWorld();
  world.settings = { ...world.settings, notificationSound: false };
  world.notify(message(1, 'x'));
  expect(world.notifier.history[0]?.silent).toBe(true);
});

it('leaves a desktop alone that wants quiet, and counts what it missed afterwards', () => {
  const world = new NotificationWorld();
  world.notifier.isQuiet = true;
  world.notify(message(1, 'x'));
  expect(world.notifier.history).toEqual([]);
  world.notifier.isQuiet = false;
  world.notify(message(2, 'y'));
  expect(world.notifier.bodies).toEqual(['2 new messages\ny']);
});

it('tells one quiet thing about strangers, and nothing of what they wrote', () => {
  const world = new NotificationWorld();
  world.conversation({ standing: 'pending', preview: 'buy my pills' });
  world.account({ requests: 1 });
  world.conversation({ standing: 'pending', preview: 'buy them now' });
  world.account({ requests: 1 });
  world.conversation({ standing: 'pending', conversation: EVE, title: 'Eve', preview: 'me too' });
  world.account({ requests: 2 });
  expect(world.notifier.history).toMatchObject([
    { title: 'Message request', body: 'Bob wants to write to you', silent: true },
  ]);
  world.notifier.history[0]?.clicked();
  expect(world.told).toEqual([
    { event: 'app.navigate', data: { account: ME, conversation: BOB, message: null } },
  ]);
});

it('takes a word about a stranger back when the request was answered', () => {
  const world = new NotificationWorld();
  world.conversation({ standing: 'pending' });
  world.account({ requests: 1 });
  expect(world.notifier.shown.size).toBe(1);
  world.conversation({ standing: 'accepted' });
  expect(world.notifier.shown.size).toBe(0);
});

it('says nothing of requests that were there when it started, or was unlocked', () => {
  const world = new NotificationWorld();
  world.account({ account: 'work.aun.test', requests: 2 });
  world.conversation({ standing: 'pending' });
  const vault = { backend: 'b', protected: true, locked: true, passphraseSet: true, systemStore: null };
  world.notifications.hear({ event: 'vault.changed', data: { account: null, vault } });
  world.notifications.hear({
    event: 'vault.changed',
    data: { account: null, vault: { ...vault, locked: false } },
  });
  world.account({ requests: 1 });
  expect(world.notifier.history).toEqual([]);
});

it('needs no notification for what is in sight, and takes it away when it comes into sight', () => {
  const world = new NotificationWorld();
  world.notifications.viewing({ focused: true, account: ME, conversation: BOB });
  world.notify(message(1, 'seen'));
  expect(world.notifier.history).toEqual([]);
  world.notifications.viewing({ focused: false, account: ME, conversation: BOB });
  world.notify(message(2, 'not seen'));
  expect(world.notifier.bodies).toEqual(['not seen']);
  world.notifications.viewing({ focused: true, account: ME, conversation: BOB });
  expect(world.notifier.shown.size).toBe(0);
});

it('is withdrawn when the message was read, here or on another device', () => {
  const world = new NotificationWorld();
  world.notify(message(1, 'one'));
  world.notify(message(2, 'two'));
  world.conversation({ readUpTo: 1 });
  expect(world.notifier.bodies).toEqual(['two']);
  world.conversation({ readUpTo: 2 });
  expect(world.notifier.shown.size).toBe(0);
});

it('forgets a message that was taken back, and goes on telling the rest without a sound', () => {
  const world = new NotificationWorld();
  world.notify(message(1, 'kept'));
  world.notify(message(2, 'taken back'));
  world.notifications.hear({
    event: 'message.changed',
    data: { account: ME, conversation: BOB, messages: [message(2, '', { content: { kind: 'recalled' } })] },
  });
  expect([...world.notifier.shown.values()]).toMatchObject([{ body: 'kept', silent: true }]);
  world.notifications.hear({ event: 'message.removed', data: { account: ME, conversation: BOB, ids: [1] } });
  expect(world.notifier.shown.size).toBe(0);
});

it('never shows what was taken back before it was shown', () => {
  const world = new NotificationWorld();
  world.arrive(message(1, 'oops'));
  world.notifications.hear({ event: 'message.removed', data: { account: ME, conversation: BOB, ids: [1] } });
  world.time.advance(5_000);
  expect(world.notifier.history).toEqual([]);
});

it('says what an unreadable message turned out to be', () => {
  const world = new NotificationWorld();
  const content = { kind: 'undecryptable', reason: 'prekey_missing', detail: '', retrying: true } as const;
  world.notify(message(1, '', { content }));
  expect(world.notifier.bodies).toEqual(['Message that cannot be read yet']);
  world.notifications.hear({
    event: 'message.changed',
    data: { account: ME, conversation: BOB, messages: [message(1, 'hello')] },
  });
  world.time.advance(2_000);
  expect(world.notifier.bodies).toEqual(['hello']);
});

it('withdraws everything when it is locked and stays quiet until it is open again', () => {
  const world = new NotificationWorld();
  world.notify(message(1, 'x'));
  world.conversation({ conversation: EVE, standing: 'pending' });
  world.account({ requests: 1 });
  expect(world.notifier.shown.size).toBe(2);
  const vault = { backend: 'b', protected: true, locked: true, passphraseSet: true, systemStore: null };
  world.arrive(message(3, 'on its way'));
  world.notifications.hear({ event: 'vault.changed', data: { account: null, vault } });
  world.notify(message(4, 'later'));
  expect(world.notifier.shown.size).toBe(0);
  expect(world.notifier.history).toHaveLength(2);
  world.notifications.hear({
    event: 'vault.changed',
    data: { account: null, vault: { ...vault, locked: false } },
  });
  world.notify(message(5, 'open'));
  expect(world.notifier.bodies).toEqual(['open']);
});

it('brings the window to the oldest message it tells when it is clicked, and is gone', () => {
  const world = new NotificationWorld();
  world.notify(message(7, 'one'));
  world.notify(message(8, 'two'));
  world.notifier.history[1]?.clicked();
  expect(world.notifier.focused).toBe(1);
  expect(world.told).toEqual([
    { event: 'app.navigate', data: { account: ME, conversation: BOB, message: 7 } },
  ]);
  world.notify(message(9, 'three'));
  expect(world.notifier.history[2]?.body).toBe('three');
});

it('counts at the icon what calls for the user, over all identities', () => {
  const world = new NotificationWorld();
  world.account({ unread: 3, mentions: 1 });
  world.account({ account: 'b.aun.test', unread: 5, mentions: 2, notifications: 'mentions' });
  world.account({ account: 'c.aun.test', unread: 7, notifications: 'none' });
  expect(world.notifier.badges).toEqual([3, 5]);
  world.notifications.hear({ event: 'account.removed', data: { account: ME } });
  expect(world.notifier.badges).toEqual([3, 5, 2]);
});

it('tells the text of a streamed answer instead of its announcement', () => {
  const world = new NotificationWorld();
  const content = { kind: 'stream', stream: 's', text: '' } as const;
  world.notify(message(1, '', { content }));
  expect(world.notifier.bodies).toEqual(['Is writing an answer']);
  world.notifications.hear({
    event: 'message.changed',
    data: { account: ME, conversation: BOB, messages: [message(1, '', { content, finalId: 2 })] },
  });
  world.notify(message(2, 'the answer'));
  expect(world.notifier.bodies).toEqual(['the answer']);
});

it('is quiet about what no timeline shows', () => {
  const world = new NotificationWorld();
  world.notifications.arrived(ME, {
    messages: [message(1, 'a vote')],
    hidden: [1],
    conversations: [row()],
    removed: [],
    arrived: [1],
  });
  world.time.advance(2_000);
  expect(world.notifier.history).toEqual([]);
});

const GROUP = 'group.aun.test/g-readers';

it('names the group in the title and the writer before the words', () => {
  const world = new NotificationWorld();
  world.notify(message(1, 'hello', { conversation: GROUP, sender: 'carol.aun.test' }), {
    conversation: GROUP,
    kind: 'group',
    title: 'Readers',
  });
  expect(world.notifier.history).toMatchObject([{ title: 'Readers', body: 'carol: hello' }]);
});

it('tells nobody of what happens in a group, only of what is written there', () => {
  const world = new NotificationWorld();
  const event: MessageContent = {
    kind: 'group_event',
    action: 'member_added',
    actor: BOB,
    target: EVE,
    values: {},
    signature: 'verified',
  };
  world.notify(message(1, '', { content: event, conversation: GROUP }), {
    conversation: GROUP,
    kind: 'group',
  });
  expect(world.notifier.history).toEqual([]);
});
