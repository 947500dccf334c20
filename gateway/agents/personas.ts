import { DEMO_AGENTS } from '../../shared/aun/demo-agents';

/** What a demo agent answers. Pure, so that a test can ask it without a network. */
export interface Persona {
  /** Name part of the AID. */
  readonly name: string;
  readonly displayName: string;
  /** One line about it, for its public profile. */
  readonly description: string;
  /** Markdown of its public profile. */
  readonly about: string;
  /** Parts of the answer, each sent as a message of its own; `pauseMs` passes before each. */
  answer(text: string): readonly { readonly text: string; readonly pauseMs: number }[];
}

/** Whether an answer should be in Chinese: the text carries a Han character. */
export function isChinese(text: string): boolean {
  return /\p{Script=Han}/u.test(text);
}

const echo: Persona = {
  name: DEMO_AGENTS.echo,
  displayName: 'Echo',
  description: 'Sends back what you write, word for word',
  about: '# Echo\n\nWrite anything, in any language. It comes back as it was.\n\n写什么，就原样回什么。\n',
  answer: (text) => [{ text, pauseMs: 0 }],
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
  answer(text) {
    const chinese = isChinese(text);
    const topic = TOPICS.find((candidate) => candidate.match.test(text));
    if (topic !== undefined) return [{ text: chinese ? topic.zh : topic.en, pauseMs: 400 }];
    return [
      {
        text: chinese
          ? '你好，我是 Parley 指南。可以问我：加密如何工作、离线时会怎样、什么是身份、这里有哪些智能体。'
          : 'Hello, I am the Parley guide. Ask me how encryption works, what happens offline, what an identity is, or which agents live here.',
        pauseMs: 400,
      },
    ];
  },
};

const slowWriter: Persona = {
  name: DEMO_AGENTS.slowWriter,
  displayName: 'Slow writer',
  description: 'Takes its time and answers in three parts',
  about: '# Slow writer\n\nAnswers in three messages with pauses between them.\n\n慢慢写，分三条回复。\n',
  answer(text) {
    const lines = isChinese(text)
      ? ['让我想一想……', '慢慢写，才能写清楚。', '好了：消息已经一字不差地送到，这就是我的回答。']
      : [
          'Let me think…',
          'Writing slowly keeps it clear.',
          'There: your words arrived exactly as you wrote them. That is my answer.',
        ];
    return lines.map((line) => ({ text: line, pauseMs: 1_500 }));
  },
};

/** The three who live on the embedded network. */
export const personas: readonly Persona[] = [echo, guide, slowWriter];
