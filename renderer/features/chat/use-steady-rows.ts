import { useEffect, useMemo, useState } from 'react';
import type { Conversation } from '../../../shared/model/conversation';
import { useConversationsStore } from '../../stores/conversations-store';

/** How long rows keep their places under a hand before they take their new ones, in ms. */
export const steadyTime = 4000;

/** The rows in an earlier order, as they are now; what was not there then stands behind them. */
export function inOrder(rows: readonly Conversation[], order: readonly string[]): readonly Conversation[] {
  const places = new Map(order.map((id, index) => [id, index]));
  const placeOf = (row: Conversation): number => places.get(row.conversation) ?? order.length;
  return [...rows].sort((first, second) => placeOf(first) - placeOf(second));
}

/**
 * Rows that do not move under the pointer or the focus while many messages come in: they change where they stand, and
 * take their new places every few seconds, or at once when nobody holds them.
 * @param key Key of the list in the store.
 */
export function useSteadyRows(
  key: string,
  rows: readonly Conversation[],
  held: boolean,
): readonly Conversation[] {
  const [order, setOrder] = useState<readonly string[] | null>(null);
  useEffect(() => {
    if (!held) return;
    const take = (): void =>
      setOrder(useConversationsStore.getState().lists[key]?.rows.map((row) => row.conversation) ?? null);
    const first = setTimeout(take, 0);
    const timer = setInterval(take, steadyTime);
    return () => {
      clearTimeout(first);
      clearInterval(timer);
      setOrder(null);
    };
  }, [held, key]);
  return useMemo(() => (held && order !== null ? inOrder(rows, order) : rows), [held, order, rows]);
}
