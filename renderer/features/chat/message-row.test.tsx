// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { Tooltip } from 'radix-ui';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Message } from '../../../shared/model/message';
import { startTexts } from '../../i18n';
import { en } from '../../i18n/en';
import { useComposerStore } from '../../stores/composer-store';
import { fakeInvoke } from '../../stores/fake-invoke';
import { sampleMessage } from '../../stores/samples';
import { timelineKey } from '../../stores/timeline-store';
import { MessageRow } from './message-row';

let bridge: ReturnType<typeof fakeInvoke>;
const at = new Date(2026, 4, 12, 9, 41).getTime();

function show(message: Message): void {
  render(
    <Tooltip.Provider>
      <MessageRow
        account="me.aun.test"
        name="Lin Wei"
        message={message}
        index={0}
        first
        last
        highlighted={false}
        active
      />
    </Tooltip.Provider>,
  );
}

beforeEach(() => {
  startTexts('en');
  bridge = fakeInvoke();
});
afterEach(cleanup);

describe('MessageRow', () => {
  it('names the sender, the time and the words for screen readers', () => {
    show(sampleMessage(1, at));
    expect(screen.getByLabelText('Lin Wei, 09:41: text 1')).toBeTruthy();
  });

  it.each(['queued', 'sending', 'sent', 'delivered', 'failed'] as const)('says "%s" in words', (state) => {
    show(sampleMessage(1, at, { own: true, state }));
    expect(screen.getByRole('img', { name: en.state[state] })).toBeTruthy();
  });

  it('says why a message waits, with the name of the recipient', () => {
    show(sampleMessage(1, at, { own: true, state: 'queued', stateReason: 'recipient_without_keys' }));
    expect(screen.getByTestId('delivery-trouble').textContent).toContain(
      'Lin Wei has not set up encryption yet',
    );
  });

  it('sends a failed message again under its old id', () => {
    show(sampleMessage(7, at, { own: true, state: 'failed', stateReason: 'message_too_large' }));
    expect(document.body.textContent).toContain(en.errors.message_too_large);
    fireEvent.click(screen.getByTestId('message-retry'));
    expect(bridge.next('message.retry').params).toEqual({ account: 'me.aun.test', id: 7 });
  });

  it('takes a waiting message back into the composer', async () => {
    show(sampleMessage(7, at, { own: true, state: 'queued', stateReason: 'offline' }));
    fireEvent.click(screen.getByTestId('message-edit'));
    await act(() => bridge.next('message.cancel').answer({ text: 'once more' }));
    const key = timelineKey('me.aun.test', 'lin.aun.test');
    expect(useComposerStore.getState().drafts[key]?.text).toBe('once more');
  });

  it('explains a message that cannot be read yet and asks again', async () => {
    const content = { kind: 'undecryptable', reason: 'prekey_missing', detail: 'x', retrying: true } as const;
    show(sampleMessage(1, at, { content }));
    expect(document.body.textContent).toContain(en.unreadable.prekey_missing);
    fireEvent.click(screen.getByRole('button', { name: en.message.heal }));
    await act(() => bridge.next('message.heal').answer({ healed: 0, remaining: 1 }));
  });

  it('shows the raw envelope of an unreadable message', async () => {
    const content = {
      kind: 'undecryptable',
      reason: 'prekey_missing',
      detail: 'x',
      retrying: false,
    } as const;
    show(sampleMessage(1, at, { content }));
    fireEvent.click(screen.getByRole('button', { name: 'Details' }));
    await act(() => bridge.next('message.raw').answer({ json: '{"type":"e2ee.encrypted"}' }));
    expect(screen.getByTestId('raw-dialog').textContent).toContain('"type": "e2ee.encrypted"');
  });

  it('opens an address only through the application', () => {
    show(
      sampleMessage(1, at, {
        content: { kind: 'text', text: 'see https://example.org/a', format: 'plain', mentions: [] },
      }),
    );
    const handled = !fireEvent.click(screen.getByRole('link', { name: 'https://example.org/a' }));
    expect(handled).toBe(true);
    expect(bridge.next('app.openLink').params).toEqual({ url: 'https://example.org/a' });
  });

  it('replaces a message that cannot be drawn by a line and reports it', () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const broken = sampleMessage(1, at, { own: true, state: 'sent' });
    Object.defineProperty(broken, 'forwardSecret', {
      get: () => {
        throw new Error('cannot be drawn');
      },
    });
    show(broken);
    expect(document.body.textContent).toContain(en.chat.broken);
    expect(bridge.next('app.reportError').params['message']).toContain('cannot be drawn');
  });
});
