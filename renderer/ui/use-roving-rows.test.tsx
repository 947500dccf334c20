// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { useRef } from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import { useRovingRows } from './use-roving-rows';

afterEach(cleanup);

function List() {
  const container = useRef<HTMLDivElement>(null);
  const roving = useRovingRows(container, useRef(null), 3);
  return (
    <div ref={container} onKeyDown={roving.onKeyDown}>
      <div data-row={0} tabIndex={-1} data-testid="first">
        <input type="range" data-testid="slider" />
        <input type="radio" data-testid="choice" />
        <video controls data-testid="film" />
        <button data-testid="button">x</button>
        <input type="checkbox" data-testid="box" />
      </div>
      <div data-row={1} tabIndex={-1} data-testid="second" />
      <div data-row={2} tabIndex={-1} data-testid="third" />
    </div>
  );
}

/** Presses a key on something; whether the list took it. */
function taken(testId: string, key: string): boolean {
  return !fireEvent.keyDown(screen.getByTestId(testId), { key });
}

describe('keys in a list', () => {
  it.each(['first', 'button', 'box'])('move from row to row, also on %s', (testId) => {
    render(<List />);
    expect(taken(testId, 'ArrowDown')).toBe(true);
    expect(document.activeElement).toBe(screen.getByTestId('second'));
    expect(taken(testId, 'End')).toBe(true);
    expect(document.activeElement).toBe(screen.getByTestId('third'));
  });

  it.each(['slider', 'choice', 'film'])('belong to a %s, which has a use for them itself', (testId) => {
    render(<List />);
    for (const key of ['ArrowDown', 'ArrowUp', 'Home', 'End', 'PageUp', 'PageDown'])
      expect(taken(testId, key)).toBe(false);
  });
});
