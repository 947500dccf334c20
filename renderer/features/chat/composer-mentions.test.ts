import { describe, expect, it } from 'vitest';
import { fittingMentions, mentionsIn, openMention } from './composer-mentions';

const lin = { aid: 'lin.aun.test', name: 'Lin Wei' };
const wei = { aid: 'wei.aun.test', name: '林伟' };

describe('an @ that is typed', () => {
  it('asks for a name at the start of a word only', () => {
    expect(openMention('Hi @li', 6)).toEqual({ start: 3, query: 'li' });
    expect(openMention('@', 1)).toEqual({ start: 0, query: '' });
    expect(openMention('mail a@b', 8)).toBeNull();
    expect(openMention('Hi @li there', 12)).toBeNull();
  });

  it('asks for a name right behind Chinese words, which have no blanks between them', () => {
    expect(openMention('请@林', 3)).toEqual({ start: 1, query: '林' });
  });

  it('fits names and addresses, those that begin with it first', () => {
    expect(fittingMentions([lin, wei], 'WEI')).toEqual([wei, lin]);
    expect(fittingMentions([lin, wei], '')).toEqual([lin, wei]);
    expect(fittingMentions([lin, wei], 'lin.')).toEqual([lin]);
  });
});

describe('names in a text', () => {
  it('are found where they stand, by name or by address', () => {
    const text = '@Lin Wei, please ask @wei.aun.test';
    expect(mentionsIn(text, [lin, wei])).toEqual([
      { aid: lin.aid, start: 0, end: 8 },
      { aid: wei.aid, start: 21, end: 34 },
    ]);
  });

  it('end where the word ends, and in Chinese right where the name ends', () => {
    expect(mentionsIn('@Lin Weiss', [lin])).toEqual([]);
    expect(mentionsIn('@林伟你好', [wei])).toEqual([{ aid: wei.aid, start: 0, end: 3 }]);
  });

  it('never overlap', () => {
    const long = { aid: 'a.aun.test', name: 'Lin Wei Jr' };
    expect(mentionsIn('@Lin Wei Jr', [lin, long])).toEqual([{ aid: long.aid, start: 0, end: 11 }]);
  });
});
