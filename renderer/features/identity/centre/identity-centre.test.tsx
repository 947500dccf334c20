// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { Tooltip } from 'radix-ui';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Dialogs } from '../../../app/dialogs';
import { startTexts } from '../../../i18n';
import { useAccountsStore } from '../../../stores/accounts-store';
import { fakeInvoke } from '../../../stores/fake-invoke';
import { sampleAccount } from '../../../stores/samples';
import { identitySections, useViewStore } from '../../../stores/view-store';
import { openIdentity } from '../open-identity';

beforeEach(async () => {
  startTexts('en');
  fakeInvoke();
  useAccountsStore.setState({
    accounts: [sampleAccount({}, { attention: ['certificate_expiring', 'backup_missing'] })],
  });
  useViewStore.setState({ account: 'me.aun.test', dialog: null, dialogAbout: null });
  // It is read from disk when it is opened.
  await import('./identity-centre');
  openIdentity('me.aun.test', 'danger');
  render(
    <Tooltip.Provider>
      <Dialogs />
    </Tooltip.Provider>,
  );
  await screen.findByTestId('identity-danger');
});
afterEach(cleanup);

it('opens at the section that was asked for', () => {
  expect(screen.getByTestId('identity-danger')).toBeTruthy();
  expect(screen.getByRole('tab', { selected: true }).textContent).toContain('Sign out or remove');
});

it('goes through the sections with the arrow keys, around both ends', () => {
  const press = (key: string): void => {
    fireEvent.keyDown(screen.getByRole('tab', { selected: true }), { key });
  };
  press('ArrowDown');
  expect(screen.getByTestId('identity-profile')).toBeTruthy();
  press('ArrowUp');
  press('ArrowUp');
  expect(screen.getByTestId('identity-connection')).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByTestId('identity-tab-connection'));
});

it('marks the sections that deserve a look, in words too', () => {
  const marked = identitySections.filter((section) =>
    screen.getByTestId(`identity-tab-${section}`).textContent.includes('deserves a look'),
  );
  expect(marked).toEqual(['keys', 'backup']);
});

it('closes when the identity is taken out of the window', () => {
  act(() =>
    useAccountsStore.getState().applyBatch([{ event: 'account.removed', data: { account: 'me.aun.test' } }]),
  );
  expect(screen.queryByTestId('identity-dialog')).toBeNull();
  expect(useViewStore.getState().dialog).toBeNull();
});
