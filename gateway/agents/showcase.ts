import type { JsonObject } from '../../shared/aun/canonical-json';
import { DEMO_AGENTS } from '../../shared/aun/demo-agents';
import { makePicture, makeRecording, makeTextFile } from './made-files';
import { inPieces, isChinese, say, send } from './steps';
import type { Question, Step } from './steps';

/** The words that ask for one message of every kind. */
export const SHOWCASE = /show me everything|全部展示/i;

const PAUSE_MS = 150;
const DAY_MS = 86_400_000;

const MARKDOWN_EN = [
  '## Markdown',
  '',
  'Words can be **bold**, *slanted*, ~~gone~~ or `code`, and [lead somewhere](https://example.org/).',
  '',
  '1. first',
  '2. second',
  '   - inside',
  '',
  '> Somebody said so.',
  '',
  '| Kind | Shown as |',
  '|---|---|',
  '| table | rows |',
  '',
  '```ts',
  'const answer: number = 6 * 7;',
  '```',
].join('\n');

const MARKDOWN_ZH = [
  '## Markdown',
  '',
  '文字可以是**粗体**、*斜体*、~~删除线~~或 `代码`，也可以[指向某处](https://example.org/)。',
  '',
  '1. 第一',
  '2. 第二',
  '   - 里面',
  '',
  '> 有人这样说过。',
  '',
  '| 种类 | 显示为 |',
  '|---|---|',
  '| 表格 | 行 |',
  '',
  '```ts',
  'const answer: number = 6 * 7;',
  '```',
].join('\n');

/** Texts, people and places (`protocol/04 §9.2`). */
function spoken(question: Question, zh: boolean): Step[] {
  const { peer, messageId, text, issuer } = question;
  const name = peer.slice(0, peer.indexOf('.'));
  const display = `@${name}`;
  const greeting = zh ? '，看看这些：' : ', have a look at these:';
  return [
    send({
      type: 'text',
      text: `${display}${greeting}`,
      mentions: [{ aid: peer, display, offset: 0, length: display.length }],
    }),
    say(zh ? MARKDOWN_ZH : MARKDOWN_EN, PAUSE_MS, true),
    send(
      {
        type: 'quote',
        text: zh ? '这是对你的话的回复。' : 'This answers your words.',
        quote: { message_id: messageId, text, sender_display: name },
        reply_to: { message_id: messageId, sender_aid: peer },
      },
      PAUSE_MS,
    ),
    send(
      {
        type: 'link',
        url: 'https://www.rfc-editor.org/rfc/rfc8446',
        title: 'RFC 8446',
        description: zh ? '传输层安全协议 1.3' : 'The Transport Layer Security Protocol, version 1.3',
      },
      PAUSE_MS,
    ),
    send(
      {
        type: 'location',
        latitude: 48.2082,
        longitude: 16.3738,
        name: zh ? '维也纳' : 'Vienna',
        address: zh ? '圣斯特凡广场 3 号' : 'Stephansplatz 3',
        precision_m: 25,
      },
      PAUSE_MS,
    ),
    send({ type: 'personal_card', display_name: 'Echo', aid: `${DEMO_AGENTS.echo}.${issuer}` }, PAUSE_MS),
    send(
      {
        type: 'merge',
        title: zh ? '昨天的谈话' : 'Yesterday’s talk',
        summary: zh ? '两条消息' : 'Two messages',
        items: [
          { sender_display: 'Marta', text: zh ? '火车几点开？' : 'When does the train leave?' },
          { sender_display: 'Planner', text: zh ? '九点一刻，三站台。' : 'At 9:15 from platform 3.' },
        ],
      },
      PAUSE_MS,
    ),
  ];
}

/** What asks for an answer. */
function asking({ now }: Question, zh: boolean): Step[] {
  const card: JsonObject = {
    type: 'action_card',
    title: zh ? '订票？' : 'Book the ticket?',
    text: zh ? '九点一刻，靠窗，**42 欧元**。' : '9:15, at the window, **42 euros**.',
    format: 'markdown',
    actions: [
      { label: zh ? '订' : 'Book', value: 'book', style: 'primary' },
      { label: zh ? '取消行程' : 'Cancel the trip', value: 'cancel', style: 'danger' },
      { label: zh ? '别的要求…' : 'Something else…', value: 'other', behavior: 'compose' },
      { label: zh ? '以后再说' : 'Not now', value: 'later', behavior: 'dismiss' },
    ],
  };
  const poll: JsonObject = {
    type: 'json',
    kind: 'poll',
    title: zh ? '喝什么？' : 'What to drink?',
    options: [
      { id: 'tea', text: zh ? '茶' : 'Tea' },
      { id: 'coffee', text: zh ? '咖啡' : 'Coffee' },
      { id: 'water', text: zh ? '水' : 'Water' },
    ],
    multiple: false,
    expires_at: now + DAY_MS,
    fallback_text: zh ? '投票：喝什么？' : 'Poll: what to drink?',
  };
  return [send(card, PAUSE_MS), send(poll, PAUSE_MS)];
}

/** What agents tell about their work; everything of one task in its thread. */
function working({ thread }: Question, zh: boolean): Step[] {
  const task = { task_id: thread };
  const inThread = (payload: JsonObject): Step => send({ ...payload, thread_id: thread }, PAUSE_MS);
  return [
    inThread({
      type: 'event',
      event: 'task.started',
      severity: 'info',
      data: task,
      text: zh ? '任务开始' : 'Task started',
    }),
    inThread({
      type: 'status',
      state: 'processing',
      text: zh ? '查询中' : 'Looking it up',
      progress: 0.4,
      data: task,
    }),
    inThread({
      type: 'tool_call',
      call_id: `${thread}-1`,
      name: 'timetable',
      arguments: { from: 'Wien', to: 'Linz' },
    }),
    inThread({
      type: 'tool_result',
      call_id: `${thread}-1`,
      ok: true,
      result: { departure: '09:15', platform: 3 },
    }),
    inThread({ type: 'tool_call', call_id: `${thread}-2`, name: 'seats', arguments: { class: 2 } }),
    inThread({
      type: 'tool_result',
      call_id: `${thread}-2`,
      ok: false,
      error: { code: 'timeout', message: zh ? '没有答复' : 'no answer' },
    }),
    inThread({ type: 'thought', text: zh ? '也许再试一次？' : 'Maybe once more?', stage: 'thinking' }),
    inThread({ type: 'status', state: 'completed', text: zh ? '完成' : 'Done', progress: 1, data: task }),
    inThread({
      type: 'event',
      event: 'task.completed',
      severity: 'info',
      data: { ...task, duration_ms: 1_200, tool_calls: 2 },
      text: zh ? '任务完成' : 'Task completed',
    }),
    send(
      {
        type: 'event',
        event: 'demo.warning',
        severity: 'warning',
        text: zh ? '这是一条警告' : 'This is a warning',
      },
      PAUSE_MS,
    ),
  ];
}

/** What only some programs understand. */
function strange(zh: boolean): Step[] {
  return [
    send(
      {
        type: 'json',
        kind: 'demo.weather',
        data: { place: 'Wien', celsius: 21.5, wind: { from: 'W', metres_per_second: 3 } },
        fallback_text: zh ? '维也纳 21.5 °C，西风' : 'Vienna 21.5 °C, wind from the west',
      },
      PAUSE_MS,
    ),
    send(
      {
        type: 'custom',
        kind: 'demo.dance',
        data: { steps: 3 },
        fallback_text: zh ? '（跳舞）' : '(a dance)',
      },
      PAUSE_MS,
    ),
    send(
      { type: 'demo.unknown', text: zh ? '没有程序认识这种类型。' : 'A type that no program knows.' },
      PAUSE_MS,
    ),
  ];
}

function files(zh: boolean): Step[] {
  const notes = zh ? '这是一个小文件。\n' : 'A small file.\n';
  return [
    { kind: 'file', text: zh ? '一张画' : 'A picture', file: makePicture('hills.png'), pauseMs: PAUSE_MS },
    { kind: 'file', text: '', file: makeRecording('tones.wav'), pauseMs: PAUSE_MS },
    { kind: 'file', text: '', file: makeTextFile(zh ? '笔记.txt' : 'notes.txt', notes), pauseMs: PAUSE_MS },
  ];
}

/** One message of every kind that a payload can have, in the language of the question. */
export function showcase(question: Question): readonly Step[] {
  const zh = isChinese(question.text);
  const closing = zh
    ? '这段话正在一点一点地写出来，写完后会作为加密消息再送一次。以上就是全部。'
    : 'These words are being written as you read them; when they are complete they come once more as an encrypted message. That was everything.';
  return [
    ...spoken(question, zh),
    ...asking(question, zh),
    ...working(question, zh),
    ...strange(zh),
    ...files(zh),
    { kind: 'stream', pieces: inPieces(closing), pauseMs: PAUSE_MS },
  ];
}
