import type { PreviewKind } from '../../shared/model/conversation';
import type { Settings } from '../../shared/model/settings';

/** What notifications say. */
export interface NotificationTexts {
  readonly app: string;
  readonly newMessage: string;
  newMessages(count: number): string;
  readonly request: string;
  requestFrom(who: string): string;
  readonly requestFromSomebody: string;
  /** Somebody put this user into a group. */
  addedTo(group: string): string;
  readonly addedToSomething: string;
  /** What a message is that has no text of its own, or besides it. */
  readonly kinds: Readonly<Partial<Record<PreviewKind, string>>>;
  /** A kind and its text, such as a picture and its caption. */
  labelled(kind: string, text: string): string;
}

const en: NotificationTexts = {
  app: 'Parley',
  newMessage: 'New message',
  newMessages: (count) => `${count} new messages`,
  request: 'Message request',
  requestFrom: (who) => `${who} wants to write to you`,
  requestFromSomebody: 'Somebody new wants to write to you',
  addedTo: (group) => `Somebody added you to ${group}`,
  addedToSomething: 'Somebody added you to a group',
  kinds: {
    image: 'Picture',
    video: 'Video',
    voice: 'Voice message',
    file: 'File',
    location: 'Place',
    link: 'Link',
    person: 'Contact',
    bundle: 'Forwarded messages',
    actions: 'Question',
    choice: 'Answer',
    event: 'Report',
    tool: 'Tool',
    thought: 'Thought',
    poll: 'Poll',
    stream: 'Is writing an answer',
    data: 'Data',
    undecryptable: 'Message that cannot be read yet',
  },
  labelled: (kind, text) => `${kind}: ${text}`,
};

const zh: NotificationTexts = {
  app: 'Parley',
  newMessage: '新消息',
  newMessages: (count) => `${count} 条新消息`,
  request: '消息请求',
  requestFrom: (who) => `${who} 想给你发消息`,
  requestFromSomebody: '有新的人想给你发消息',
  addedTo: (group) => `有人把你加入了 ${group}`,
  addedToSomething: '有人把你加入了一个群组',
  kinds: {
    image: '图片',
    video: '视频',
    voice: '语音消息',
    file: '文件',
    location: '位置',
    link: '链接',
    person: '名片',
    bundle: '转发的消息',
    actions: '提问',
    choice: '回答',
    event: '报告',
    tool: '工具',
    thought: '思考',
    poll: '投票',
    stream: '正在写回答',
    data: '数据',
    undecryptable: '暂时无法读取的消息',
  },
  labelled: (kind, text) => `${kind}：${text}`,
};

/** The texts of a language; `locale` is that of the operating system, as a BCP 47 tag. */
export function notificationTexts(language: Settings['language'], locale: string): NotificationTexts {
  const chosen = language === 'system' ? locale : language;
  return chosen.toLowerCase().startsWith('zh') ? zh : en;
}
