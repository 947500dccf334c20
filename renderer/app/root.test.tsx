// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { Tooltip } from 'radix-ui';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTexts } from '../i18n';
import { useAccountsStore } from '../stores/accounts-store';
import { useAppStore } from '../stores/app-store';
import { fakeInvoke } from '../stores/fake-invoke';
import { sampleAccount } from '../stores/samples';
import { useViewStore } from '../stores/view-store';
import { Root } from './root';

const vault = {
  backend: 'file',
  protected: true,
  locked: false,
  passphraseSet: false,
  systemStore: null,
};
let bridge: ReturnType<typeof fakeInvoke>;

function show(): void {
  render(
    <Tooltip.Provider>
      <Root />
    </Tooltip.Provider>,
  );
}

beforeEach(() => {
  startTexts('en');
  bridge = fakeInvoke();
  useAppStore.setState({ vault });
  useAccountsStore.setState({ accounts: [] });
  useViewStore.setState({ account: null, conversations: {}, dialog: null });
});
afterEach(() => {
  vi.useRealTimers();
  cleanup();
});

describe('Root', () => {
  it('keeps a newcomer in the welcome while the new identity is only half made', async () => {
    show();
    await screen.findByTestId('create-identity');
    vi.useFakeTimers();
    fireEvent.click(screen.getByTestId('create-identity'));
    fireEvent.change(screen.getByTestId('name'), { target: { value: 'lin_wei' } });
    act(() => {
      vi.advanceTimersByTime(400);
    });
    await act(() => bridge.next('network.checkName').answer({ aid: 'x', available: true, suggestions: [] }));
    fireEvent.click(screen.getByTestId('create'));
    act(() => useAccountsStore.getState().merge(sampleAccount({ state: 'authenticating' })));
    expect(screen.getByTestId('creating')).toBeTruthy();
    await act(() => bridge.next('account.create').answer(sampleAccount()));
    expect(screen.getByTestId('shell')).toBeTruthy();
    expect(screen.getByTestId('own-aid').textContent).toBe('me.aun.test');
  });

  it('asks for the passphrase before anything else and opens with it', async () => {
    useAppStore.setState({ vault: { ...vault, backend: 'passphrase', passphraseSet: true, locked: true } });
    useAccountsStore.setState({ accounts: null });
    show();
    fireEvent.change(await screen.findByTestId('passphrase'), { target: { value: 'wrong' } });
    fireEvent.click(screen.getByTestId('unlock'));
    await act(() => bridge.next('vault.unlock').fail('vault_wrong_passphrase'));
    expect(document.body.textContent).toContain('That is not the passphrase');
    fireEvent.change(screen.getByTestId('passphrase'), { target: { value: 'right' } });
    fireEvent.click(screen.getByTestId('unlock'));
    await act(() =>
      bridge.next('vault.unlock').answer({ ...vault, backend: 'passphrase', passphraseSet: true }),
    );
    await act(() => bridge.next('account.list').answer({ accounts: [sampleAccount()] }));
    expect(screen.getByTestId('shell')).toBeTruthy();
  });

  it('shows the identity of before after unlocking, though another one is told of first', async () => {
    const other = sampleAccount({}, { account: 'other.aun.test' });
    useAppStore.setState({ vault: { ...vault, passphraseSet: true } });
    useAccountsStore.setState({ accounts: [other, sampleAccount()] });
    useViewStore.setState({ account: 'me.aun.test' });
    show();
    const lock = (locked: boolean): void =>
      act(() => useAppStore.setState({ vault: { ...vault, passphraseSet: true, locked } }));
    lock(true);
    lock(false);
    act(() => useAccountsStore.getState().merge(other));
    expect(useViewStore.getState().account).toBeNull();
    await act(() => bridge.next('account.list').answer({ accounts: [other, sampleAccount()] }));
    expect(useViewStore.getState().account).toBe('me.aun.test');
  });

  it('offers a passphrase when the computer does not protect keys', async () => {
    useAppStore.setState({ vault: { ...vault, protected: false } });
    useAccountsStore.setState({ accounts: [sampleAccount()] });
    useViewStore.setState({ account: 'me.aun.test' });
    show();
    fireEvent.click(screen.getByRole('button', { name: 'Set a passphrase' }));
    expect(await screen.findByTestId('passphrase-dialog')).toBeTruthy();
  });

  it('shows a calm screen with choices when the database is damaged', async () => {
    useAccountsStore.setState({
      accounts: [sampleAccount({ state: 'blocked', blocked: 'database_damaged' })],
    });
    useViewStore.setState({ account: 'me.aun.test' });
    show();
    const trouble = await screen.findByTestId('trouble-database');
    expect(trouble.textContent).toContain('untouched');
    fireEvent.click(screen.getByRole('button', { name: 'Show data folder' }));
    expect(bridge.next('app.showDataFolder')).toBeTruthy();
  });

  it('forgets everything it knew when the vault is locked, whoever locked it', async () => {
    useAppStore.setState({ vault: { ...vault, passphraseSet: true }, jobs: {} });
    useAccountsStore.setState({ accounts: [sampleAccount()] });
    useViewStore.setState({ account: 'me.aun.test', dialog: 'settings', query: 'secret' });
    show();
    act(() =>
      useAppStore.getState().applyBatch([
        {
          event: 'vault.changed',
          data: { account: null, vault: { ...vault, passphraseSet: true, locked: true } },
        },
      ]),
    );
    expect(await screen.findByTestId('locked')).toBeTruthy();
    expect(useAccountsStore.getState().accounts).toBeNull();
    expect(useViewStore.getState()).toMatchObject({ account: null, dialog: null, query: '' });
  });

  it('locks with Ctrl+L, also out of a dialog, but only where there is a passphrase', () => {
    useAccountsStore.setState({ accounts: [sampleAccount()] });
    useViewStore.setState({ account: 'me.aun.test', dialog: 'settings' });
    show();
    fireEvent.keyDown(window, { key: 'l', ctrlKey: true });
    expect(bridge.calls.some((call) => call.command === 'vault.lock')).toBe(false);
    act(() => useAppStore.setState({ vault: { ...vault, passphraseSet: true } }));
    fireEvent.keyDown(window, { key: 'l', ctrlKey: true });
    expect(bridge.next('vault.lock')).toBeTruthy();
  });

  it('shows another identity when the chosen one is taken out, and the welcome after the last', async () => {
    const other = sampleAccount({}, { account: 'other.aun.test' });
    useAccountsStore.setState({ accounts: [sampleAccount(), other] });
    useViewStore.setState({ account: 'me.aun.test' });
    show();
    const remove = (account: string): void =>
      act(() => useAccountsStore.getState().applyBatch([{ event: 'account.removed', data: { account } }]));
    remove('me.aun.test');
    expect(useViewStore.getState().account).toBe('other.aun.test');
    remove('other.aun.test');
    expect(await screen.findByTestId('create-identity')).toBeTruthy();
  });
});
