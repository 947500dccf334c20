// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { Tooltip } from 'radix-ui';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { VaultStatus } from '../../../shared/model/settings';
import { startTexts } from '../../i18n';
import { useAppStore } from '../../stores/app-store';
import { fakeInvoke, settle } from '../../stores/fake-invoke';
import { LockPanel } from './lock-panel';
import { LockedScreen } from './locked-screen';
import { VaultPanel } from './vault-panel';

const protectedVault: VaultStatus = {
  backend: 'gnome_libsecret',
  protected: true,
  locked: false,
  passphraseSet: false,
  systemStore: 'GNOME Keyring',
};
const withPassphrase: VaultStatus = { ...protectedVault, backend: 'passphrase', passphraseSet: true };
let bridge: ReturnType<typeof fakeInvoke>;

beforeEach(() => {
  startTexts('en');
  bridge = fakeInvoke();
  useAppStore.setState({ vault: withPassphrase });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

function show(what: 'vault' | 'lock' | 'locked'): void {
  render(
    <Tooltip.Provider>
      {what === 'vault' ? <VaultPanel /> : what === 'lock' ? <LockPanel /> : <LockedScreen />}
    </Tooltip.Provider>,
  );
}

/** A wrong passphrase after which one has to wait. */
async function failWithWait(milliseconds: number): Promise<void> {
  const original = window.parley;
  const error = { code: 'vault_wrong_passphrase', message: '', retryable: true };
  Object.defineProperty(window, 'parley', {
    value: {
      invoke: () =>
        Promise.reject(Object.assign(new Error(), error, { detail: { retryAfterMs: milliseconds } })),
      onEvents: () => () => undefined,
      answeredByTest: true,
    },
    configurable: true,
  });
  fireEvent.change(screen.getByTestId('passphrase'), { target: { value: 'wrong' } });
  fireEvent.click(screen.getByTestId('unlock'));
  await act(settle);
  Object.defineProperty(window, 'parley', { value: original, configurable: true });
}

describe('VaultPanel', () => {
  it('says in words what protects the keys', () => {
    useAppStore.setState({ vault: protectedVault });
    show('vault');
    expect(screen.getByTestId('vault-status').textContent).toContain('protected by GNOME Keyring');
    cleanup();
    useAppStore.setState({ vault: { ...protectedVault, protected: false, systemStore: null } });
    show('vault');
    expect(screen.getByTestId('vault-status').textContent).toContain('Whoever can read your files');
  });

  it('changes the passphrase against the present one', async () => {
    show('vault');
    fireEvent.click(screen.getByTestId('passphrase-change-open'));
    fireEvent.change(screen.getByTestId('passphrase-current'), { target: { value: 'the old one' } });
    fireEvent.change(screen.getByTestId('passphrase-new'), { target: { value: 'the new one' } });
    fireEvent.change(screen.getByTestId('passphrase-repeat'), { target: { value: 'the new one' } });
    fireEvent.submit(screen.getByTestId('passphrase-change'));
    const call = bridge.next('vault.changePassphrase');
    expect(call.params).toEqual({ current: 'the old one', passphrase: 'the new one' });
    await act(() => call.answer(withPassphrase));
    expect(screen.queryByTestId('passphrase-change')).toBeNull();
  });

  it('does not offer to remove a passphrase where nothing else would protect the keys', () => {
    useAppStore.setState({ vault: { ...withPassphrase, systemStore: null } });
    show('vault');
    expect(screen.queryByTestId('passphrase-remove-open')).toBeNull();
    expect(screen.getByTestId('vault-status').textContent).toContain('so the passphrase stays');
  });
});

describe('LockPanel', () => {
  it('can not lock what could not be opened again', () => {
    useAppStore.setState({ vault: protectedVault });
    show('lock');
    expect(screen.queryByTestId('lock-now')).toBeNull();
  });

  it('locks now', () => {
    show('lock');
    fireEvent.click(screen.getByTestId('lock-now'));
    expect(bridge.next('vault.lock')).toBeTruthy();
  });

  it('stores when to lock by itself', () => {
    show('lock');
    fireEvent.click(screen.getByRole('radio', { name: '15 min' }));
    expect(bridge.next('app.settings.set').params).toEqual({ autoLockMinutes: 15 });
    fireEvent.click(screen.getByTestId('lock-on-suspend'));
    expect(bridge.next('app.settings.set').params).toEqual({ lockOnSuspend: true });
  });
});

describe('LockedScreen', () => {
  it('counts down after too many wrong passphrases and takes no other before the end', async () => {
    vi.useFakeTimers();
    show('locked');
    await failWithWait(8000);
    expect(screen.getByTestId('retry-wait').textContent).toContain('8 seconds');
    expect(screen.getByTestId('unlock')).toHaveProperty('disabled', true);
    fireEvent.change(screen.getByTestId('passphrase'), { target: { value: 'right' } });
    fireEvent.submit(screen.getByTestId('unlock'));
    expect(bridge.calls).toHaveLength(0);
    act(() => {
      vi.advanceTimersByTime(5000);
    });
    expect(screen.getByTestId('retry-wait').textContent).toContain('3 seconds');
    act(() => {
      vi.advanceTimersByTime(3500);
    });
    expect(screen.queryByTestId('retry-wait')).toBeNull();
    fireEvent.click(screen.getByTestId('unlock'));
    expect(bridge.next('vault.unlock').params).toEqual({ passphrase: 'right' });
  });
});
