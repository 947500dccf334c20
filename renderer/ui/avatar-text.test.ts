import { expect, it } from 'vitest';
import { hueOf, initials } from './avatar-text';

it('takes the last two Chinese characters of a name', () => {
  expect(initials('张小美')).toBe('小美');
  expect(initials('林伟 Lin Wei')).toBe('林伟');
});

it('takes the first letters of two words', () => {
  expect(initials('Hana Kim')).toBe('HK');
  expect(initials('builder')).toBe('BU');
  expect(initials('lin_wei.agentid.pub')).toBe('LW');
});

it('does not cut an emoji in two and has something for an empty name', () => {
  expect(initials('😀😀😀')).toBe('😀😀');
  expect(initials('  ')).toBe('?');
});

it('gives an address the same hue every time', () => {
  expect(hueOf('a.aun.test')).toBe(hueOf('a.aun.test'));
  expect(hueOf('a.aun.test')).not.toBe(hueOf('b.aun.test'));
});
