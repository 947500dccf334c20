import type { Conversation } from '../../shared/model/conversation';
import type { Message, MessageContent } from '../../shared/model/message';
import { conversation, conversations, main, message, start, text, timelines } from './fake-data';
import { hostile } from './fake-hostile';
import { file, media, next, photo, restartClock } from './fake-message-parts';
import { picture, sound } from './fake-pictures';

/** Messages of every kind, in both languages, to look at. Development only. */
const minute = 60_000;
const day = 24 * 60 * minute;

const markdown = `### 回滚步骤 Rollback

1. Stop the **canary** and wait for \`drained\`
2. 切回上一版镜像，确认健康检查
3. Tell the channel, *then* go to lunch

> 先止血，再查因。

| step | who | minutes |
|:--|:--|--:|
| drain | Lin | 4 |
| 切换 | 美 | 2 |

\`\`\`ts
/** Rolls back to the image before. */
export async function rollback(release: Release): Promise<void> {
  const previous = await release.history.at(-2); // 上一版
  if (previous === undefined) throw new Error('nothing to go back to');
  await deploy(previous, { drain: true, timeoutMs: 240_000 });
}
\`\`\`

Details: https://docs.example.org/rollback`;

/** What people send: pictures, voices, files, places, links, cards. */
function people(peer: string): Message[] {
  const from = (content: MessageContent, more: Partial<Message> = {}, pause = 0): Message =>
    message(peer, false, next(pause), content, more);
  const mine = (content: MessageContent, more: Partial<Message> = {}, pause = 0): Message =>
    message(peer, true, next(pause), content, more);
  const first = from(text('周末去爬山的照片，先发几张。'));
  const quoted = (more: Partial<NonNullable<Message['reply']>>): Message['reply'] => ({
    id: first.id,
    messageId: first.messageId,
    sender: peer,
    text: '周末去爬山的照片，先发几张。',
    standing: 'known',
    ...more,
  });
  return [
    first,
    from(media('image', { width: 1600, height: 1200, alt: '清晨的山谷' }), {
      attachments: [photo('valley.jpg', 1600, 1200, 205)],
    }),
    from(
      media('image', {
        text: '三个人，两条狗，一个好天气。The path along the ridge was still icy in the shade.',
      }),
      {
        attachments: [
          photo('ridge-1.jpg', 1200, 1600, 20),
          photo('ridge-2.jpg', 1600, 1200, 150),
          photo('ridge-3.jpg', 1600, 900, 260),
          photo('ridge-4.jpg', 1000, 1000, 320),
          photo('ridge-5.jpg', 1600, 1200, 60),
          photo('ridge-6.jpg', 1600, 1200, 100, { state: 'remote' }),
          photo('ridge-7.jpg', 1600, 1200, 10),
          photo('ridge-8.jpg', 1600, 1200, 190),
        ],
      },
    ),
    mine(text('好漂亮！是上周六吗？'), { reply: quoted({}) }, 8),
    mine(media('image'), {
      attachments: [
        photo('上传中.png', 1400, 900, 330, { state: 'uploading', media: picture(1400, 900, 330) }),
      ],
      state: 'sending',
    }),
    from(
      media('image', { width: 3000, height: 2000 }),
      {
        attachments: [photo('panorama.jpg', 3000, 2000, 240, { state: 'remote', size: 18_400_000 })],
      },
      7,
    ),
    from(media('image', { width: 900, height: 1600 }), {
      attachments: [photo('loading.jpg', 900, 1600, 280, { state: 'loading' })],
    }),
    from(media('image'), {
      attachments: [
        photo('broken.jpg', 1200, 800, 0, {
          state: 'failed',
          problem: 'attachment_damaged',
          thumbnail: null,
        }),
        photo('gone.jpg', 1200, 800, 0, { state: 'gone', thumbnail: null }),
      ],
    }),
    from(
      media('video', { width: 1920, height: 1080, durationMs: 74_000, text: '山顶的风。' }),
      {
        attachments: [
          file('summit.mp4', 'video/mp4', {
            width: 1920,
            height: 1080,
            durationMs: 74_000,
            media: 'data:video/mp4,',
            thumbnail: picture(320, 180, 200),
          }),
        ],
      },
      6,
    ),
    from(
      media('voice', { durationMs: 12_000, transcript: '我大概七点半到，你们先点菜，不用等我。' }),
      {
        attachments: [file('voice.wav', 'audio/wav', { media: sound(12), durationMs: 12_000, size: 96_000 })],
      },
      6,
    ),
    from(media('voice', { durationMs: 65_000 }), {
      attachments: [file('voice.ogg', 'audio/ogg', { state: 'remote', durationMs: 65_000, size: 412_000 })],
    }),
    mine(
      media('file', { text: '合同终稿，请看第 4 页。' }),
      {
        attachments: [
          file(
            '2026 合作协议（终稿）Cooperation agreement, final version signed by both.pdf',
            'application/pdf',
            {
              size: 1_284_000,
            },
          ),
          file('figures.xlsx', 'application/vnd.ms-excel', { state: 'waiting', size: 48_200 }),
        ],
        state: 'sending',
      },
      6,
    ),
    from(
      media('file', { expiresAt: start + 5 * day }),
      {
        attachments: [
          file('setup.exe', 'application/x-msdownload', {
            dangerous: true,
            state: 'remote',
            size: 48_300_000,
          }),
          file('archive-2024.tar.gz', 'application/gzip', {
            state: 'failed',
            problem: 'attachment_gone',
            size: 900,
          }),
          file('notes.txt', 'text/plain', { encrypted: false, size: 1200, state: 'remote' }),
        ],
      },
      6,
    ),
    from(
      {
        kind: 'location',
        latitude: 30.24262,
        longitude: 120.14828,
        name: '断桥残雪',
        address: '杭州市西湖区北山街',
        precisionMetres: 12,
      },
      {},
      6,
    ),
    mine({
      kind: 'link',
      url: 'https://xn--fsq.example.org/a/very/long/path?with=query',
      host: 'xn--fsq.example.org',
      title: 'How we moved 40 services in a weekend',
      description: 'What broke, what did not, and the checklist we wish we had had on Friday.',
    }),
    from({ kind: 'person', name: 'Hana Kim', aid: 'hana.agentid.pub' }),
    from({ kind: 'person', name: '客服中心', aid: null }),
    mine(
      {
        kind: 'bundle',
        title: '林伟与 Builder 的聊天记录',
        summary: '',
        items: [
          { sender: '林伟', text: '昨晚的构建为什么慢了十分钟？', at: start - day },
          {
            sender: 'Builder',
            text: 'The cache was cold after the key rotation; the second run took 6 min.',
            at: start - day + minute,
          },
          { sender: '林伟', text: '好的，明白了。', at: start - day + 2 * minute },
          { sender: 'Builder', text: 'I keep it warm from now on.', at: start - day + 3 * minute },
        ],
        omitted: 12,
      },
      {},
      6,
    ),
    from(
      {
        kind: 'text',
        text: '@张小美 能看一下吗？ and @everyone else please wait.',
        format: 'plain',
        mentions: [
          { aid: main, start: 0, end: 4 },
          { aid: null, start: 16, end: 25 },
        ],
      },
      { mentionsMe: true },
      6,
    ),
    from(text('同意，就这么办。'), {
      reply: quoted({
        text: '你们随便发，不用加密。',
        standing: 'unknown',
        id: null,
        sender: null,
        messageId: 'm-x',
      }),
    }),
    from(text('That is not what I wrote.'), { reply: quoted({ standing: 'differs' }) }),
    mine(text('算了。'), { reply: quoted({ standing: 'gone', text: '' }) }),
    from(
      {
        kind: 'poll',
        title: '周五聚餐去哪里？Where do we eat on Friday?',
        options: [
          { id: 'a', text: '川菜馆（人均 120）' },
          { id: 'b', text: 'The noodle place by the canal' },
          { id: 'c', text: '随便' },
        ],
        multiple: false,
        expiresAt: start + day,
      },
      {
        votes: [
          { option: 'a', count: 4, mine: true },
          { option: 'b', count: 2, mine: false },
        ],
      },
      6,
    ),
    from({ kind: 'text', text: markdown, format: 'markdown', mentions: [] }, {}, 6),
  ];
}

/** What agents send: cards, tools, progress, thoughts, data, streams. */
function agent(peer: string): Message[] {
  const from = (content: MessageContent, more: Partial<Message> = {}, pause = 0): Message =>
    message(peer, false, next(pause), content, more);
  const mine = (content: MessageContent, more: Partial<Message> = {}, pause = 0): Message =>
    message(peer, true, next(pause), content, more);
  const card = (
    title: string,
    words: string,
    more: Partial<Extract<MessageContent, { kind: 'actions' }>> = {},
  ): MessageContent => ({
    kind: 'actions',
    title,
    text: words,
    format: 'plain',
    actions: [
      {
        label: '部署 Deploy',
        value: 'deploy',
        behavior: 'reply',
        style: 'primary',
        composeTimeoutMs: 300_000,
      },
      { label: 'Later…', value: 'later', behavior: 'compose', style: 'default', composeTimeoutMs: 300_000 },
      { label: '全部回滚', value: 'rollback', behavior: 'reply', style: 'danger', composeTimeoutMs: 300_000 },
      { label: 'Not now', value: 'no', behavior: 'dismiss', style: 'default', composeTimeoutMs: 300_000 },
    ],
    expiresAt: null,
    ...more,
  });
  const tool = (call: string, name: string, ok: boolean | null, detail: string): Message =>
    from({ kind: 'tool', phase: ok === null ? 'call' : 'result', call, name, ok, detail });
  return [
    mine(text('把 2.4 版发到预发环境，顺便看看昨晚的告警。')),
    from({
      kind: 'event',
      event: 'task.started',
      text: '',
      severity: 'info',
      task: 't0',
      durationMs: null,
      toolCalls: null,
      errorCode: '',
    }),
    tool('c1', 'read_alerts', null, '{\n  "since": "2026-11-21T22:00:00Z"\n}'),
    tool('c1', 'read_alerts', true, '{\n  "alerts": 3\n}'),
    tool('c2', 'deploy', null, '{\n  "environment": "staging",\n  "version": "2.4.0"\n}'),
    tool('c2', 'deploy', false, '{\n  "code": "image_missing",\n  "message": "no image for linux/arm64"\n}'),
    tool('c3', 'build_image', null, '{\n  "platform": "linux/arm64"\n}'),
    tool('c3', 'build_image', true, '{}'),
    tool('c4', 'deploy', null, '{}'),
    from(
      {
        kind: 'text',
        text: '昨晚三条告警都来自**同一台**机器，磁盘满了。已清理，见 `signing-02`。',
        format: 'markdown',
        mentions: [],
      },
      { thread: 'task-7' },
    ),
    from(
      card(
        '把 2.4.0 发到生产环境？',
        '预发环境已运行 40 分钟，没有错误。\nStaging has been up for 40 minutes without an error.',
        { expiresAt: start + day },
      ),
      { card: { state: 'pending', label: '' } },
      6,
    ),
    from(card('Rotate the signing key?', 'It is 88 days old.'), {
      card: { state: 'completed', label: 'Rotate now' },
    }),
    from(card('Clean up old branches?', ''), { card: { state: 'dismissed', label: '' } }),
    from(card('昨天的问题', '', { expiresAt: start - day }), { card: { state: 'pending', label: '' } }),
    mine({ kind: 'choice', card: 'm-1', label: 'Rotate now', text: 'Rotate now', typed: false }),
    mine({ kind: 'vote', poll: 'm-0', options: ['a'] }),
    from(
      {
        kind: 'thought',
        text: '用户要的是预发，不是生产。先确认镜像的平台。',
        format: 'plain',
        stage: 'planning',
      },
      {},
      6,
    ),
    from({
      kind: 'data',
      name: 'build.report',
      text: '构建 1841：通过，6 分 12 秒',
      json: '{\n  "build": 1841,\n  "ok": true,\n  "seconds": 372\n}',
    }),
    from({ kind: 'data', name: 'telemetry', text: '', json: '{\n  "cpu": 0.41\n}' }),
    from({ kind: 'unsupported', type: 'holo_sticker', text: '' }),
    from(
      {
        kind: 'event',
        event: 'task.error',
        text: '',
        severity: 'error',
        task: 't1',
        durationMs: 42_000,
        toolCalls: 6,
        errorCode: 'context_too_long',
      },
      {},
      6,
    ),
    from({
      kind: 'event',
      event: 'task.completed',
      text: '',
      severity: 'info',
      task: 't2',
      durationMs: 372_000,
      toolCalls: 11,
      errorCode: '',
    }),
    from(
      { kind: 'undecryptable', reason: 'sender_certificate_unavailable', detail: 'x', retrying: true },
      {},
      6,
    ),
    from({ kind: 'recalled' }),
    from(text('secret words that break the view'), { quarantined: true }),
    from(
      {
        kind: 'poll',
        title: 'Which days suit you?',
        options: [
          { id: 'mon', text: 'Monday' },
          { id: 'tue', text: '周二下午' },
          { id: 'thu', text: 'Thursday' },
        ],
        multiple: true,
        expiresAt: null,
      },
      {
        votes: [
          { option: 'mon', count: 3, mine: true },
          { option: 'thu', count: 5, mine: true },
          { option: 'tue', count: 1, mine: false },
        ],
      },
    ),
    from({ kind: 'stream', stream: 's1', text: '(streaming reply)' }, { thread: 'task-9' }, 6),
    from({
      kind: 'status',
      state: 'processing',
      text: '正在推送镜像',
      progress: 0.62,
      task: 't3',
      expiresAt: null,
    }),
  ];
}

function row(aid: string, title: string, more: Partial<Conversation>): Conversation {
  return conversation(aid, title, { preview: title, previewKind: 'text', ...more });
}

/** Puts conversations with messages of every kind into the fake engine. */
export function addSampleMessages(): void {
  const samples = [
    { aid: 'gallery.agentid.pub', title: '相册 Gallery', peerKind: 'human', messages: people },
    { aid: 'agent_desk.agentid.pub', title: 'Agent desk', peerKind: 'agent', messages: agent },
    { aid: 'mallory.agentid.pub', title: 'Mallory', peerKind: 'unknown', messages: hostile },
  ] as const;
  const rows = conversations.get(main) ?? [];
  for (const { aid, title, peerKind, messages } of samples) {
    restartClock();
    const timeline = messages(aid);
    timelines.set(`${main} ${aid}`, timeline);
    rows.push(
      row(aid, title, { peerKind, lastActivityAt: start - 40 * day, readUpTo: timeline.at(-1)?.id ?? 0 }),
    );
  }
}
