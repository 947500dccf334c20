import type { Account, SessionSnapshot } from '../../shared/model/account';
import type { Conversation } from '../../shared/model/conversation';
import type { Message } from '../../shared/model/message';
import type { Network } from '../../shared/model/network';

/** Believable data for looking at the window without an engine. Development only. */
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
export const start = Date.now();

export const localNetwork: Network = {
  id: 'aun.test',
  issuer: 'aun.test',
  kind: 'local',
  gatewayUrl: 'ws://127.0.0.1:49217/aun',
  rootFingerprint: `sha256:${'5ad0c91e7b'.repeat(7).slice(0, 64)}`,
  running: true,
};

export const networks: readonly Network[] = [
  {
    id: 'agentid.pub',
    issuer: 'agentid.pub',
    kind: 'public',
    gatewayUrl: null,
    rootFingerprint: null,
    running: false,
  },
];

export const online: SessionSnapshot = {
  state: 'online',
  since: start - hour,
  blocked: null,
  problem: null,
  attempt: 0,
  retryAt: null,
  gatewayUrl: 'wss://gateway.agentid.pub/aun',
  clockSkewMs: 40,
  roundTripMs: 38,
  notice: null,
};

/** An identity with everything in order. */
export function account(aid: string, displayName: string, hue: number, more: Partial<Account> = {}): Account {
  return {
    account: aid,
    network: aid.split('.').slice(1).join('.'),
    displayName,
    hue,
    hueChosen: false,
    notifications: 'all',
    wantsOnline: true,
    attention: [],
    certificateExpiresAt: start + 49 * day,
    profileName: displayName,
    certificateFingerprint: `sha256:${'9f3a'.repeat(16)}`,
    session: online,
    unread: 0,
    mentions: 0,
    requests: 0,
    queued: 0,
    catchingUp: null,
    ...more,
  };
}

export const accounts: Account[] = [
  account('mei_zhang.agentid.pub', '张小美', 212, { unread: 9 }),
  account('mei-release-team.agentid.pub', 'Mei at work', 28, {
    session: {
      ...online,
      state: 'backing-off',
      retryAt: start + 24_000,
      attempt: 3,
      problem: { code: 'gateway_unreachable', detail: 'ECONNREFUSED' },
    },
  }),
  account('tester_01.aun.test', '', 140, {
    unread: 128,
    session: {
      ...online,
      state: 'blocked',
      blocked: 'signed_in_elsewhere',
      notice: { 'new_extra_info.app': 'Parley', 'new_extra_info.host': 'studio-laptop' },
    },
  }),
];
export const main = 'mei_zhang.agentid.pub';

export function conversation(aid: string, title: string, more: Partial<Conversation> = {}): Conversation {
  return {
    conversation: aid,
    kind: 'direct',
    title,
    peerKind: 'unknown',
    preview: '',
    previewKind: 'none',
    previewOwn: false,
    previewSender: null,
    previewState: null,
    lastActivityAt: 0,
    unread: 0,
    mentions: 0,
    markedUnread: false,
    pinned: false,
    archived: false,
    mutedUntil: null,
    standing: 'accepted',
    retention: 0,
    draft: '',
    draftReply: null,
    draftAttachments: 0,
    waiting: null,
    readUpTo: 0,
    security: 'encrypted',
    group: null,
    profileStatus: 'none',
    ...more,
  };
}

export function text(words: string): Message['content'] {
  return { kind: 'text', text: words, format: 'plain', mentions: [] };
}

let nextId = 1;
export function message(
  peer: string,
  own: boolean,
  sortAt: number,
  content: Message['content'],
  more: Partial<Message> = {},
): Message {
  const id = nextId++;
  return {
    id,
    conversation: peer,
    messageId: `m-${id}`,
    sender: own ? main : peer,
    own,
    sortAt,
    content,
    protection: 'e2ee-v1',
    forwardSecret: true,
    state: own ? 'delivered' : null,
    stateReason: null,
    timeDoubtful: false,
    attachments: [],
    reply: null,
    thread: null,
    mentionsMe: false,
    card: null,
    votes: null,
    finalId: null,
    quarantined: false,
    ...more,
  };
}

const longText = Array.from(
  { length: 60 },
  (_, line) =>
    `${line + 1}. 夜里的构建跑完了，全部通过。Nightly build finished, ${1200 + line * 7} tests, nothing flaky this time.`,
).join('\n');

function linWei(peer: string): Message[] {
  const at = (days: number, hours: number, minutes: number): number => {
    if (days === 0) return start - (581 - hours * 60 - minutes + 2) * minute;
    const date = new Date(start - days * day);
    return date.setHours(hours, minutes, 0, 0);
  };
  return [
    message(peer, false, at(3, 16, 2), text('周五的版本能按时发吗？')),
    message(peer, true, at(3, 16, 5), text('可以，就差安装包签名。')),
    message(
      peer,
      true,
      at(3, 16, 6),
      text('I will ask Builder to prepare the notes, so that you only have to read them.'),
    ),
    message(
      peer,
      false,
      at(1, 9, 12),
      text(
        'Morning! The signing host is back: https://status.example.org/hosts/signing-02 (read-only for now).',
      ),
    ),
    message(
      peer,
      false,
      at(1, 9, 13),
      text('密钥轮换安排在今晚十点，到时候会断开大约两分钟，客户端应该会自己重连。'),
    ),
    message(peer, true, at(1, 9, 20), text('👍🎉')),
    message(peer, true, at(1, 9, 21), text('Then I keep an eye on the outbox tonight.')),
    message(peer, false, at(1, 22, 3), {
      kind: 'undecryptable',
      reason: 'prekey_missing',
      detail: 'prekey 7f3c…',
      retrying: true,
    }),
    message(peer, false, at(1, 22, 4), { kind: 'recalled' }),
    message(peer, false, at(0, 8, 41), text('轮换完成，两边都恢复了。你那边看到几条没解开的消息？')),
    message(peer, true, at(0, 8, 44), text('一条，正在重新请求。其余的都到了，一条没丢。')),
    message(peer, false, at(0, 8, 45), text(longText)),
    message(peer, true, at(0, 8, 52), text('Great. שלום to the team in Haifa, and مرحبا to Cairo.'), {
      state: 'sent',
      forwardSecret: false,
    }),
    message(peer, true, at(0, 8, 53), text('明天部署之前，我再把回滚步骤走一遍。'), {
      state: 'queued',
      stateReason: 'offline',
    }),
    message(peer, true, at(0, 8, 54), text('And the changelog is attached to the release page.'), {
      state: 'failed',
      stateReason: 'recipient_certificate_revoked',
    }),
    message(peer, false, at(0, 9, 38), text('好，辛苦了。')),
    message(
      peer,
      false,
      at(0, 9, 39),
      text(
        'One more thing: could you look at the retry timer? It feels a little eager after a resume from sleep.',
      ),
    ),
    message(peer, false, at(0, 9, 41), { kind: 'unsupported', type: 'application/x-poll', text: '' }),
  ];
}

function longTimeline(peer: string, count: number): Message[] {
  const lines = [
    '部署完成。',
    'All green.',
    '第三步失败了，正在重试。',
    'Rolled back the canary; error rate is back to 0.02 %.',
    'ok',
    '日志已归档，共 14 个文件。',
  ];
  return Array.from({ length: count }, (_, index) =>
    message(
      peer,
      index % 7 === 3,
      start - (count - index) * 11 * minute,
      text(`#${index + 1} ${lines[index % lines.length] ?? ''}`),
    ),
  );
}

const peers = {
  lin: 'lin_wei.agentid.pub',
  builder: 'builder.agentid.pub',
  long: 'a_name_of_forty_characters_is_still_okay.example-university.edu',
  fresh: 'new_colleague.agentid.pub',
  changed: 'omar.agentid.pub',
};

export const timelines = new Map<string, Message[]>([
  [`${main} ${peers.lin}`, linWei(peers.lin)],
  [`${main} ${peers.builder}`, longTimeline(peers.builder, 10_000)],
  [
    `${main} ${peers.long}`,
    [message(peers.long, false, start - 2 * day, text('Thank you for the invitation to the seminar.'))],
  ],
  [
    `${main} ${main}`,
    [
      message(main, true, start - 5 * day, text('Wi-Fi at the lab: ask Hana')),
      message(main, true, start - 4 * day, text('https://example.org/reading-list')),
    ],
  ],
  [
    `${main} ${peers.changed}`,
    [message(peers.changed, true, start - 9 * day, text('Let us compare the numbers on the phone.'))],
  ],
  [
    `${main} ${peers.fresh}`,
    [
      message(peers.fresh, true, start - 30 * minute, text('Welcome! 欢迎加入。'), {
        state: 'queued',
        stateReason: 'recipient_without_keys',
      }),
    ],
  ],
]);

function described(row: Conversation): Conversation {
  const last = timelines.get(`${main} ${row.conversation}`)?.at(-1);
  if (last === undefined) return row;
  return {
    ...row,
    lastActivityAt: last.sortAt,
    preview: last.content.kind === 'text' ? last.content.text.slice(0, 120) : '',
    previewKind:
      last.content.kind === 'text'
        ? 'text'
        : last.content.kind === 'unsupported'
          ? 'unsupported'
          : 'recalled',
    previewOwn: last.own,
    previewState: last.state,
  };
}

const linMessages = timelines.get(`${main} ${peers.lin}`) ?? [];

export const conversations = new Map<string, Conversation[]>([
  [
    main,
    [
      described(
        conversation(peers.lin, '林伟 Lin Wei', {
          peerKind: 'human',
          unread: 3,
          readUpTo: linMessages.at(-4)?.id ?? 0,
        }),
      ),
      described(
        conversation(peers.builder, 'Builder', {
          peerKind: 'agent',
          unread: 6,
          readUpTo: timelines.get(`${main} ${peers.builder}`)?.at(-7)?.id ?? 0,
        }),
      ),
      described(conversation(main, 'Notes to self', { kind: 'self' })),
      described(
        conversation(peers.long, 'Professor Wilhelmina Featherstonehaugh-Cholmondeley', {
          draft: '',
          peerKind: 'human',
        }),
      ),
      described(
        conversation(peers.fresh, '', {
          title: peers.fresh,
          security: 'no_keys',
          waiting: 'recipient_without_keys',
        }),
      ),
      described(conversation(peers.changed, 'عمر Omar', { security: 'keys_changed', peerKind: 'human' })),
      conversation('translator.agentid.pub', 'Translator', {
        peerKind: 'agent',
        preview: 'Here is the English version of the contract, 12 pages.',
        previewKind: 'text',
        lastActivityAt: start - 3 * day,
      }),
      conversation('hana.agentid.pub', 'Hana Kim', {
        draft: '明天部署前记得',
        lastActivityAt: start - 5 * hour,
        preview: 'See you there!',
        previewKind: 'text',
      }),
      ...Array.from({ length: 300 }, (_, index) =>
        conversation(
          `contact_${index + 1}.agentid.pub`,
          index % 3 === 0 ? `联系人${index + 1}` : `Contact ${index + 1}`,
          {
            lastActivityAt: start - (6 + index) * day,
            preview: index % 2 === 0 ? '收到，谢谢。' : 'Sounds good to me.',
            previewKind: 'text',
            previewOwn: index % 4 === 0,
            previewState: index % 4 === 0 ? 'sent' : null,
          },
        ),
      ),
    ],
  ],
  [
    'mei-release-team.agentid.pub',
    [conversation('mei-release-team.agentid.pub', 'Notes to self', { kind: 'self' })],
  ],
  ['tester_01.aun.test', []],
]);
