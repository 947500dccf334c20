import { expect, it } from 'vitest';
import { readStateReason } from './state-reason';

it('reads a wait reason and an error code', () => {
  expect(readStateReason('queued', 'recipient_without_keys')).toEqual({
    kind: 'wait',
    reason: 'recipient_without_keys',
  });
  expect(readStateReason('failed', 'message_too_large')).toEqual({
    kind: 'error',
    code: 'message_too_large',
  });
});

it('has words for a reason it does not know', () => {
  expect(readStateReason('queued', 'from the future')).toEqual({ kind: 'wait', reason: 'retrying' });
  expect(readStateReason('failed', null)).toEqual({ kind: 'error', code: 'internal' });
});
