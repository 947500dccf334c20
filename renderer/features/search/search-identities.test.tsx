// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { Tooltip } from 'radix-ui';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTexts } from '../../i18n';
import { useAccountsStore } from '../../stores/accounts-store';
import { fakeInvoke } from '../../stores/fake-invoke';
import { sampleAccount } from '../../stores/samples';
import { useSearchStore } from '../../stores/search-store';
import { useViewStore } from '../../stores/view-store';
import { SearchField } from './search-field';

const [home, work, club] = ['home.aun.test', 'work.aun.test', 'club.aun.test'];
let bridge: ReturnType<typeof fakeInvoke>;

beforeEach(() => {
  startTexts('en');
  bridge = fakeInvoke();
  useSearchStore.getState().chooseIdentities(null);
  useSearchStore.getState().clear();
  useViewStore.setState({ query: '' });
});
afterEach(cleanup);

function show(identities: readonly string[]): void {
  useAccountsStore.setState({ accounts: identities.map((account) => sampleAccount({}, { account })) });
  render(
    <Tooltip.Provider>
      <SearchField account={home} />
    </Tooltip.Provider>,
  );
  fireEvent.change(screen.getByTestId('search'), { target: { value: 'plan' } });
}

/** Waits until the next search is asked, and says in which identities. */
async function asked(): Promise<unknown> {
  const isAsked = (): boolean => bridge.calls.some(({ command }) => command === 'message.search');
  await waitFor(() => expect(isAsked()).toBe(true), { timeout: 20_000 });
  const { params } = bridge.next('message.search');
  bridge.next('conversation.find');
  return params;
}

async function openChoice(): Promise<void> {
  const chip = await screen.findByTestId('search-identities', undefined, { timeout: 20_000 });
  chip.focus();
  act(() => void fireEvent.keyDown(chip, { key: 'Enter' }));
  await screen.findAllByRole('menuitemcheckbox');
}

const option = (name: string): HTMLElement =>
  screen.getByRole('menuitemcheckbox', { name: new RegExp(name) });

describe('in which identities is searched', () => {
  it('is not asked where there is one', async () => {
    show([home]);
    await screen.findByTestId('filter-image', undefined, { timeout: 20_000 });
    expect(screen.queryByTestId('search-identities')).toBeNull();
  });

  it('are all of them, until some are chosen by keyboard', async () => {
    show([home, work, club]);
    expect(await asked()).toMatchObject({ accounts: [home, work, club] });
    await openChoice();
    expect(screen.getByTestId('search-identities').textContent).toContain('All identities');
    expect(option('All identities').getAttribute('aria-checked')).toBe('true');

    fireEvent.keyDown(option(work), { key: 'Enter' });
    expect(await asked()).toMatchObject({ accounts: [work] });
    // The list stays open for the next one.
    expect(option(work).getAttribute('aria-checked')).toBe('true');
    expect(option('All identities').getAttribute('aria-checked')).toBe('false');
    fireEvent.keyDown(option(club), { key: ' ' });
    expect(await asked()).toMatchObject({ accounts: [work, club] });
    expect(screen.getByTestId('search-identities').textContent).toContain('2 identities');

    fireEvent.keyDown(option('All identities'), { key: 'Enter' });
    expect(await asked()).toMatchObject({ accounts: [home, work, club] });
  });

  it('are all again when the last chosen one is let go, or is gone from this computer', async () => {
    show([home, work, club]);
    await asked();
    await openChoice();
    fireEvent.keyDown(option(work), { key: 'Enter' });
    expect(await asked()).toMatchObject({ accounts: [work] });
    fireEvent.keyDown(option(work), { key: 'Enter' });
    expect(await asked()).toMatchObject({ accounts: [home, work, club] });
    fireEvent.keyDown(option(club), { key: 'Enter' });
    expect(await asked()).toMatchObject({ accounts: [club] });
    act(() =>
      useAccountsStore.setState({ accounts: [home, work].map((account) => sampleAccount({}, { account })) }),
    );
    expect(await asked()).toMatchObject({ accounts: [home, work] });
  });
});
