// @vitest-environment happy-dom
import { act, cleanup, renderHook, waitFor } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { usePages, type AskPage } from './use-pages';

afterEach(cleanup);

/** A list on the network, and what it was asked. */
function network(count: number, options: { readonly unreadable?: number } = {}) {
  const state = { rows: Array.from({ length: count }, (_, index) => `row ${index}`), failing: false };
  const asked: { offset: number; limit: number }[] = [];
  const ask: AskPage<string> = async (place) => {
    asked.push(place);
    await Promise.resolve();
    if (state.failing) throw new Error('the network is gone');
    const found = state.rows.slice(place.offset, place.offset + place.limit);
    return { rows: found.slice(options.unreadable ?? 0), total: state.rows.length };
  };
  return { state, asked, ask };
}

const same = (row: string): string => row;
const open = (ask: AskPage<string>) =>
  renderHook(({ revision }) => usePages(ask, same, revision), { initialProps: { revision: 0 } });
type Opened = ReturnType<typeof open>['result'];

async function more(result: Opened, expected: number): Promise<void> {
  act(() => result.current.loadMore());
  await waitFor(() => expect(result.current.rows).toHaveLength(expected));
}

describe('a list in pages', () => {
  it('goes on for as long as there is more, in questions of at most two hundred', async () => {
    const { ask, asked } = network(430);
    const { result } = open(ask);
    await waitFor(() => expect(result.current.rows).toHaveLength(50));
    expect(result.current).toMatchObject({ total: 430, more: true, error: null });
    for (const expected of [100, 150, 200, 250, 300, 350, 400]) await more(result, expected);
    expect(result.current.more).toBe(true);
    await more(result, 430);
    expect(result.current.more).toBe(false);
    expect(Math.max(...asked.map(({ limit }) => limit))).toBe(200);
    expect(new Set(result.current.rows).size).toBe(430);
  });

  it('reads as much again as is shown when something changed', async () => {
    const { ask, state } = network(300);
    const { result, rerender } = open(ask);
    await waitFor(() => expect(result.current.rows).toHaveLength(50));
    await more(result, 100);
    state.rows = ['a new one', ...state.rows];
    rerender({ revision: 1 });
    await waitFor(() => expect(result.current.rows?.[0]).toBe('a new one'));
    expect(result.current.rows).toHaveLength(100);
    expect(result.current.total).toBe(301);
  });

  it('does not end where rows of a page could not be read', async () => {
    const { ask } = network(120, { unreadable: 1 });
    const { result } = open(ask);
    await waitFor(() => expect(result.current.rows).toHaveLength(49));
    expect(result.current.more).toBe(true);
    await more(result, 99);
  });

  it('ends where nothing comes any more, whatever was counted', async () => {
    const ask: AskPage<string> = ({ offset }) =>
      Promise.resolve({ rows: offset === 0 ? ['the only one'] : [], total: 9_000 });
    const { result } = open(ask);
    await waitFor(() => expect(result.current.rows).toEqual(['the only one']));
    for (const again of [1, 2, 3, 4]) {
      expect(result.current.more, String(again)).toBe(true);
      act(() => result.current.loadMore());
      await waitFor(() => expect(result.current.busy).toBe(false));
    }
    expect(result.current.more).toBe(false);
  });

  it('keeps what was there when the next page does not come, and goes on from there', async () => {
    const { ask, state } = network(80);
    const { result } = open(ask);
    await waitFor(() => expect(result.current.rows).toHaveLength(50));
    state.failing = true;
    act(() => result.current.loadMore());
    await waitFor(() => expect(result.current.error).not.toBeNull());
    expect(result.current.rows).toHaveLength(50);
    expect(result.current.busy).toBe(false);
    state.failing = false;
    act(() => result.current.reload());
    await waitFor(() => expect(result.current.rows).toHaveLength(80));
    expect(result.current.error).toBeNull();
  });
});
