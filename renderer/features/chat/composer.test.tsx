// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { Tooltip } from 'radix-ui';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTexts } from '../../i18n';
import { fakeInvoke } from '../../stores/fake-invoke';
import { sampleAccount, sampleConversation } from '../../stores/samples';
import { useComposerStore } from '../../stores/composer-store';
import { Composer } from './composer';

let bridge: ReturnType<typeof fakeInvoke>;

function field(): HTMLTextAreaElement {
  const found = screen.getByTestId('composer');
  if (!(found instanceof HTMLTextAreaElement)) throw new Error('the composer is not a text area');
  return found;
}

function show(): void {
  render(
    <Tooltip.Provider>
      <Composer account={sampleAccount()} conversation={sampleConversation()} />
    </Tooltip.Provider>,
  );
}

function type(text: string): void {
  fireEvent.change(field(), { target: { value: text } });
}

beforeEach(() => {
  startTexts('en');
  bridge = fakeInvoke();
  useComposerStore.setState({ drafts: {} });
});

afterEach(cleanup);

describe('Composer', () => {
  it('sends on Enter and is empty at once', () => {
    show();
    type('hello');
    fireEvent.keyDown(field(), { key: 'Enter', keyCode: 13 });
    expect(bridge.next('message.send').params).toMatchObject({ text: 'hello' });
    expect(field().value).toBe('');
  });

  it('does not send on the Enter that belongs to a Chinese composition', () => {
    show();
    fireEvent.compositionStart(field());
    type('ni hao');
    fireEvent.keyDown(field(), { key: 'Enter', keyCode: 13, isComposing: true });
    fireEvent.keyDown(field(), { key: 'Enter', keyCode: 229 });
    fireEvent.compositionEnd(field());
    expect(bridge.calls.map(({ command }) => command)).not.toContain('message.send');
    fireEvent.keyDown(field(), { key: 'Enter', keyCode: 13 });
    expect(bridge.next('message.send').params).toMatchObject({ text: 'ni hao' });
  });

  it('leaves Shift+Enter to the field', () => {
    show();
    type('one');
    const handled = !fireEvent.keyDown(field(), { key: 'Enter', keyCode: 13, shiftKey: true });
    expect(handled).toBe(false);
    expect(bridge.calls.map(({ command }) => command)).not.toContain('message.send');
  });

  it('shows why a message was not sent and has its text again', async () => {
    show();
    type('hello');
    fireEvent.keyDown(field(), { key: 'Enter', keyCode: 13 });
    await act(() => bridge.next('message.send').fail('disk_full'));
    expect(screen.getByTestId('composer-error').textContent).toContain('The disk is full');
    expect(field().value).toBe('hello');
  });

  it('refuses a text that is too long and says so', () => {
    show();
    type('中'.repeat(240_000));
    expect(screen.getByTestId('send')).toHaveProperty('disabled', true);
    fireEvent.keyDown(field(), { key: 'Enter', keyCode: 13 });
    expect(bridge.calls.map(({ command }) => command)).not.toContain('message.send');
    expect(document.body.textContent).toContain('too long');
  });

  it('names the identity that writes', () => {
    show();
    expect(screen.getByLabelText('Writing as me.aun.test')).toBeTruthy();
  });
});
