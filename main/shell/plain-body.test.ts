import { expect, it } from 'vitest';
import { plainBody } from './plain-body';

it('makes markup of a message plain where the system would draw it', () => {
  expect(plainBody('<img src="http://x"> a & b', 'linux')).toBe('‹img src="http://x"› a & b');
  expect(plainBody('a < b', 'darwin')).toBe('a < b');
});
