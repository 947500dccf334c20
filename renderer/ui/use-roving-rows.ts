import { useCallback, useState, type KeyboardEvent, type RefObject } from 'react';
import type { VirtualizerHandle } from 'virtua';

/** Frames to wait for a row to be drawn before the focus gives up on it. */
const patience = 10;

function focusWhenDrawn(container: HTMLElement, index: number, frames: number): void {
  const row = container.querySelector<HTMLElement>(`[data-row="${index}"]`);
  if (row !== null) row.focus({ preventScroll: true });
  else if (frames > 0) requestAnimationFrame(() => focusWhenDrawn(container, index, frames - 1));
}

/** What has a use of its own for arrows, Home and End: sliders, choices, fields, films. */
const usesArrows = 'input:not([type="checkbox"]), textarea, select, video';

function nextIndex(key: string, index: number, count: number): number | null {
  switch (key) {
    case 'ArrowDown':
      return index + 1;
    case 'ArrowUp':
      return index - 1;
    case 'PageDown':
      return index + 8;
    case 'PageUp':
      return index - 8;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}

/**
 * Arrow keys in a virtual list: one row is the one Tab reaches, arrows move it. Rows carry `data-row` with their index.
 * `accepts` tells which rows can have the focus; the nearest in the direction of travel is taken.
 */
export function useRovingRows(
  container: RefObject<HTMLElement | null>,
  list: RefObject<VirtualizerHandle | null>,
  count: number,
  accepts: (index: number) => boolean = () => true,
) {
  const [active, setActive] = useState<number | null>(null);

  const focusRow = useCallback(
    (index: number) => {
      setActive(index);
      list.current?.scrollToIndex(index, { align: 'nearest' });
      if (container.current !== null) focusWhenDrawn(container.current, index, patience);
    },
    [container, list],
  );

  const onKeyDown = (key: KeyboardEvent<HTMLElement>): void => {
    if (key.altKey || key.ctrlKey || key.metaKey || count === 0) return;
    if (key.target instanceof Element && key.target.matches(usesArrows)) return;
    const target = key.target instanceof Element ? key.target.closest('[data-row]') : null;
    const from = target === null ? null : Number(target.getAttribute('data-row'));
    const wanted = nextIndex(key.key, from ?? (key.key === 'ArrowUp' ? count : -1), count);
    if (wanted === null) return;
    const backwards = key.key === 'ArrowUp' || key.key === 'PageUp' || key.key === 'End';
    let index = Math.max(0, Math.min(count - 1, wanted));
    while (index >= 0 && index < count && !accepts(index)) index += backwards ? -1 : 1;
    if (index < 0 || index >= count) return;
    key.preventDefault();
    focusRow(index);
  };

  return { active, setActive, focusRow, onKeyDown };
}
