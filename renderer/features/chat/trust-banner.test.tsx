// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { Tooltip } from 'radix-ui';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Conversation } from '../../../shared/model/conversation';
import type { Contact } from '../../../shared/model/people';
import { startTexts } from '../../i18n';
import { fakeInvoke } from '../../stores/fake-invoke';
import { usePeopleStore } from '../../stores/people-store';
import { sampleAccount, sampleContact, sampleConversation } from '../../stores/samples';
import { useViewStore } from '../../stores/view-store';
import { ChatHeader } from './chat-header';
import { Composer } from './composer';
import { TrustBanner } from './trust-banner';

const me = 'me.aun.test';
const newKey = `sha256:${'bb'.repeat(32)}`;
const keyChange = {
  at: new Date(new Date().getFullYear(), 4, 12, 9, 41).getTime(),
  previousKey: `sha256:${'aa'.repeat(32)}`,
  newKey,
  accepted: false,
};
let bridge: ReturnType<typeof fakeInvoke>;

async function show(security: Conversation['security'], contact: Partial<Contact> = {}): Promise<void> {
  const conversation = sampleConversation({ security });
  render(
    <Tooltip.Provider>
      <ChatHeader account={me} conversation={conversation} />
      <TrustBanner account={me} conversation={conversation} />
      <Composer account={sampleAccount()} conversation={conversation} />
    </Tooltip.Provider>,
  );
  await act(() => bridge.next('contact.get').answer(sampleContact(contact)));
}

function line(): string {
  return screen.getByTestId('security-line').textContent;
}

beforeEach(() => {
  startTexts('en');
  bridge = fakeInvoke();
  usePeopleStore.setState({ contacts: {}, profiles: {} });
  useViewStore.setState({ account: me, dialog: null, dialogAbout: null });
});
afterEach(cleanup);

describe('security line', () => {
  it.each([
    ['encrypted', 'Encrypted · not yet verified'],
    ['verified', 'Encrypted · verified'],
    ['revoked', 'Certificate revoked: nothing is sent'],
    ['certificate_unusable', 'Certificate can’t be used now: nothing is sent'],
  ] as const)('says "%s" in one sentence', async (security, words) => {
    await show(security);
    expect(line()).toBe(words);
  });

  it('says when the keys changed', async () => {
    await show('keys_changed', { trust: 'changed', keyChange });
    expect(line()).toContain('May 12');
  });
});

describe('TrustBanner', () => {
  it.each(['encrypted', 'verified', 'unknown', 'no_keys'] as const)(
    'is not there for "%s"',
    async (security) => {
      await show(security);
      expect(screen.queryByTestId('trust-banner')).toBeNull();
    },
  );

  it('says what changed and when, and leads to the comparison', async () => {
    await show('keys_changed', { trust: 'changed', keyChange });
    const banner = screen.getByTestId('trust-banner');
    expect(banner.textContent).toContain('Lin Wei’s keys changed on May 12 09:41');
    expect(banner.textContent).toContain('bbbb');
    fireEvent.click(screen.getByTestId('trust-compare'));
    expect(useViewStore.getState()).toMatchObject({ dialog: 'verify', dialogAbout: 'lin.aun.test' });
  });

  it('goes on with the key that was shown, at once where nobody had been verified', async () => {
    await show('keys_changed', { trust: 'changed', keyChange });
    fireEvent.click(screen.getByTestId('trust-accept'));
    const call = bridge.next('contact.acceptKeys');
    expect(call.params).toEqual({ account: me, aid: 'lin.aun.test', key: newKey });
    await act(() => call.answer(sampleContact({ trust: 'seen', keyFingerprint: newKey })));
    expect(usePeopleStore.getState().contacts[`${me} lin.aun.test`]?.keyFingerprint).toBe(newKey);
  });

  it('asks once more before it goes on with somebody who had been verified', async () => {
    await show('keys_changed', { trust: 'changed_after_verification', keyChange });
    expect(screen.getByTestId('trust-banner').textContent).toContain('You had verified Lin Wei');
    fireEvent.click(screen.getByTestId('trust-accept'));
    expect(bridge.calls.map(({ command }) => command)).not.toContain('contact.acceptKeys');
    expect(screen.getByRole('alert').textContent).toContain('Go on without comparing?');
    fireEvent.click(screen.getByTestId('trust-accept-anyway'));
    expect(bridge.next('contact.acceptKeys').params['key']).toBe(newKey);
  });

  it('takes the question back when the key changes once more while it is asked', async () => {
    await show('keys_changed', { trust: 'changed_after_verification', keyChange });
    fireEvent.click(screen.getByTestId('trust-accept'));
    const next = { ...keyChange, newKey: `sha256:${'cc'.repeat(32)}` };
    act(() =>
      usePeopleStore
        .getState()
        .merge([sampleContact({ trust: 'changed_after_verification', keyChange: next })]),
    );
    expect(screen.queryByTestId('trust-accept-anyway')).toBeNull();
  });

  it('accepts no key before it knows which one', async () => {
    await show('keys_changed', { trust: 'changed', keyChange: null });
    expect(screen.getByTestId('trust-accept')).toHaveProperty('disabled', true);
  });

  it('says why when going on was refused', async () => {
    await show('keys_changed', { trust: 'changed', keyChange });
    fireEvent.click(screen.getByTestId('trust-accept'));
    await act(() => bridge.next('contact.acceptKeys').fail('not_found'));
    expect(screen.getByRole('alert').textContent).toContain('It was not found');
  });

  it.each([
    ['revoked', 'was revoked'],
    ['certificate_unusable', 'can’t be used now'],
  ] as const)('leads to the certificate for "%s"', async (security, words) => {
    await show(security);
    expect(screen.getByTestId('trust-banner').textContent).toContain(words);
    fireEvent.click(screen.getByTestId('trust-certificate'));
    expect(useViewStore.getState()).toMatchObject({ dialog: 'certificate', dialogAbout: 'lin.aun.test' });
  });

  it('lets the user decide about the new key of somebody whose certificate was revoked', async () => {
    await show('revoked', { trust: 'revoked', keyChange });
    expect(screen.getByTestId('trust-banner').textContent).toContain('was revoked, and they have a new key');
    fireEvent.click(screen.getByTestId('trust-accept'));
    expect(bridge.next('contact.acceptKeys').params['key']).toBe(newKey);
  });

  it('speaks of the authority, not of the key, where only that is another', async () => {
    await show('keys_changed', {
      trust: 'issuer_changed',
      keyChange: { ...keyChange, newKey: keyChange.previousKey },
    });
    const words = screen.getByTestId('trust-banner').textContent;
    expect(words).toContain('comes from a different authority now');
    expect(words).not.toContain('What changed');
    expect(screen.getByTestId('trust-accept').textContent).toBe('Go on with this certificate');
  });

  it('leaves the composer open: what is written waits', async () => {
    await show('revoked');
    fireEvent.change(screen.getByTestId('composer'), { target: { value: 'for later' } });
    fireEvent.keyDown(screen.getByTestId('composer'), { key: 'Enter', keyCode: 13 });
    expect(bridge.next('message.send').params).toMatchObject({ text: 'for later' });
  });
});
