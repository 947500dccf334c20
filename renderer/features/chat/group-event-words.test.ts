// @vitest-environment happy-dom
import { beforeAll, describe, expect, it } from 'vitest';
import i18next from 'i18next';
import { groupActions } from '../../../shared/aun/group-actions';
import { startTexts } from '../../i18n';
import { zhCn } from '../../i18n/zh-cn';
import { sampleMessage } from '../../stores/samples';
import type { Message } from '../../../shared/model/message';
import { eventLines, eventWords, namesTogether, type GroupEventContent } from './group-event-words';

const me = 'me.aun.test';
const lin = 'lin.aun.test';
const titles: Readonly<Record<string, string>> = {
  [lin]: 'Lin',
  'bob.aun.test': 'Bob',
  'eve.aun.test': 'Eve',
};
const nameOf = (aid: string): string => titles[aid] ?? aid;

let next = 1;
function event(more: Partial<GroupEventContent>): Message {
  const id = next++;
  return sampleMessage(id, 1_000_000 + id, {
    conversation: 'group.aun.test/g-room1',
    content: {
      kind: 'group_event',
      action: 'member_added',
      actor: lin,
      target: 'bob.aun.test',
      values: {},
      signature: 'verified',
      ...more,
    },
  });
}

function words(messages: readonly Message[], language = 'en'): string[] {
  const names = { account: me, language, nameOf };
  return eventLines(messages).map((line) => eventWords(i18next.getFixedT(language), line, names));
}

beforeAll(() => {
  startTexts('en');
  i18next.addResourceBundle('zh-CN', 'translation', zhCn);
});

describe('lines about what happened in a group', () => {
  it('say who did what to whom, and speak to the reader as you', () => {
    expect(words([event({})])).toEqual(['Lin added Bob']);
    expect(words([event({ target: me })])).toEqual(['Lin added you']);
    expect(words([event({ actor: me })])).toEqual(['You added Bob']);
    expect(words([event({ action: 'member_left', actor: me, target: me })])).toEqual(['You left']);
    expect(words([event({ action: 'role_changed', values: { role: 'admin' } })])).toEqual([
      'Lin made Bob an admin',
    ]);
    expect(words([event({ actor: null })])).toEqual(['Somebody added Bob']);
  });

  it('have words in both languages for every action, and never show its raw name', () => {
    for (const action of groupActions)
      for (const language of ['en', 'zh-CN']) {
        const [line = ''] = words([event({ action })], language);
        if (action.includes('_')) expect(line, action).not.toContain(action);
        expect(line, action).not.toContain('groupEvent');
        if (language === 'zh-CN') expect(line, action).toMatch(/\p{Script=Han}/u);
      }
  });

  it('tell an action of a later version by its name, cut and without anything that could fool the eye', () => {
    const [line = ''] = words([event({ action: `badge\u202e_granted${'x'.repeat(500)}` })]);
    expect(line).toContain('badge');
    expect(line).not.toContain('\u202e');
    expect(line.length).toBeLessThan(120);
  });

  it('put those who were added by one hand one after the other into one line, and count the many', () => {
    const many = ['bob', 'eve', 'ann', 'tom', 'ina', 'leo'].map((name) =>
      event({ target: `${name}.aun.test` }),
    );
    expect(words(many)).toEqual(['Lin added Bob, Eve, ann.aun.test and 3 others']);
    expect(words(many.slice(0, 2))).toEqual(['Lin added Bob and Eve']);
  });

  it('keep apart what another hand did, and what carries no good signature', () => {
    expect(words([event({}), event({ actor: me, target: 'eve.aun.test' })])).toHaveLength(2);
    expect(words([event({}), event({ target: 'eve.aun.test', signature: 'unsigned' })])).toHaveLength(2);
    expect(words([event({ action: 'rules_updated' }), event({ action: 'rules_updated' })])).toHaveLength(2);
  });

  it('join several who came by themselves', () => {
    const came = [lin, 'bob.aun.test'].map((aid) => event({ action: 'joined', actor: aid, target: aid }));
    expect(words(came)).toEqual(['Lin and Bob joined']);
  });

  it('tell until when somebody may not write, and why', () => {
    const until = new Date(2026, 4, 12, 18, 30).getTime();
    const [line] = words([
      event({ action: 'member_banned', values: { until: String(until), reason: 'advertising' } }),
    ]);
    expect(line).toContain('18:30');
    expect(line).toContain('Reason: advertising');
    expect(words([event({ action: 'member_banned', values: { until: 'soon' } })])).toEqual(['Lin muted Bob']);
  });
});

describe('names in one line', () => {
  it('are all named up to four, and counted beyond three', () => {
    const t = i18next.getFixedT('en');
    expect(namesTogether(t, 'en', ['a', 'b', 'c', 'd'])).toBe('a, b, c, and d');
    expect(namesTogether(t, 'en', ['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c and 2 others');
  });
});
