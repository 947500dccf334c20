// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { Tooltip } from 'radix-ui';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTexts } from '../../i18n';
import { fakeInvoke, settle } from '../../stores/fake-invoke';
import { usePeopleStore } from '../../stores/people-store';
import { useViewStore, type PeopleDialogName } from '../../stores/view-store';
import { PeopleDialogs } from './people-dialogs';

const names: readonly string[] = ['person', 'verify', 'people', 'share', 'certificate', 'open-link'];

function isPeopleDialog(name: string | null): name is PeopleDialogName {
  return name !== null && names.includes(name);
}

function Dialogs() {
  const dialog = useViewStore((state) => state.dialog);
  if (!isPeopleDialog(dialog)) return null;
  return <PeopleDialogs name={dialog} onClose={() => useViewStore.getState().showDialog(null)} />;
}

async function go(dialog: PeopleDialogName, about: string | null): Promise<void> {
  act(() => useViewStore.getState().showDialog(dialog, about));
  await screen.findByTestId(`${dialog}-dialog`);
}

async function close(): Promise<void> {
  await act(async () => {
    fireEvent.click(screen.getByRole('button', { name: 'Close' }));
    await settle();
  });
}

function shown(): readonly (string | null)[] {
  const { dialog, dialogAbout } = useViewStore.getState();
  return [dialog, dialogAbout];
}

beforeEach(() => {
  startTexts('en');
  fakeInvoke();
  usePeopleStore.setState({ contacts: {}, profiles: {} });
  useViewStore.setState({ account: 'me.aun.test', dialog: null, dialogAbout: null });
  render(
    <Tooltip.Provider>
      <Dialogs />
    </Tooltip.Provider>,
  );
});
afterEach(cleanup);

it('leads back to where a dialog was opened from, step by step', async () => {
  await go('people', null);
  await go('person', 'lin.aun.test');
  await go('verify', 'lin.aun.test');
  await close();
  expect(shown()).toEqual(['person', 'lin.aun.test']);
  await close();
  expect(shown()).toEqual(['people', null]);
  await close();
  expect(shown()).toEqual([null, null]);
});

it('forgets the way when everything was closed', async () => {
  await go('person', 'lin.aun.test');
  await go('certificate', 'lin.aun.test');
  act(() => useViewStore.getState().showDialog(null));
  await go('share', 'lin.aun.test');
  await close();
  expect(shown()).toEqual([null, null]);
});

it('does not come back to a link that was answered', async () => {
  await go('open-link', 'lin.aun.test');
  await go('person', 'lin.aun.test');
  await close();
  expect(shown()).toEqual([null, null]);
});

it('leaves them all behind when a message is to be written', async () => {
  await go('people', null);
  await go('person', 'lin.aun.test');
  fireEvent.click(screen.getByTestId('person-write'));
  expect(shown()).toEqual([null, null]);
});
