import { describe, expect, it } from 'vitest';
import { balance } from './ledger';

describe('the balance of a chaos run', () => {
  it('is even when everything is there once and in order', () => {
    expect(balance(['a', 'b', 'c'], ['a', 'b', 'c'])).toEqual({ lost: 0, doubled: 0, disordered: 0 });
  });

  it('counts what is missing, what is there twice and what stands wrong', () => {
    expect(balance(['a', 'b', 'c'], ['a', 'c'])).toEqual({ lost: 1, doubled: 0, disordered: 0 });
    expect(balance(['a', 'b', 'c'], ['a', 'b', 'b', 'c'])).toEqual({ lost: 0, doubled: 1, disordered: 0 });
    expect(balance(['a', 'b', 'c'], ['a', 'c', 'b'])).toEqual({ lost: 0, doubled: 0, disordered: 1 });
  });
});
