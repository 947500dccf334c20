import { describe, expect, it } from 'vitest';
import { errandOf, helpText } from './errands';

describe('what the warden is asked to do', () => {
  it.each([
    [
      'ask to join aun://group.aun.test/g-abcdef12',
      { kind: 'ask', invitation: 'aun://group.aun.test/g-abcdef12' },
    ],
    ['请申请加入 group.aun.test/g-abcdef12 好吗', { kind: 'ask', invitation: 'group.aun.test/g-abcdef12' }],
    [
      '申请加入aun://group.aun.test/g-abcdef12',
      { kind: 'ask', invitation: 'aun://group.aun.test/g-abcdef12' },
    ],
    ['Ask to join “My Team”.', { kind: 'ask', invitation: 'My Team' }],
    ['申请加入我们的群', { kind: 'ask', invitation: '我们的群' }],
    ['ask to join', { kind: 'ask', invitation: '' }],
    ['join by code ic-16df410242', { kind: 'code', invitation: 'ic-16df410242' }],
    ['用邀请码 ic-16df@aun.test 加入', { kind: 'code', invitation: 'ic-16df@aun.test' }],
    ['@warden please misbehave', { kind: 'misbehave' }],
    ['捣乱', { kind: 'misbehave' }],
    ['Flood!', { kind: 'flood' }],
    ['开始刷屏吧', { kind: 'flood' }],
    ['argue with the guide', { kind: 'argue' }],
    ['和向导吵架', { kind: 'argue' }],
    ['be promoted', { kind: 'promote' }],
    ['想当管理员', { kind: 'promote' }],
    ['mute me', { kind: 'mute' }],
    ['踢了我', { kind: 'kick' }],
    ['leave', { kind: 'leave' }],
    ['退出', { kind: 'leave' }],
    ['hello', { kind: 'help' }],
    ['帮助', { kind: 'help' }],
  ])('is read out of “%s”', (text, errand) => {
    expect(errandOf(text)).toEqual(errand);
  });

  it('is told in both languages, and every line of the help is understood', () => {
    for (const chinese of [false, true]) {
      const asked = helpText(chinese)
        .split(/\n|　|\s{2,}/u)
        .filter((line) => line.startsWith('•'));
      expect(asked.length).toBeGreaterThan(7);
      for (const line of asked) expect(errandOf(line).kind, line).not.toBe('help');
    }
  });
});
