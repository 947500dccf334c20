// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { Tooltip } from 'radix-ui';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Account } from '../../../shared/model/account';
import { startTexts } from '../../i18n';
import { useAccountsStore } from '../../stores/accounts-store';
import { fakeInvoke } from '../../stores/fake-invoke';
import { useNoticesStore } from '../../stores/notices-store';
import { sampleAccount } from '../../stores/samples';
import { useViewStore } from '../../stores/view-store';
import { Rail } from './rail';
import { moved } from './use-account-order';

let bridge: ReturnType<typeof fakeInvoke>;

function identity(name: string, more: Partial<Account> = {}): Account {
  return { ...sampleAccount(), account: `${name}.aun.test`, ...more };
}

function shown(): (string | undefined)[] {
  return screen.getAllByTestId('rail-account').map((button) => button.dataset['account']);
}

beforeEach(() => {
  startTexts('en');
  bridge = fakeInvoke();
  useViewStore.setState({ account: 'anna.aun.test', dialog: null });
  useNoticesStore.setState({ notices: [] });
  useAccountsStore.setState({ accounts: [identity('anna'), identity('bert'), identity('cleo')] });
});
afterEach(cleanup);

function show(): void {
  render(
    <Tooltip.Provider>
      <Rail />
    </Tooltip.Provider>,
  );
}

function button(account: string): HTMLElement {
  const found = screen.getAllByTestId('rail-account').find((one) => one.dataset['account'] === account);
  if (found === undefined) throw new Error(`${account} is not in the rail`);
  return found;
}

describe('Rail', () => {
  it('moves an identity with Alt and an arrow, says where it is now, and stores the order', async () => {
    show();
    fireEvent.keyDown(button('anna.aun.test'), { key: 'ArrowDown', altKey: true });
    expect(shown()).toEqual(['bert.aun.test', 'anna.aun.test', 'cleo.aun.test']);
    expect(document.body.textContent).toContain('place 2 of 3');
    const call = bridge.next('account.reorder');
    expect(call.params).toEqual({ accounts: ['bert.aun.test', 'anna.aun.test', 'cleo.aun.test'] });
    await act(() => call.answer({ accounts: [identity('bert'), identity('anna'), identity('cleo')] }));
    expect(shown()).toEqual(['bert.aun.test', 'anna.aun.test', 'cleo.aun.test']);
  });

  it('keeps the keys that step through conversations away from the window while it moves one', () => {
    show();
    let heard = 0;
    const listen = (): void => {
      heard += 1;
    };
    window.addEventListener('keydown', listen);
    fireEvent.keyDown(button('anna.aun.test'), { key: 'ArrowDown', altKey: true });
    window.removeEventListener('keydown', listen);
    expect(heard).toBe(0);
  });

  it('goes back to the old order and says so when the new one can not be stored', async () => {
    show();
    fireEvent.keyDown(button('cleo.aun.test'), { key: 'ArrowUp', altKey: true });
    await act(() => bridge.next('account.reorder').fail('disk_full'));
    expect(shown()).toEqual(['anna.aun.test', 'bert.aun.test', 'cleo.aun.test']);
    expect(useNoticesStore.getState().notices).toHaveLength(1);
  });

  it('asks nobody when there is no place further up', () => {
    show();
    fireEvent.keyDown(button('anna.aun.test'), { key: 'ArrowUp', altKey: true });
    expect(bridge.calls).toHaveLength(0);
  });

  it('tells a screen reader the name, the state, what is muted and what deserves a look', () => {
    useAccountsStore.setState({
      accounts: [
        identity('anna', {
          displayName: 'Anna',
          notifications: 'none',
          attention: ['backup_missing'],
          unread: 3,
        }),
        identity('bert', { wantsOnline: false }),
      ],
    });
    show();
    expect(button('anna.aun.test').getAttribute('aria-label')).toBe(
      'Anna (anna.aun.test), online, muted, no backup yet, 3 unread messages',
    );
    expect(button('bert.aun.test').getAttribute('aria-label')).toContain('signed out');
  });

  it('opens the centre of the identity that is clicked twice', () => {
    show();
    fireEvent.doubleClick(button('bert.aun.test'));
    expect(useViewStore.getState()).toMatchObject({
      account: 'bert.aun.test',
      dialog: 'identity',
      dialogAbout: 'profile',
    });
  });

  it('mutes from the menu', async () => {
    show();
    fireEvent.contextMenu(button('bert.aun.test'));
    fireEvent.click(screen.getByRole('menuitem', { name: 'Mute' }));
    const call = bridge.next('account.update');
    expect(call.params).toEqual({ account: 'bert.aun.test', notifications: 'none' });
    await act(() => call.answer(identity('bert', { notifications: 'none' })));
    expect(button('bert.aun.test').getAttribute('aria-label')).toContain('muted');
  });
});

describe('moved', () => {
  it('puts one into its place and leaves the others in their order', () => {
    expect(moved(['a', 'b', 'c', 'd'], 'a', 2)).toEqual(['b', 'c', 'a', 'd']);
    expect(moved(['a', 'b', 'c'], 'c', 0)).toEqual(['c', 'a', 'b']);
    expect(moved(['a', 'b'], 'b', 9)).toEqual(['a', 'b']);
  });
});
