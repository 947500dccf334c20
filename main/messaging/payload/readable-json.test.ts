import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readableJson } from './readable-json';

it('is the JSON of a value, indented', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      const expected = JSON.stringify(value, null, 2);
      if (expected.length < 20_000) expect(JSON.parse(readableJson(value))).toEqual(JSON.parse(expected));
    }),
  );
  const value = { a: [1, 'x', null, true], b: {}, c: [] };
  expect(readableJson(value)).toBe(JSON.stringify(value, null, 2));
});

it('stops where it is long or deep, however much there is', () => {
  expect(readableJson('x'.repeat(1_000_000)).length).toBeLessThanOrEqual(20_001);
  expect(readableJson(Array.from({ length: 1_000_000 }, () => 'word')).length).toBeLessThanOrEqual(20_001);
  let deep: unknown = 'end';
  for (let level = 0; level < 100_000; level += 1) deep = [deep];
  expect(readableJson(deep)).toMatch(/^(\s*\[){16}\s*…(\s*\]){16}$/);
  expect(readableJson(undefined)).toBe('null');
});

it('never shows the key of a file or what opens a stream', () => {
  const value = {
    attachments: [{ object_key: 'att/1', enc: { key: 'k3y', iv: '1v' } }],
    data: { pull_url: 'https://x/', pull_token: 't0ken', push_token: 't0ken', tokens: 7 },
  };
  const text = readableJson(value);
  expect(text).not.toMatch(/k3y|1v|t0ken/);
  expect(JSON.parse(text)).toMatchObject({
    attachments: [{ object_key: 'att/1', enc: '•••' }],
    data: { pull_url: 'https://x/', tokens: 7 },
  });
});
