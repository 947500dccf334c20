import { useRef, useState, type PointerEvent } from 'react';
import { orderAccounts, useAccountsStore } from '../../stores/accounts-store';
import { invoke, toCommandError } from '../../stores/bridge';
import { useNoticesStore } from '../../stores/notices-store';

/** How far the pointer moves (px) before a press becomes a drag. */
const threshold = 6;

/** The order with one account moved to a place; the same list when nothing changes. */
export function moved(order: readonly string[], account: string, to: number): readonly string[] {
  const from = order.indexOf(account);
  const place = Math.max(0, Math.min(order.length - 1, to));
  if (from < 0 || from === place) return order;
  const others = order.filter((candidate) => candidate !== account);
  return [...others.slice(0, place), account, ...others.slice(place)];
}

/** Shows an order at once and stores it; it goes back when it can't be stored. */
export function storeOrder(order: readonly string[]): void {
  const { accounts, replaceAll } = useAccountsStore.getState();
  if (accounts === null) return;
  replaceAll(orderAccounts(accounts, order));
  invoke('account.reorder', { accounts: [...order] }).then(
    (answer) => replaceAll(answer.accounts),
    (reason: unknown) => {
      replaceAll(
        orderAccounts(
          useAccountsStore.getState().accounts ?? [],
          accounts.map((account) => account.account),
        ),
      );
      useNoticesStore.getState().showError(toCommandError(reason));
    },
  );
}

interface Drag {
  readonly account: string;
  readonly startY: number;
  /** Past the threshold: it is a drag, no click. */
  readonly moving: boolean;
}

/** Index of the list item whose middle is nearest to a height of the window. */
function placeAt(list: HTMLElement, y: number): number {
  const middles = [...list.children].map((item) => {
    const box = item.getBoundingClientRect();
    return Math.abs(box.top + box.height / 2 - y);
  });
  return middles.indexOf(Math.min(...middles));
}

/** Dragging the identities of the rail into another order. While one is dragged, `order` shows where it would be. */
export function useAccountOrder(accounts: readonly string[]) {
  const [order, setOrder] = useState<readonly string[] | null>(null);
  const [dragged, setDragged] = useState<string | null>(null);
  const drag = useRef<Drag | null>(null);
  const clickSwallowed = useRef(false);

  const onPointerDown = (account: string, down: PointerEvent<HTMLElement>): void => {
    clickSwallowed.current = false;
    if (down.button === 0) drag.current = { account, startY: down.clientY, moving: false };
  };
  const onPointerMove = (list: HTMLElement, move: PointerEvent<HTMLElement>): void => {
    const current = drag.current;
    if (current === null) return;
    if (!current.moving) {
      if (Math.abs(move.clientY - current.startY) < threshold) return;
      list.setPointerCapture(move.pointerId);
      drag.current = { ...current, moving: true };
      setDragged(current.account);
    }
    setOrder((shown) => moved(shown ?? accounts, current.account, placeAt(list, move.clientY)));
  };
  const end = (keep: boolean): void => {
    const current = drag.current;
    drag.current = null;
    setDragged(null);
    setOrder(null);
    if (current?.moving !== true) return;
    clickSwallowed.current = true;
    if (keep && order !== null && order.join(' ') !== accounts.join(' ')) storeOrder(order);
  };

  return {
    order: order ?? accounts,
    dragged,
    onPointerDown,
    onPointerMove,
    onPointerUp: () => end(true),
    onPointerCancel: () => end(false),
    /** Whether the click that follows belongs to a drag that has just ended. */
    isDragClick: (): boolean => clickSwallowed.current,
  };
}
