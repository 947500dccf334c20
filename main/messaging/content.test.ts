import fc from 'fast-check';
import { expect, it } from 'vitest';
import { messageContentSchema } from '../../shared/model/message';
import { contentOf } from './content';

it('shows text, and text without a type', () => {
  expect(contentOf({ type: 'text', text: '你好' })).toEqual({ kind: 'text', text: '你好', format: 'plain' });
  expect(contentOf({ text: 'hi' })).toEqual({ kind: 'text', text: 'hi', format: 'plain' });
});

it('falls back to the texts that other types carry', () => {
  expect(contentOf({ type: 'image', attachments: [], alt: 'a cat' })).toEqual({
    kind: 'unsupported',
    type: 'image',
    text: 'a cat',
  });
});

it('shows something valid for every payload', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (payload) => {
      expect(messageContentSchema.safeParse(contentOf(payload)).success).toBe(true);
    }),
  );
});
