import { expect, it } from 'vitest';
import { fingerprintGroups } from './fingerprint';

it('groups a fingerprint by four and drops the name of the hash', () => {
  const groups = fingerprintGroups(`sha256:${'ABCD1234'.repeat(8)}`);
  expect(groups).toHaveLength(16);
  expect(groups[0]).toBe('abcd');
});
