// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { Tooltip } from 'radix-ui';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Contact } from '../../../shared/model/people';
import { startTexts } from '../../i18n';
import { fakeInvoke } from '../../stores/fake-invoke';
import { usePeopleStore } from '../../stores/people-store';
import { sampleContact } from '../../stores/samples';
import { VerifyDialog } from './verify-dialog';

const me = 'me.aun.test';
const lin = 'lin.aun.test';
const peerKey = `sha256:${'aa'.repeat(32)}`;
const code = `aun-verify:1?a=${lin}&ka=${'aa'.repeat(32)}&b=${me}&kb=${'cc'.repeat(32)}`;
const number = {
  groups: Array.from({ length: 12 }, (_, index) => String(index * 1111).padStart(5, '0')),
  qr: `aun-verify:1?a=${me}&ka=${'cc'.repeat(32)}&b=${lin}&kb=${'aa'.repeat(32)}`,
  ownKey: `sha256:${'cc'.repeat(32)}`,
  peerKey,
};
let bridge: ReturnType<typeof fakeInvoke>;

async function show(contact: Partial<Contact> = {}, about = lin): Promise<void> {
  render(
    <Tooltip.Provider>
      <VerifyDialog account={me} about={about} onClose={() => undefined} />
    </Tooltip.Provider>,
  );
  await act(() => bridge.next('contact.get').answer(sampleContact(contact)));
  // The key of the contact has become known, so the number was asked for anew.
  bridge.calls.splice(0, bridge.calls.length - 1);
  await act(() => bridge.next('contact.safetyNumber').answer(number));
}

beforeEach(() => {
  startTexts('en');
  bridge = fakeInvoke();
  usePeopleStore.setState({ contacts: {}, profiles: {} });
});
afterEach(cleanup);

describe('VerifyDialog', () => {
  it('shows twelve groups of five digits and reads them digit by digit', async () => {
    await show();
    const groups = screen.getByTestId('safety-number').children;
    expect(groups).toHaveLength(12);
    expect(groups[1]?.querySelector('[aria-hidden]')?.textContent).toBe('01111');
    expect(groups[1]?.querySelector('.visually-hidden')?.textContent).toBe('0 1 1 1 1, ');
    expect(screen.getByRole('group', { name: 'Safety number' })).toBeTruthy();
  });

  it('shows the code as a picture with a name, drawn without any address of data', async () => {
    await show();
    const picture = screen.getByRole('img', { name: 'QR code of this safety number' });
    expect(picture.querySelector('path.qr-code__ink')?.getAttribute('d')).toMatch(/^M\d+ \d+h\d+v1H\d+z/);
    expect(picture.outerHTML).not.toContain('data:');
  });

  it('marks as verified the key whose number was compared', async () => {
    await show();
    fireEvent.click(screen.getByTestId('numbers-match'));
    const call = bridge.next('contact.verify');
    expect(call.params).toEqual({ account: me, aid: lin, key: peerKey });
    await act(() =>
      call.answer(sampleContact({ trust: 'verified', verifiedAt: Date.now(), verifiedBy: 'manual' })),
    );
    expect(screen.getByTestId('verified-mark').textContent).toContain('by comparing the number');
    expect(screen.queryByTestId('numbers-match')).toBeNull();
  });

  it('says what to do when the numbers differ, and marks nothing', async () => {
    await show();
    fireEvent.click(screen.getByTestId('numbers-differ-button'));
    const words = screen.getByRole('alert').textContent;
    expect(words).toContain(me);
    expect(words).toContain(lin);
    expect(words).toContain('Nothing was marked as verified');
    expect(bridge.calls.map(({ command }) => command)).not.toContain('contact.verify');
    fireEvent.click(screen.getByRole('button', { name: 'Look at the number again' }));
    expect(screen.getByTestId('safety-number')).toBeTruthy();
  });

  it('checks the text of the code on the other screen', async () => {
    await show();
    fireEvent.change(screen.getByTestId('code-text'), { target: { value: ` ${code}\n` } });
    fireEvent.click(screen.getByTestId('code-check'));
    expect(bridge.next('contact.verify').params).toEqual({ account: me, aid: lin, key: peerKey, qr: code });
  });

  it('treats a code that does not fit like numbers that differ', async () => {
    await show();
    fireEvent.change(screen.getByTestId('code-text'), { target: { value: code } });
    fireEvent.click(screen.getByTestId('code-check'));
    await act(() => bridge.next('contact.verify').fail('safety_number_differs'));
    expect(screen.getByTestId('numbers-differ')).toBeTruthy();
  });

  it.each([
    ['hello', 'This is not the text of a verification code.'],
    [code.replace(`a=${lin}`, 'a=omar.aun.test'), 'This code belongs to omar.aun.test, not to lin.aun.test.'],
  ])('does not send the text "%s"', async (text, words) => {
    await show();
    fireEvent.change(screen.getByTestId('code-text'), { target: { value: text } });
    expect(screen.getByTestId('verify-dialog').textContent).toContain(words);
    expect(screen.getByTestId('code-check')).toHaveProperty('disabled', true);
  });

  it('opens with a code that was pasted elsewhere', async () => {
    await show({}, code);
    expect(screen.getByTestId('code-text')).toHaveProperty('value', code);
    expect(screen.getByTestId('code-check')).toHaveProperty('disabled', false);
  });

  it('takes the mark away', async () => {
    await show({ trust: 'verified', verifiedAt: 5, verifiedBy: 'qr' });
    expect(screen.getByTestId('verified-mark').textContent).toContain('with their code');
    fireEvent.click(screen.getByTestId('unverify'));
    await act(() => bridge.next('contact.unverify').answer(sampleContact({ trust: 'seen' })));
    expect(screen.queryByTestId('verified-mark')).toBeNull();
    expect(screen.getByTestId('numbers-match')).toBeTruthy();
  });

  it('asks for the number again when the key changes while it is compared', async () => {
    await show();
    const keyFingerprint = `sha256:${'dd'.repeat(32)}`;
    act(() => usePeopleStore.getState().merge([sampleContact({ keyFingerprint })]));
    await act(() =>
      bridge
        .next('contact.safetyNumber')
        .answer({ ...number, peerKey: keyFingerprint, groups: [...number.groups].reverse() }),
    );
    fireEvent.click(screen.getByTestId('numbers-match'));
    expect(bridge.next('contact.verify').params['key']).toBe(keyFingerprint);
  });

  it('explains that there is no number before both sides have keys', async () => {
    render(
      <Tooltip.Provider>
        <VerifyDialog account={me} about={lin} onClose={() => undefined} />
      </Tooltip.Provider>,
    );
    await act(() => bridge.next('contact.safetyNumber').fail('not_found'));
    await act(() => bridge.next('contact.get').fail('not_found'));
    expect(screen.getByTestId('verify-dialog').textContent).toContain('No key of lin.aun.test is known yet');
  });
});
