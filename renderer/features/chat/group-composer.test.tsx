// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { Tooltip } from 'radix-ui';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Group } from '../../../shared/model/group';
import { startTexts } from '../../i18n';
import { useAccountsStore } from '../../stores/accounts-store';
import { useComposerStore } from '../../stores/composer-store';
import { useDraftFilesStore } from '../../stores/draft-files-store';
import { fakeInvoke, settle } from '../../stores/fake-invoke';
import { useGroupPeopleStore } from '../../stores/group-people-store';
import { useGroupsStore } from '../../stores/groups-store';
import { usePeopleStore } from '../../stores/people-store';
import {
  sampleAccount,
  sampleContact,
  sampleConversation,
  sampleGroup,
  sampleMember,
} from '../../stores/samples';
import { useTimelineStore } from '../../stores/timeline-store';
import { useViewStore } from '../../stores/view-store';
import { GroupComposer } from './group-composer';
import { quietReason, restWords } from './group-quiet';

const me = 'me.aun.test';
const lin = 'lin.aun.test';
const bot = 'builder.aun.test';
const room = 'group.aun.test/g-room1';

let bridge: ReturnType<typeof fakeInvoke>;

function draw(more: Partial<Group> = {}): void {
  useGroupsStore.getState().merge(me, sampleGroup(more));
  render(
    <Tooltip.Provider>
      <GroupComposer
        account={sampleAccount()}
        conversation={sampleConversation({ conversation: room, kind: 'group', title: 'Release room' })}
      />
    </Tooltip.Provider>,
  );
}

function field(): HTMLTextAreaElement {
  const found = screen.getByTestId('composer');
  if (!(found instanceof HTMLTextAreaElement)) throw new Error('the composer is not a text area');
  return found;
}

function type(text: string): void {
  fireEvent.change(field(), { target: { value: text } });
}

const members = [
  sampleMember(me, 'Me', { own: true }),
  sampleMember(lin, 'Lin Wei'),
  sampleMember('lin2.aun.test', 'Lin Wei'),
  sampleMember(bot, 'Builder', { kind: 'ai', verifiedKind: 'agent' }),
];

/** Lets the question for members be asked, and answers it. */
async function answerMembers(): Promise<void> {
  await waitFor(() => expect(bridge.calls.some(({ command }) => command === 'group.members')).toBe(true));
  await act(() => bridge.next('group.members').answer({ members, total: members.length }));
}

beforeEach(() => {
  startTexts('en');
  bridge = fakeInvoke();
  useComposerStore.setState({ drafts: {} });
  useDraftFilesStore.setState({ files: {} });
  useTimelineStore.setState({ timelines: {} });
  useGroupsStore.setState({ groups: {} });
  useGroupPeopleStore.setState({ people: {} });
  usePeopleStore.setState({ contacts: {} });
  usePeopleStore.getState().merge([sampleContact({ aid: bot, title: 'Builder', kind: 'agent' })]);
  useAccountsStore.setState({ accounts: [sampleAccount()] });
  useViewStore.setState({ account: me, conversations: { [me]: room }, dialog: null, dialogAbout: null });
});

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

describe('the field of a group', () => {
  it('is there while the key is on its way, and says that what is written waits', () => {
    draw({ keys: { ...sampleGroup().keys, state: 'securing' } });
    expect(screen.getByTestId('group-securing').textContent).toContain('leaves by itself');
    type('hello');
    fireEvent.keyDown(field(), { key: 'Enter' });
    expect(bridge.next('message.send').params).toMatchObject({ conversation: room, text: 'hello' });
  });

  it.each([
    ['left', { membership: 'left' }, 'You left this group'],
    ['dissolved', { status: 'dissolved', membership: 'left' }, 'This group was dissolved'],
    ['suspended', { status: 'suspended' }, 'This group is suspended'],
    [
      'pending',
      { membership: 'pending', requestExpiresAt: 2_000_000_000_000 },
      'Your request to join was sent',
    ],
    ['observer', { role: 'observer' }, 'You can read along here'],
    [
      'unsupported',
      { keys: { ...sampleGroup().keys, state: 'unsupported' } },
      'Parley can’t write in this group',
    ],
  ] as const)('is replaced by the reason when one is %s', (reason, more, title) => {
    draw(more);
    expect(screen.queryByTestId('composer')).toBeNull();
    const quiet = screen.getByTestId('group-quiet');
    expect(quiet.getAttribute('data-reason')).toBe(reason);
    expect(quiet.textContent).toContain(title);
  });

  it('says who removed one', async () => {
    usePeopleStore.getState().merge([sampleContact()]);
    draw({ membership: 'removed', removedBy: lin });
    expect(screen.getByTestId('group-quiet').textContent).toContain('Lin Wei removed you from this group');
    await settle();
  });

  it('counts down a mute with its reason and comes back by itself', async () => {
    vi.useFakeTimers({ now: 1_700_000_000_000 });
    draw({ mutedUntil: 1_700_000_000_000 + 90_000, muteReason: 'cool down' });
    const quiet = screen.getByTestId('group-quiet');
    expect(quiet.textContent).toContain('in 2 minutes');
    expect(quiet.textContent).toContain('Reason: cool down');
    await act(() => vi.advanceTimersByTimeAsync(60_000));
    expect(quiet.textContent).toContain('in 30 seconds');
    await act(() => vi.advanceTimersByTimeAsync(32_000));
    expect(screen.queryByTestId('group-quiet')).toBeNull();
    expect(field()).toBeTruthy();
  });

  it('offers the owner of a suspended group to let it go on', async () => {
    draw({ status: 'suspended', role: 'owner' });
    fireEvent.click(screen.getByTestId('group-resume'));
    await act(() => bridge.next('group.resume').answer(sampleGroup({ role: 'owner' })));
    expect(field()).toBeTruthy();
  });
});

describe('who hears it', () => {
  it('stands over the field before anything is typed, and a click explains it', () => {
    draw({ dispatchMode: 'mention' });
    const line = screen.getByTestId('group-dispatch');
    expect(line.textContent).toBe('Only the mentioned');
    fireEvent.click(line);
    expect(screen.getByText('Agents hear only what names them')).toBeTruthy();
    expect(screen.getByText('An admin can change this on the group page.')).toBeTruthy();
  });

  it('names who is on duty, and says nothing in a group without agents', () => {
    draw({ duty: [bot] });
    expect(screen.getByTestId('group-dispatch').textContent).toBe('On duty: Builder');
    cleanup();
    draw({ agentCount: 0 });
    expect(screen.queryByTestId('group-dispatch')).toBeNull();
  });

  it('warns under the field that no agent is named, until one is', async () => {
    draw({ dispatchMode: 'mention' });
    type('can you look?');
    const hint = document.getElementById('composer-hint');
    expect(hint?.textContent).toContain('mention one with @');
    type('@Builder can you look?');
    await answerMembers();
    expect(hint?.textContent).toBe('');
  });
});

describe('naming somebody', () => {
  it('offers the members, agents first where only the mentioned hear, and never oneself', async () => {
    draw({ dispatchMode: 'mention' });
    type('@');
    await answerMembers();
    const names = screen.getAllByTestId('mention-offer').map((offer) => offer.textContent);
    expect(names[0]).toContain('Builder');
    expect(names).toHaveLength(3);
  });

  it('tells two of the same name apart by their addresses, and sends where each name stands', async () => {
    draw();
    type('@');
    await answerMembers();
    const names = screen.getAllByTestId('mention-offer').map((offer) => offer.textContent);
    expect(names.some((name) => name.startsWith('Lin Wei'))).toBe(false);
    type('好 @lin2.aun.test and @Builder');
    fireEvent.keyDown(field(), { key: 'Escape' });
    fireEvent.keyDown(field(), { key: 'Enter' });
    expect(bridge.next('message.send').params['mentions']).toEqual([
      { aid: 'lin2.aun.test', start: 2, end: 16 },
      { aid: bot, start: 21, end: 29 },
    ]);
  });

  it('of everybody at once is for the owner and admins; from others it is just a word', async () => {
    draw({ role: 'admin' });
    type('@');
    await answerMembers();
    expect(screen.getAllByTestId('mention-offer')[0]?.textContent).toContain('all');
    type('@all 开会 @所有人');
    fireEvent.keyDown(field(), { key: 'Escape' });
    fireEvent.keyDown(field(), { key: 'Enter' });
    expect(bridge.next('message.send').params['mentions']).toEqual([
      { aid: null, start: 0, end: 4 },
      { aid: null, start: 8, end: 12 },
    ]);
    cleanup();
    draw({ role: 'member' });
    type('@all hello');
    fireEvent.keyDown(field(), { key: 'Enter' });
    expect(bridge.next('message.send').params).not.toHaveProperty('mentions');
  });
});

describe('the rules of a group', () => {
  const rules = { content: 'Be kind.', updatedBy: lin, updatedAt: 1000, signature: 'unsigned' } as const;

  it('stand over the field of somebody who has not read them, with a doubt about their signature', async () => {
    draw({ rules, rulesSeen: false });
    expect(screen.getByTestId('group-rules').textContent).toContain('Be kind.');
    expect(screen.getByTestId('text-unverified')).toBeTruthy();
    fireEvent.click(screen.getByTestId('rules-agree'));
    const call = bridge.next('group.seen');
    expect(call.params).toMatchObject({ what: 'rules' });
    await act(() => call.answer(sampleGroup({ rules, rulesSeen: true })));
    expect(screen.queryByTestId('group-rules')).toBeNull();
  });

  it('count as read with the first message', () => {
    draw({ rules, rulesSeen: false });
    type('hello');
    fireEvent.keyDown(field(), { key: 'Enter' });
    expect(bridge.next('group.seen').params).toMatchObject({ group: room, what: 'rules' });
  });
});

describe('why nothing can be written', () => {
  it('is first what the group is, then what we are in it', () => {
    const muted = { mutedUntil: 5000 };
    expect(quietReason(sampleGroup({ ...muted, status: 'dissolved', membership: 'removed' }), 0)).toBe(
      'dissolved',
    );
    expect(quietReason(sampleGroup({ ...muted, membership: 'removed' }), 0)).toBe('removed');
    expect(quietReason(sampleGroup(muted), 0)).toBe('muted');
    expect(quietReason(sampleGroup(muted), 5000)).toBeNull();
  });
});

describe('what is left of a mute', () => {
  it('is told in its largest unit', () => {
    const t = startTexts('en').getFixedT('en');
    expect(restWords(t, 1)).toBe('1 second');
    expect(restWords(t, 61_000)).toBe('1 minute');
    expect(restWords(t, 600_000 + 9_000)).toBe('10 minutes');
    expect(restWords(t, 58 * 60_000)).toBe('58 minutes');
    expect(restWords(t, 59.5 * 60_000)).toBe('1 hour');
    // The clock of the window is up to ten seconds behind.
    expect(restWords(t, 3_600_000 + 9_000)).toBe('1 hour');
    expect(restWords(t, 24 * 3_600_000 + 9_000)).toBe('24 hours');
    expect(restWords(t, 3 * 3_600_000)).toBe('3 hours');
    expect(restWords(t, 72 * 3_600_000)).toBe('3 days');
  });
});
