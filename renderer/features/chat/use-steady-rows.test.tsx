// @vitest-environment happy-dom
import { act, cleanup, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { useConversationsStore } from '../../stores/conversations-store';
import { sampleConversation } from '../../stores/samples';
import { steadyTime, useSteadyRows } from './use-steady-rows';

const me = 'me.aun.test';
const merge = (conversation: string, lastActivityAt: number): void =>
  useConversationsStore.getState().merge(me, [sampleConversation({ conversation, lastActivityAt })]);

function List({ held }: { readonly held: boolean }) {
  const rows = useConversationsStore((state) => state.lists[me]?.rows ?? []);
  const steady = useSteadyRows(me, rows, held);
  return <p data-testid="order">{steady.map(({ conversation }) => conversation[0]).join('')}</p>;
}

const wait = (time: number): void =>
  act(() => {
    vi.advanceTimersByTime(time);
  });
const order = (): string | null => screen.getByTestId('order').textContent;

beforeEach(() => {
  vi.useFakeTimers();
  useConversationsStore.setState({ lists: {} });
  merge('a.aun.test', 30);
  merge('b.aun.test', 20);
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

it('keeps the rows where they are while they are held, and new ones behind them, for a few seconds', () => {
  render(<List held />);
  wait(1);
  act(() => merge('b.aun.test', 40));
  act(() => merge('c.aun.test', 50));
  expect(order()).toBe('abc');
  wait(steadyTime);
  expect(order()).toBe('cba');
});

it('lets the rows go at once when nobody holds them', () => {
  const { rerender } = render(<List held />);
  wait(1);
  act(() => merge('b.aun.test', 40));
  expect(order()).toBe('ab');
  rerender(<List held={false} />);
  expect(order()).toBe('ba');
});
