// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTexts } from '../../i18n';
import { en } from '../../i18n/en';
import { useConversationsStore } from '../../stores/conversations-store';
import { fakeInvoke } from '../../stores/fake-invoke';
import { usePresenceStore } from '../../stores/presence-store';
import { sampleConversation, sampleMessage } from '../../stores/samples';
import { DeliveryTrouble } from './delivery-trouble';

const me = 'me.aun.test';
const nobody = 'nobody.aun.test';
let bridge: ReturnType<typeof fakeInvoke>;

beforeEach(() => {
  startTexts('en');
  bridge = fakeInvoke();
  usePresenceStore.setState({ online: {} });
  useConversationsStore
    .getState()
    .merge(me, [sampleConversation({ conversation: nobody, security: 'no_keys' })]);
});
afterEach(cleanup);

function show(stateReason: string) {
  const message = sampleMessage(7, 0, { conversation: nobody, own: true, state: 'failed', stateReason });
  render(<DeliveryTrouble account={me} name="Nobody" message={message} state="failed" />);
  return screen.getByTestId('delivery-trouble');
}

it('says of an address nobody has what can be done, and of one somebody has taken since that it can go', async () => {
  const trouble = show('recipient_unknown');
  expect(trouble.textContent).toContain(en.unknownAddress.nobody);
  act(() =>
    usePresenceStore
      .getState()
      .applyBatch([{ event: 'presence.changed', data: { account: me, online: { [nobody]: true } } }]),
  );
  expect(trouble.textContent).toContain(en.unknownAddress.somebody);
  // Whoever took the name may be somebody else than was meant: it goes when the user says so, under its old id.
  expect(bridge.calls).toEqual([]);
  fireEvent.click(screen.getByTestId('message-retry'));
  expect(bridge.next('message.retry').params).toEqual({ account: me, id: 7 });
});

it('knows from published keys, too, that somebody has the address now', () => {
  const trouble = show('recipient_unknown');
  act(() =>
    useConversationsStore
      .getState()
      .merge(me, [sampleConversation({ conversation: nobody, security: 'encrypted' })]),
  );
  expect(trouble.textContent).toContain(en.unknownAddress.somebody);
});

it('says of any other failure why it failed', () => {
  expect(show('storage_full').textContent).toContain(en.errors.storage_full);
});
