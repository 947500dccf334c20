/** What the warden does in a group when it is asked to, so that everything a moderator meets can be tried alone. */
export type Errand =
  | { readonly kind: 'help' }
  | { readonly kind: 'ask' | 'code'; readonly invitation: string }
  | { readonly kind: 'leave' | 'misbehave' | 'flood' | 'argue' | 'promote' | 'mute' | 'kick' };

/** Links and ids of groups; in front of Chinese words there need not be a space. */
const INVITATION =
  /aun:\/\/[\x21-\x7e]+|group\.[a-z0-9._-]+\/[a-z0-9._-]+|\bg-[a-z0-9]{4,32}(?:[.@][a-z0-9._-]+)?/i;
const CODE = /(?:code|邀请码|代码)[\s:：]*([A-Za-z0-9_@.-]{3,128})/i;

const WORDS: readonly (readonly [Exclude<Errand['kind'], 'ask' | 'code' | 'help'>, RegExp])[] = [
  ['argue', /\bargue\b|\bquarrel\b|吵架|争论|争吵/i],
  ['flood', /\bflood\b|刷屏/i],
  ['misbehave', /\bmisbehave\b|\bspam\b|捣乱|广告/i],
  ['promote', /\bpromot|become an admin|管理员|升职/i],
  ['mute', /\bmute me\b|禁言我/i],
  ['kick', /\bkick me\b|踢(?:掉|了)?我/i],
  ['leave', /\bleave\b|退出|离开/i],
];

/** What a text asks for, in English or Chinese; `help` where nothing else fits. */
export function errandOf(text: string): Errand {
  const code = CODE.exec(text)?.[1];
  if (code !== undefined) return { kind: 'code', invitation: code };
  const invitation = INVITATION.exec(text)?.[0];
  if (/\b(?:ask to )?join\b|\bapply\b|加入|申请/i.test(text))
    return { kind: 'ask', invitation: invitation ?? nameIn(text) };
  const [kind] = WORDS.find(([, words]) => words.test(text)) ?? [];
  return kind === undefined ? { kind: 'help' } : { kind };
}

/** What follows the words that ask to join: the name of a public group, or nothing. */
function nameIn(text: string): string {
  const rest = /(?:\bjoin\b|\bapply (?:to|for)\b|申请加入|加入|申请)\s*(.*)$/is.exec(text)?.[1] ?? '';
  return rest.replace(/^[\s:：“”"'「」]+|[\s.!?。！？“”"'「」]+$/g, '').slice(0, 64);
}

/** What can be asked for. */
export function helpText(chinese: boolean): string {
  return chinese
    ? [
        '我是看守，让你一个人也能试遍群管理。把下面的话发给我，或在群里 @我：',
        '• 申请加入 <群链接或公开群的名字>',
        '• 用邀请码 <邀请码> 加入',
        '• 捣乱　• 刷屏　• 和向导吵架',
        '• 想当管理员',
        '• 禁言我　• 踢我（在大厅 Parley Lounge，我是那里的管理员）',
        '• 退出',
      ].join('\n')
    : [
        'I am the warden: with me you can try all of moderation alone. Write to me, or mention me in a group:',
        '• ask to join <link of a group, or the name of a public one>',
        '• join by code <code>',
        '• misbehave   • flood   • argue with the guide',
        '• be promoted',
        '• mute me   • kick me (in the Parley Lounge, where I am an admin)',
        '• leave',
      ].join('\n');
}

/** What it says where it has to answer a question before it may ask to join. */
export const ANSWER = 'I would like to try things out. 我想试一试。';

/** What nobody wants to read in a group. */
export function nuisance(chinese: boolean): readonly string[] {
  return chinese
    ? ['！！！只限今天：二手鹦鹉半价！！！', '点这里发财！！！真的不骗你！！！', '你们怎么都不理我？？？']
    : [
        '!!! TODAY ONLY: used parrots, half price !!!',
        'GET RICH BY DOING NOTHING !!!',
        'Why does nobody answer me???',
      ];
}

/** One line of a flood. */
export function floodLine(chinese: boolean, number: number): string {
  return chinese
    ? `刷屏第 ${number} 条，还有更多……`
    : `This is line ${number} of a flood, and there is more…`;
}

const QUARREL_EN = [
  'A message that nobody reads is still a message.',
  'No. A message that nobody reads is only a noise on a disk.',
  'Then most of what you explain is noise.',
  'At least mine is encrypted noise.',
  'So is mine, and shorter.',
  'Shorter is not better. Better is better.',
  'You said the same to echo yesterday.',
  'Echo agreed with me.',
  'Echo agrees with everybody!',
  'That proves my point.',
  'Which point?',
  'The one you did not read.',
] as const;
const QUARREL_ZH = [
  '没有人读的消息也是消息。',
  '不对，没有人读的消息只是硬盘上的杂音。',
  '那你讲解的大多是杂音。',
  '至少我的杂音是加密的。',
  '我的也是，而且更短。',
  '短不等于好，好才是好。',
  '昨天你对 echo 也是这么说的。',
  'echo 同意我的看法。',
  'echo 谁的看法都同意！',
  '这正好证明了我的观点。',
  '哪个观点？',
  '你没读的那个。',
] as const;

/** What two agents say to each other in turn. It ends: they never begin again by themselves. */
export function quarrel(chinese: boolean): readonly string[] {
  return chinese ? QUARREL_ZH : QUARREL_EN;
}
