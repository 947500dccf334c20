// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { Tooltip } from 'radix-ui';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Contact } from '../../../shared/model/people';
import { startTexts } from '../../i18n';
import { fakeInvoke } from '../../stores/fake-invoke';
import { usePeopleStore } from '../../stores/people-store';
import { sampleContact } from '../../stores/samples';
import { useViewStore } from '../../stores/view-store';
import { PeopleDialog } from './people-dialog';

const people = [
  sampleContact({ aid: 'builder.aun.test', title: 'Builder', kind: 'agent' }),
  sampleContact({ trust: 'verified', verifiedAt: 1 }),
  sampleContact({ aid: 'omar.aun.test', title: 'Omar', trust: 'changed' }),
];
let bridge: ReturnType<typeof fakeInvoke>;

async function show(contacts: readonly Contact[] = people): Promise<void> {
  render(
    <Tooltip.Provider>
      <PeopleDialog account="me.aun.test" onClose={() => undefined} />
    </Tooltip.Provider>,
  );
  await act(() => bridge.next('contact.list').answer({ contacts }));
}

/** Without a layout only the row that Tab reaches is drawn: the first. */
function firstRow(): string | undefined {
  return screen.queryAllByTestId('person-row')[0]?.textContent;
}

function count(): string {
  return document.querySelector('.dialog p[role="status"]')?.textContent ?? '';
}

beforeEach(() => {
  startTexts('en');
  bridge = fakeInvoke();
  usePeopleStore.setState({ contacts: {}, profiles: {} });
  useViewStore.setState({ account: 'me.aun.test', dialog: 'people', dialogAbout: null });
});
afterEach(cleanup);

describe('PeopleDialog', () => {
  it('lists everybody an identity knows and opens the one that is chosen', async () => {
    await show();
    expect(count()).toBe('3 people');
    expect(firstRow()).toContain('Builderagent');
    fireEvent.click(screen.getAllByTestId('person-row')[0] ?? document.body);
    expect(useViewStore.getState()).toMatchObject({ dialog: 'person', dialogAbout: 'builder.aun.test' });
  });

  it('shows only the verified when told to', async () => {
    await show();
    fireEvent.click(screen.getByRole('radio', { name: 'Verified' }));
    expect(count()).toBe('1 person');
    expect(firstRow()).toContain('Lin Wei');
  });

  it('finds by name and by address', async () => {
    await show();
    fireEvent.change(screen.getByTestId('people-search'), { target: { value: 'OMAR.aun' } });
    expect(count()).toBe('1 person');
    expect(firstRow()).toContain('Keys changed');
    fireEvent.change(screen.getByTestId('people-search'), { target: { value: 'zzz' } });
    expect(document.body.textContent).toContain('Nobody matches “zzz”');
  });

  it('drops somebody from the verified as soon as the mark is gone', async () => {
    await show();
    fireEvent.click(screen.getByRole('radio', { name: 'Verified' }));
    act(() => usePeopleStore.getState().merge([sampleContact({ trust: 'seen' })]));
    expect(document.body.textContent).toContain('Nobody verified yet');
  });

  it('says what would be here when nobody is', async () => {
    await show([]);
    expect(document.body.textContent).toContain('People and agents you write with are listed here.');
  });
});
