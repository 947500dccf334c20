// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import { SearchBox } from './search-box';

afterEach(cleanup);

function Example(props: { readonly onEnter?: () => void }) {
  const [text, setText] = useState('');
  return (
    <>
      <SearchBox
        label="Search by name"
        value={text}
        onText={setText}
        rows=".rows"
        testId="box"
        {...(props.onEnter === undefined ? {} : { onEnter: props.onEnter })}
      />
      <ul className="rows">
        <li data-row="0" tabIndex={-1}>
          First of {text}
        </li>
        <li data-row="1" tabIndex={0}>
          Second
        </li>
      </ul>
    </>
  );
}

describe('a search box', () => {
  it('has a name for everybody and tells what is typed', () => {
    render(<Example />);
    const field = screen.getByLabelText('Search by name');
    expect(field.getAttribute('placeholder')).toBe('Search by name');
    fireEvent.change(field, { target: { value: 'lin' } });
    expect(screen.getByText('First of lin')).toBeTruthy();
  });

  it('leads with the arrow down to the row that the tab key would reach', () => {
    render(<Example />);
    fireEvent.keyDown(screen.getByTestId('box'), { key: 'ArrowDown' });
    expect(document.activeElement?.textContent).toBe('Second');
  });

  it('accepts with Enter, but not while an input method is at work', () => {
    let accepted = 0;
    render(<Example onEnter={() => (accepted += 1)} />);
    const field = screen.getByTestId('box');
    field.focus();
    fireEvent.keyDown(field, { key: 'Enter', isComposing: true });
    fireEvent.keyDown(field, { key: 'ArrowDown', isComposing: true });
    expect(accepted).toBe(0);
    expect(document.activeElement).toBe(field);
    fireEvent.keyDown(field, { key: 'Enter' });
    expect(accepted).toBe(1);
  });
});
