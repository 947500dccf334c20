// @vitest-environment happy-dom
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../../dev/fake-data';
import { scene } from '../../../dev/fake-engine';
import { stateOf } from '../../../dev/fake-groups-data';
import { releaseRoom, seminar } from '../../../dev/fake-groups-samples';
import { beginGroupTest, endGroupTest, openSection, showMore } from '../../../dev/group-page-test';
import { useGroupsStore } from '../../../stores/groups-store';
import { useModerationStore } from '../moderation/moderation-store';

const zhou = 'zhou_min.agentid.pub';
const statusOf = (aid: string) => stateOf(main, releaseRoom).requests.find((one) => one.aid === aid)?.status;
const card = (aid: string): HTMLElement => {
  const found = screen.getAllByTestId('request').find((one) => one.getAttribute('data-aid') === aid);
  if (found === undefined) throw new Error(`no request of ${aid}`);
  return found;
};

beforeEach(beginGroupTest);
afterEach(endGroupTest);

describe('join requests', () => {
  it('show who asks, what they answered to which question, what they wrote and how old it is', async () => {
    await openSection('requests');
    await screen.findByTestId('requests');
    const words = card(zhou).textContent;
    expect(words).toContain(zhou);
    expect(words).toContain('Who told you about this room?');
    expect(words).toContain('看过了，会遵守群规。');
    expect(words).toContain('你好，我负责华东区的发布');
    expect(words).toMatch(/asked \d hours ago/);
    expect(words).toContain('expires');
    fireEvent.click(within(card(zhou)).getByRole('button', { name: 'Profile of 周敏' }));
    expect(useModerationStore.getState().person).toEqual({ account: main, aid: zhou });
  });

  it('let one in, and take it from the list', async () => {
    await openSection('requests');
    await screen.findByTestId('requests');
    fireEvent.click(within(card(zhou)).getByTestId('request-approve'));
    await waitFor(() => expect(screen.getAllByTestId('request')).toHaveLength(2));
    expect(statusOf(zhou)).toBe('approved');
    expect(screen.getByTestId('group-tab-requests').textContent).toContain('2 requests wait');
  });

  it('refuse one with a reason, which stands in the history', async () => {
    await openSection('requests');
    await screen.findByTestId('requests');
    fireEvent.click(within(card(zhou)).getByTestId('request-reject'));
    fireEvent.change(screen.getByTestId('request-reason'), { target: { value: 'Please ask Lin first' } });
    fireEvent.click(screen.getByTestId('request-reject-confirm'));
    await waitFor(() => expect(statusOf(zhou)).toBe('rejected'));
    fireEvent.click(screen.getByRole('radio', { name: 'Refused' }));
    await waitFor(() => expect(card(zhou).textContent).toContain('Please ask Lin first'));
    expect(within(card(zhou)).queryByTestId('request-approve')).toBeNull();
  });

  it('are decided on together, and each that fails says why in its own row', async () => {
    await openSection('requests', ['failing-row']);
    await screen.findByTestId('requests');
    fireEvent.click(screen.getByTestId('request-all'));
    fireEvent.click(screen.getByTestId('batch-approve'));
    await waitFor(() => expect(screen.getAllByTestId('request')).toHaveLength(1));
    expect((await screen.findByTestId('request-failed')).textContent).toContain('have not set up encryption');
    expect(card('marta_n.example.org')).toBeTruthy();
  });

  it('are shown page by page', async () => {
    const engine = await openSection('requests', ['long-lists']);
    await screen.findByText('3 of 403 shown');
    await showMore(engine, 'group.requests');
  });

  it('say that somebody else has decided meanwhile', async () => {
    await openSection('requests');
    await screen.findByTestId('requests');
    const state = stateOf(main, releaseRoom);
    state.requests = state.requests.filter(({ aid }) => aid !== zhou);
    fireEvent.click(within(card(zhou)).getByTestId('request-approve'));
    await waitFor(() => expect(screen.getAllByTestId('request')).toHaveLength(2));
  });

  it('are read anew when somebody asks once more, though they are as many as before', async () => {
    await openSection('requests');
    await screen.findByTestId('requests');
    const state = stateOf(main, releaseRoom);
    state.requests = state.requests.map((one) =>
      one.aid === zhou ? { ...one, message: 'Once more, with my reasons' } : one,
    );
    act(() =>
      useGroupsStore
        .getState()
        .applyBatch([{ event: 'group.members', data: { account: main, group: releaseRoom } }]),
    );
    await waitFor(() => expect(card(zhou).textContent).toContain('Once more, with my reasons'));
  });

  it('say clearly that the role was lost, and are then hidden with the reason', async () => {
    await openSection('requests');
    await screen.findByTestId('requests');
    scene.add('race');
    fireEvent.click(within(card(zhou)).getByTestId('request-approve'));
    const panel = screen.getByTestId('group-section-requests');
    expect((await within(panel).findByTestId('refusal')).textContent).toContain('Only the owner and admins');
  });

  it('are nobody else’s business, and an empty list says what would be here', async () => {
    const engine = await openSection('requests', ['as-member']);
    expect(screen.getByTestId('refusal').textContent).toBe('Only the owner and admins can do this.');
    expect(engine.sent.some(({ command }) => command === 'group.requests')).toBe(false);
    await endGroupTest();
    await openSection('requests', [], seminar);
    expect((await screen.findByTestId('no-requests')).textContent).toContain('Nobody waits');
  });
});
