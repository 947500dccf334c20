import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { canonicalJson } from './canonical-json';

const vectors = z
  .object({ canonical_json: z.array(z.object({ value: z.json(), canonical_utf8: z.string() })).min(1) })
  .parse(JSON.parse(readFileSync(join(__dirname, '../../e2e/vectors/e2ee-v1.json'), 'utf8')));

it('reproduces the published vectors', () => {
  for (const vector of vectors.canonical_json) {
    expect(canonicalJson(vector.value, 'null')).toBe(vector.canonical_utf8);
  }
});

it('treats an absent value as the two serialisers of the wire do', () => {
  expect(canonicalJson({ b: undefined, a: 1 }, 'null')).toBe('{"a":1,"b":null}');
  expect(canonicalJson({ b: undefined, a: 1 }, 'drop')).toBe('{"a":1}');
});

it('refuses a number that JSON cannot carry', () => {
  expect(() => canonicalJson({ n: Number.NaN })).toThrow(RangeError);
});
