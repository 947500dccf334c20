// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest';
import i18next from 'i18next';
import { groupActions } from '../../shared/aun/group-actions';
import { eventWords, type EventLine } from '../features/chat/group-event-words';
import { changeLanguage, startTexts } from '.';
import { listInWords, marked, settled } from './spacing';
import { zhCn } from './zh-cn';

type Tree = { readonly [key: string]: string | Tree };

function keysOf(tree: Tree, path = ''): readonly string[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [`${path}${key}`] : keysOf(value, `${path}${key}.`),
  );
}

const chineseMark = '[\p{Script=Han}，。：；？！、「」“”（）]';
/** A Chinese name that has room where Chinese words follow it or stand before it. */
const gapBeside = (name: string): RegExp => new RegExp(`${chineseMark} ${name}|${name} ${chineseMark}`, 'u');
const squeezed = /\p{Script=Han}Alice|Alice\p{Script=Han}/u;

/** A text with the same value in every place. */
function filled(key: string, value: string): string {
  const text = i18next.getResource('zh-CN', 'translation', key) as unknown;
  const names = typeof text === 'string' ? [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]) : [];
  const words: unknown = i18next.t(key, Object.fromEntries(names.map((name) => [name, value])));
  return String(words);
}

async function chinese(): Promise<void> {
  startTexts('en');
  await changeLanguage('zh-CN');
}

/** Every line that tells of an event, about the same person at both ends. */
function eventLinesOf(aid: string, name: string): readonly string[] {
  const facts: readonly Readonly<Record<string, string>>[] = [
    {},
    { role: 'admin' },
    { role: 'member' },
    { keys: 'name', name },
    ...['description', 'avatar', 'visibility', 'dispatch_mode', 'duty.config'].map((keys) => ({ keys })),
    { until: '1765000000000', reason: name },
  ];
  return [...groupActions, 'of_a_later_version'].flatMap((action) =>
    facts.map((values) => {
      const line: EventLine = {
        key: 1,
        at: 0,
        actor: aid,
        targets: [aid],
        content: { kind: 'group_event', action, actor: aid, target: aid, values, signature: 'verified' },
      };
      return eventWords(i18next.t, line, {
        account: 'me.agentid.pub',
        language: 'zh-CN',
        nameOf: () => name,
      });
    }),
  );
}

describe('spaces around names in Chinese', () => {
  it.each(['你', '林伟', '（某人）'])('are not there beside %s, in any text', async (name) => {
    await chinese();
    for (const key of keysOf(zhCn)) expect(filled(key, name), key).not.toMatch(gapBeside(name));
  });

  it('stand beside a Latin name, in every line of the log and of a conversation', async () => {
    await chinese();
    for (const line of eventLinesOf('alice.agentid.pub', 'Alice')) {
      expect(line).toContain('Alice');
      expect(line).not.toMatch(squeezed);
    }
  });

  it('are not there beside oneself or a Chinese name, in every line of the log and of a conversation', async () => {
    await chinese();
    for (const line of eventLinesOf('me.agentid.pub', '我自己')) {
      expect(line).toContain('你');
      expect(line).not.toMatch(gapBeside('你'));
    }
    for (const line of eventLinesOf('linwei.agentid.pub', '林伟')) {
      expect(line).toContain('林伟');
      expect(line).not.toMatch(gapBeside('林伟'));
    }
    expect(i18next.t('groupEvent.upsert', { actor: '你' })).toBe('你创建了群组');
    expect(i18next.t('groupEvent.upsert', { actor: 'Alice' })).toBe('Alice 创建了群组');
    expect(i18next.t('groupEvent.member_added', { actor: '林伟', target: 'Bob' })).toBe('林伟添加了 Bob');
  });

  it('stay inside a name and a text of somebody, and no mark of ours is left', async () => {
    await chinese();
    const text = i18next.t('groups.saidBy', { name: '林 伟', text: '明天 见\uFDD0\uFDD1' });
    expect(text).toBe('林 伟：明天 见');
    await changeLanguage('en');
    expect(i18next.t('groupEvent.member_added', { actor: '林伟', target: '小美' })).toBe('林伟 added 小美');
    expect(i18next.t('moderation.page.members', { count: 3 })).toBe('3 members');
    expect(i18next.t('groupEvent.upsert', { actor: '<b>&"x"</b>' })).toBe('<b>&"x"</b> made this group');
  });

  it('stand in lists of names as in texts', () => {
    expect(listInWords('zh-CN', ['林伟', '小美'])).toBe('林伟和小美');
    expect(listInWords('zh-CN', ['Alice', '小美', 'Bob'])).toBe('Alice、小美和 Bob');
    expect(listInWords('zh-CN', ['Alice', 'Bob'])).toBe('Alice 和 Bob');
    expect(listInWords('en', ['Alice', '小美', 'Bob'])).toBe('Alice, 小美, and Bob');
  });

  it('are decided for values side by side', () => {
    expect(settled(`${marked('林伟')} ${marked('小美')}`, 'zh-CN')).toBe('林伟小美');
    expect(settled(`${marked('林伟')} ${marked('Bob')}`, 'zh-CN')).toBe('林伟 Bob');
  });
});
