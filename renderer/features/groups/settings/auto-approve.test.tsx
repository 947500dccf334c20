// @vitest-environment happy-dom
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../../dev/fake-data';
import { change, log } from '../../../dev/fake-groups-change';
import { stateOf } from '../../../dev/fake-groups-data';
import { releaseRoom, seminar } from '../../../dev/fake-groups-samples';
import { beginGroupTest, endGroupTest, openSection } from '../../../dev/group-page-test';

beforeEach(beginGroupTest);
afterEach(endGroupTest);

const stored = ['^[^.]+\\.release-team\\.org$', '^deploy-helper\\.agentid\\.pub$'];
const words = (): readonly (string | null)[] =>
  screen.queryAllByTestId('pattern').map(({ textContent }) => textContent);
const type = (text: string): void => {
  fireEvent.change(screen.getByTestId('pattern-text'), { target: { value: text } });
};
const save = (): void => {
  fireEvent.click(screen.getByTestId('join-save'));
};

describe('who is let in without a decision', () => {
  it('is said in words, and only where requests are decided on', async () => {
    await openSection('settings');
    await screen.findByTestId('auto-approve');
    expect(words()).toEqual(['Everybody at release-team.org', 'Only deploy-helper.agentid.pub']);
    expect(screen.getByTestId('join-save')).toHaveProperty('disabled', true);
    fireEvent.click(screen.getByTestId('join-invite_only'));
    expect(screen.queryByTestId('auto-approve')).toBeNull();
  });

  it('is saved together with the rest, with both ends of the address, and can be put back', async () => {
    const engine = await openSection('settings');
    await screen.findByTestId('auto-approve');
    type('Team-*.example.com');
    fireEvent.keyDown(screen.getByTestId('pattern-text'), { key: 'Enter' });
    fireEvent.click(screen.getByRole('button', { name: 'Take out: Only deploy-helper.agentid.pub' }));
    expect(words()).toEqual(['Everybody at release-team.org', 'Every address like team-*.example.com']);
    expect(engine.sent.some(({ command }) => command === 'group.setJoin')).toBe(false);
    save();
    const state = stateOf(main, releaseRoom);
    await waitFor(() => expect(state.autoApprove).toEqual([stored[0], '^team-[^.]*\\.example\\.com$']));
    fireEvent.click(await screen.findByTestId('undo'));
    await waitFor(() => expect(state.autoApprove).toEqual(stored));
    await waitFor(() => expect(words()).toContain('Only deploy-helper.agentid.pub'));
  });

  it('stays as the network has it when only something else is changed', async () => {
    const engine = await openSection('settings');
    await screen.findByTestId('auto-approve');
    fireEvent.change(screen.getByTestId('join-question'), { target: { value: 'Who are you?' } });
    save();
    await waitFor(() => expect(stateOf(main, releaseRoom).group.joinQuestion).toBe('Who are you?'));
    const sent = engine.sent.find(({ command }) => command === 'group.setJoin');
    expect(sent?.params).not.toHaveProperty('autoApprove');
  });

  it('says what is wrong with a pattern, and takes none twice', async () => {
    await openSection('settings');
    const place = await screen.findByTestId('auto-approve');
    type('anna');
    fireEvent.click(screen.getByTestId('pattern-add'));
    expect(within(place).getByRole('status').textContent).toContain('neither a whole address');
    type('*.release-team.org');
    fireEvent.click(screen.getByTestId('pattern-add'));
    expect(within(place).getByRole('status').textContent).toContain('in the list already');
    expect(words()).toHaveLength(2);
  });

  it('is read anew when somebody else has changed it', async () => {
    const engine = await openSection('settings');
    await screen.findByTestId('auto-approve');
    stateOf(main, releaseRoom).autoApprove = [];
    act(() => log(main, releaseRoom, 'join_requirements_updated'));
    await waitFor(() => expect(words()).toEqual([]));
    expect(screen.getByText('Nobody comes in without a decision.')).toBeTruthy();
    expect(engine.sent.filter(({ command }) => command === 'group.joinRules').length).toBeGreaterThan(1);
  });

  it('is not asked about by those who may not change it, nor guessed where the network does not say', async () => {
    const engine = await openSection('settings', ['as-member']);
    expect(engine.sent.some(({ command }) => command === 'group.joinRules')).toBe(false);
    expect(screen.queryByTestId('auto-approve')).toBeNull();
    await endGroupTest();
    await openSection('settings', ['no-rules']);
    expect(await screen.findByText(/The network does not say/)).toBeTruthy();
    expect(screen.queryByTestId('auto-approve')).toBeNull();
  });
});

/** Has the group have a picture, and waits until the settings show it. */
async function pictureIs(address: string): Promise<void> {
  change(main, releaseRoom, (group) => ({ ...group, picture: address }));
  const panel = screen.getByTestId('group-section-settings');
  await waitFor(() => expect(panel.querySelector('img')?.getAttribute('src')).toBe(address));
}

describe('the picture of a group', () => {
  it('can be put back after it was taken away', async () => {
    const engine = await openSection('settings');
    await pictureIs('data:image/png;base64,iVBORw0KGgo=');
    fireEvent.click(await screen.findByTestId('picture-remove'));
    await waitFor(() => expect(stateOf(main, releaseRoom).group.picture).toBeNull());
    fireEvent.click(await screen.findByTestId('undo'));
    await waitFor(() => expect(engine.sent.at(-1)?.params).toMatchObject({ picture: 'iVBORw0KGgo=' }));
  });

  it('offers no way back where there is none', async () => {
    await openSection('settings');
    const tooBig = `data:image/png;base64,${'A'.repeat(350_001)}`;
    await pictureIs(tooBig);
    fireEvent.click(await screen.findByTestId('picture-remove'));
    await waitFor(() => expect(stateOf(main, releaseRoom).group.picture).toBeNull());
    expect(screen.queryByTestId('undo-toast')).toBeNull();
  });
});

describe('the keys of a group', () => {
  it('are said to be the same for all where that is known, and who lacks them by name where not', async () => {
    await openSection('keys', [], seminar);
    expect(screen.getByTestId('keys-agree').textContent).toContain('All members use the same key');
    await endGroupTest();
    await openSection('keys', ['refresh']);
    expect(screen.queryByTestId('keys-agree')).toBeNull();
    expect(screen.getByTestId('keys-state').textContent).toMatch(/1 member has no keys.*new_colleague/);
  });
});
