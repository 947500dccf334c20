import { DEMO_AGENTS } from '../../shared/aun/demo-agents';
import { errandOf } from './errands';
import { SHOWCASE, showcase } from './showcase';
import { inPieces, isChinese, say, send } from './steps';
import type { Question, Step } from './steps';

/** What a demo agent answers. Pure, so that a test can ask it without a network. */
export interface Persona {
  /** Name part of the AID. */
  readonly name: string;
  readonly displayName: string;
  /** One line about it, for its public profile. */
  readonly description: string;
  /** Markdown of its public profile. */
  readonly about: string;
  /** What it does when it is written to, in order. */
  answer(question: Question): readonly Step[];
  /** What it says when a button of one of its cards was pressed; null for nothing. */
  chosen(label: string): string | null;
}

const echo: Persona = {
  name: DEMO_AGENTS.echo,
  displayName: 'Echo',
  description: 'Sends back what you write, word for word',
  about: '# Echo\n\nWrite anything, in any language. It comes back as it was.\n\n写什么，就原样回什么。\n',
  answer: ({ text, markdown }) => [say(text, 0, markdown)],
  chosen: () => null,
};

interface Topic {
  readonly match: RegExp;
  readonly en: string;
  readonly zh: string;
}

const TOPICS: readonly Topic[] = [
  {
    match: /encrypt|secure|safe|key|加密|安全|密钥/i,
    en: 'Every message is sealed on your computer for the keys of the other side’s devices and signed with yours. The gateway carries sealed envelopes; it cannot read them. If the other side has no keys yet, Parley waits. It never falls back to plain text.',
    zh: '每条消息都在你的电脑上用对方设备的密钥加密，并用你的密钥签名。网关只传送密封的信封，无法读取内容。如果对方还没有密钥，Parley 会等待，绝不会改用明文发送。',
  },
  {
    match: /lost|offline|crash|queue|离线|丢|断网/i,
    en: 'What you type is on disk before its bubble appears. Offline, it waits and leaves by itself later. What you receive is stored before the gateway hears that it arrived. So nothing is lost and nothing comes twice.',
    zh: '你输入的内容会先写入磁盘，再显示气泡。离线时它会等待，稍后自动发出。收到的消息会先保存，再告诉网关已收到。因此不会丢失，也不会重复。',
  },
  {
    match: /agent|bot|ai|who|智能体|机器人|谁/i,
    en: 'People and agents share one kind of address here. I am a small program on your own computer with an address like yours. Try “echo” for an instant answer or “slow-writer” for one that takes its time.',
    zh: '在这里，人和智能体使用同一种地址。我是运行在你电脑上的小程序，地址和你的一样。想立刻得到回复可以找 echo，想看慢慢写的回复可以找 slow-writer。',
  },
  {
    match: /identity|address|aid|name|身份|地址|名字/i,
    en: 'An identity is a key pair with a name: your AID, such as you.aun.test. You can hold several in this window. The coloured bar beside the text field shows which one you write as.',
    zh: '身份就是一对密钥加一个名字，也就是你的 AID，例如 you.aun.test。一个窗口里可以有多个身份。输入框旁的彩色条表示你正以哪个身份发言。',
  },
];

const guide: Persona = {
  name: DEMO_AGENTS.guide,
  displayName: 'Parley guide',
  description: 'Explains Parley: encryption, offline, identities, agents',
  about:
    '# Parley guide\n\nA small program on your own computer.\n\n## Skills\n\n- `encryption` — how a message is protected\n- `offline` — what happens without a network\n- `identities` — what an address is\n\n用中文提问也可以。\n',
  answer(question) {
    const { text } = question;
    if (SHOWCASE.test(text)) return showcase(question);
    const chinese = isChinese(text);
    const topic = TOPICS.find((candidate) => candidate.match.test(text));
    if (topic !== undefined) return [say(chinese ? topic.zh : topic.en, 400)];
    return [
      say(
        chinese
          ? '你好，我是 Parley 指南。可以问我：加密如何工作、离线时会怎样、什么是身份、这里有哪些智能体。写“全部展示”，每种消息都会来一条。'
          : 'Hello, I am the Parley guide. Ask me how encryption works, what happens offline, what an identity is, or which agents live here. Write “show me everything” to get one message of every kind.',
        400,
      ),
    ];
  },
  chosen: (label) => (isChinese(label) ? `你选了“${label}”。` : `You chose “${label}”.`),
};

const slowWriter: Persona = {
  name: DEMO_AGENTS.slowWriter,
  displayName: 'Slow writer',
  description: 'Takes its time, shows its work and writes before your eyes',
  about:
    '# Slow writer\n\nWrites its answer while you watch, and shows what it was thinking.\n\n在你眼前慢慢写，也让你看到它在想什么。\n',
  answer({ text, thread }) {
    const zh = isChinese(text);
    const call = `${thread}-count`;
    const status = (state: string, says: string, progress: number): Step =>
      send({ type: 'status', state, text: says, progress, thread_id: thread, data: { task_id: thread } });
    const characters = [...text].length;
    const answer = zh
      ? `你写了 ${characters} 个字。慢慢写，才能写清楚：这些字一边写一边送到你面前，写完后会作为一条加密消息再送一次。好了，你的话一字不差地送到了，这就是我的回答。`
      : `You wrote ${characters} characters. Writing slowly keeps it clear: these words come to you while they are written, and once more as one encrypted message when they are complete. There: your words arrived exactly as you wrote them. That is my answer.`;
    return [
      status('processing', zh ? '让我想一想……' : 'Let me think…', 0.1),
      {
        kind: 'thought',
        text: zh ? '先读一遍问题。' : 'First read the question.',
        stage: 'thinking',
        pauseMs: 300,
      },
      {
        kind: 'thought',
        text: zh ? '数一数有多少个字。' : 'Count its characters.',
        stage: 'planning',
        pauseMs: 300,
      },
      send({ type: 'tool_call', call_id: call, name: 'count', arguments: { text }, thread_id: thread }, 200),
      send({ type: 'tool_result', call_id: call, ok: true, result: { characters }, thread_id: thread }, 300),
      { kind: 'thought', text: zh ? '可以写了。' : 'Now write.', stage: 'summary', pauseMs: 200 },
      { kind: 'stream', pieces: inPieces(answer), pauseMs: 200 },
      status('completed', zh ? '写好了' : 'Written', 1),
    ];
  },
  chosen: () => null,
};

const warden: Persona = {
  name: DEMO_AGENTS.warden,
  displayName: 'Warden',
  description: 'Makes trouble in groups when you ask, so that you can practise moderation',
  about:
    '# Warden\n\nAsks to join your group, misbehaves, floods, argues and leaves, whenever you say so. Write “help”.\n\n你让它申请加入、捣乱、刷屏、吵架、退出，它就照做。写“帮助”看看。\n',
  answer: ({ text, peer }) => [
    { kind: 'errand', errand: errandOf(text), peer, chinese: isChinese(text), pauseMs: 0 },
  ],
  chosen: () => null,
};

/** Those who live on the embedded network. */
export const personas: readonly Persona[] = [echo, guide, slowWriter, warden];
