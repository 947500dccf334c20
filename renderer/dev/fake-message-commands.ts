import type { CommandResult, ParsedParams } from '../../shared/bridge/contract';
import type { Message } from '../../shared/model/message';
import { message, text, timelines } from './fake-data';
import { emit, fail, scene, type Handlers } from './fake-engine';
import {
  conversationOf,
  findMessage,
  previewOf,
  putConversation,
  putMessage,
  removeMessages,
  takeDrafts,
  timelineOf,
} from './fake-store';

type Names = Extract<keyof Handlers, `message.${string}` | `stream.${string}`>;

function page(params: ParsedParams<'message.page'>): CommandResult<'message.page'> {
  const all = timelineOf(params.account, params.conversation);
  const { limit } = params;
  const at = (id: number): number => all.findIndex((candidate) => candidate.id === id);
  let from = Math.max(0, all.length - limit);
  if (params.before !== undefined) from = Math.max(0, at(params.before.id) - limit);
  else if (params.after !== undefined) from = at(params.after.id) + 1;
  else if (params.around !== undefined) from = Math.max(0, at(params.around) - Math.floor(limit / 2));
  else if (params.at !== undefined) {
    const moment = params.at;
    const first = all.findIndex((candidate) => candidate.sortAt >= moment);
    from = Math.max(0, (first < 0 ? all.length : first) - Math.floor(limit / 2));
  }
  const to = params.before === undefined ? from + limit : at(params.before.id);
  return { messages: all.slice(from, to), hasOlder: from > 0, hasNewer: to < all.length };
}

function replyOf(account: string, id: number | null): Message['reply'] {
  if (id === null) return null;
  const original = findMessage(account, id);
  const words = previewOf(original).preview;
  return { id, messageId: original.messageId, sender: original.sender, text: words, standing: 'known' };
}

/** Puts an own message into the timeline and lets it travel. */
function post(
  account: string,
  conversation: string,
  content: Message['content'],
  more: Partial<Message> = {},
) {
  const offline = scene.has('offline');
  const base = message(conversation, true, Date.now(), content);
  const first = putMessage(account, {
    ...base,
    ...more,
    sender: account,
    state: offline ? 'queued' : 'sending',
    stateReason: offline ? 'offline' : null,
  });
  putConversation(account, {
    ...conversationOf(account, conversation),
    ...previewOf(first),
    previewOwn: true,
    previewState: first.state,
    lastActivityAt: first.sortAt,
    draft: '',
    draftReply: null,
    draftAttachments: 0,
  });
  if (!offline) {
    setTimeout(() => putMessage(account, { ...first, state: 'sent' }), 200);
    setTimeout(() => putMessage(account, { ...first, state: 'delivered' }), 500);
  }
  return first;
}

function mediaOf(type: string): 'image' | 'video' | 'voice' | 'file' {
  if (type.startsWith('image/')) return 'image';
  if (type.startsWith('video/')) return 'video';
  return type.startsWith('audio/') ? 'voice' : 'file';
}

function send(params: ParsedParams<'message.send'>): Message {
  const { account, conversation, replyTo, markdown, mentions } = params;
  if (params.text.includes('!fail')) fail('disk_full');
  const reply = replyOf(account, replyTo);
  const files = takeDrafts(account, conversation, params.attachments);
  let last: Message | null = null;
  if (params.text !== '' && files.length !== 1) {
    const content = { ...text(params.text), format: markdown ? 'markdown' : 'plain', mentions } as const;
    last = post(account, conversation, { ...content, kind: 'text', text: params.text }, { reply });
  }
  for (const file of files) {
    const caption = files.length === 1 ? params.text : '';
    last = post(
      account,
      conversation,
      {
        kind: 'media',
        media: mediaOf(file.type),
        text: caption,
        format: 'plain',
        alt: '',
        width: file.width,
        height: file.height,
        durationMs: file.durationMs,
        transcript: '',
        expiresAt: null,
      },
      { attachments: [file], reply },
    );
  }
  if (last === null) return fail('message_empty');
  if (!scene.has('offline') && files.length === 0) {
    const answer = message(conversation, false, Date.now(), text(`收到：${params.text}`));
    setTimeout(
      () =>
        emit({
          event: 'typing.changed',
          data: { account, conversation, who: conversation, until: Date.now() + 6000 },
        }),
      600,
    );
    setTimeout(() => {
      emit({ event: 'typing.changed', data: { account, conversation, who: conversation, until: null } });
      putMessage(account, { ...answer, sortAt: Date.now() });
    }, 2200);
  }
  return last;
}

function sendObject({ account, conversation, object }: ParsedParams<'message.sendObject'>): Message {
  switch (object.kind) {
    case 'location':
      return post(account, conversation, { ...object, address: '', precisionMetres: null });
    case 'person':
      return post(account, conversation, { kind: 'person', aid: object.aid, name: '' });
    case 'link':
      return post(account, conversation, { ...object, host: new URL(object.url).host });
    case 'poll':
      return post(
        account,
        conversation,
        {
          kind: 'poll',
          title: object.title,
          multiple: object.multiple,
          options: object.options.map((option, index) => ({ id: `o${index}`, text: option })),
          expiresAt: null,
        },
        { votes: [] },
      );
  }
}

function search(params: ParsedParams<'message.search'>): CommandResult<'message.search'> {
  const { accounts, conversation, from, has, since = 0, until = Infinity, limit } = params;
  const needle = params.query.toLowerCase();
  const hits: CommandResult<'message.search'>['hits'] = [];
  for (const [key, timeline] of timelines) {
    const [owner = '', peer = ''] = key.split(' ');
    if (!accounts.includes(owner) || (conversation !== undefined && conversation !== peer)) continue;
    for (const found of [...timeline].reverse()) {
      const { content } = found;
      const words = 'text' in content ? content.text : '';
      const at = words.toLowerCase().indexOf(needle);
      const media = content.kind === 'media' ? content.media : null;
      if (hits.length >= limit || at < 0 || found.sortAt < since || found.sortAt >= until) continue;
      if (from !== undefined && found.sender !== from) continue;
      if (has === 'image' && media !== 'image') continue;
      if (has === 'file' && media === null) continue;
      if (has === 'link' && content.kind !== 'link' && !words.includes('http')) continue;
      if (content.kind !== 'text' && media === null) continue;
      const begin = Math.max(0, at - 24);
      const excerpt = `${begin > 0 ? '…' : ''}${words.slice(begin, at + 80)}`;
      const shift = at - begin + (begin > 0 ? 1 : 0);
      hits.push({
        account: owner,
        message: found,
        title: conversationOf(owner, peer).title,
        excerpt,
        ranges: needle === '' ? [] : [[shift, shift + needle.length]],
      });
    }
  }
  return { hits };
}

function vote({ account, id, options }: ParsedParams<'message.vote'>): Message {
  const poll = findMessage(account, id);
  const others = (poll.votes ?? []).map((each) => ({
    ...each,
    count: each.mine ? each.count - 1 : each.count,
    mine: false,
  }));
  const votes = options.reduce((counted, option) => {
    const known = counted.find((each) => each.option === option);
    const rest = counted.filter((each) => each.option !== option);
    return [...rest, { option, count: (known?.count ?? 0) + 1, mine: true }];
  }, others);
  return putMessage(account, { ...poll, votes });
}

/** Commands about messages. Development only. */
export const fakeMessageCommands: Handlers<Names> = {
  'message.page': page,
  'message.get': ({ account, id }) => findMessage(account, id),
  'message.send': send,
  'message.sendObject': sendObject,
  'message.forward': ({ account, ids, to }) => ({
    messages: to.flatMap((conversation) =>
      ids.map((id) => {
        const original = findMessage(account, id);
        return post(account, conversation, original.content, { attachments: original.attachments });
      }),
    ),
  }),
  'message.answerCard': ({ account, id, action }) => {
    const card = findMessage(account, id);
    const chosen = card.content.kind === 'actions' ? card.content.actions[action] : undefined;
    return putMessage(account, {
      ...card,
      card: {
        state: chosen?.behavior === 'dismiss' ? 'dismissed' : 'completed',
        label: chosen?.label ?? '',
      },
    });
  },
  'message.vote': vote,
  'message.retry': ({ account, id }) =>
    putMessage(account, { ...findMessage(account, id), state: 'sending', stateReason: null }),
  'message.cancel': ({ account, id }) => {
    const { content } = findMessage(account, id);
    removeMessages(account, [id]);
    return { text: content.kind === 'text' ? content.text : '' };
  },
  'message.recall': ({ account, ids }) => {
    for (const id of ids) {
      putMessage(account, { ...findMessage(account, id), content: { kind: 'recalled' }, attachments: [] });
    }
    return { recalled: [...ids], refused: [] };
  },
  'message.delete': ({ account, ids }) => {
    removeMessages(account, ids);
    return {};
  },
  'message.raw': () => ({
    json: JSON.stringify({
      type: 'e2ee.encrypted',
      version: '1',
      encryption_mode: 'prekey_ecdh_v2',
      suite: 'P256_HKDF_SHA256_AES_256_GCM',
      prekey_id: '7f3c1d',
      ciphertext: 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQ'.repeat(6),
      tag: 'AAECAwQFBgcICQoLDA0ODw==',
    }),
  }),
  'message.heal': () => ({ healed: 0, remaining: 1 }),
  'message.quarantine': ({ account, id, quarantined }) =>
    putMessage(account, { ...findMessage(account, id), quarantined }),
  'message.thoughts': () => ({
    thoughts: [
      { id: 't1', text: '先看日志，再看指标。', format: 'plain', stage: 'thinking', at: Date.now() - 60_000 },
    ],
  }),
  'message.think': () => ({ id: 't2' }),
  'message.search': search,
  'stream.watch': ({ account, id }) => {
    const { content } = findMessage(account, id);
    const before = content.kind === 'stream' ? content.text : '';
    const pieces = ['The build ', 'is running. ', 'Two of five ', 'stages are done.'];
    pieces.forEach((piece, index) => {
      const at = before.length + pieces.slice(0, index).join('').length;
      const state = index === pieces.length - 1 && !scene.has('streaming') ? 'ended' : 'live';
      setTimeout(
        () => emit({ event: 'stream.changed', data: { account, id, at, text: piece, state } }),
        300 * (index + 1),
      );
    });
    return { text: before, state: 'live' };
  },
  'stream.unwatch': () => ({}),
  'stream.begin': ({ account, conversation }) => ({
    stream: 'own-1',
    message: post(account, conversation, { kind: 'stream', stream: 'own-1', text: '' }),
  }),
  'stream.append': () => ({}),
  'stream.finish': () => fail('stream_ended'),
};
