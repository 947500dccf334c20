// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { Tooltip } from 'radix-ui';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GroupPreview } from '../../../shared/model/group';
import { startTexts } from '../../i18n';
import { useAccountsStore } from '../../stores/accounts-store';
import { useConversationsStore } from '../../stores/conversations-store';
import { fakeInvoke, settle } from '../../stores/fake-invoke';
import { useGroupsStore } from '../../stores/groups-store';
import { useLinksStore } from '../../stores/links-store';
import { usePeopleStore } from '../../stores/people-store';
import { sampleAccount, sampleContact, sampleConversation, sampleGroup } from '../../stores/samples';
import { useViewStore } from '../../stores/view-store';
import { NewConversationDialog } from '../contacts/new-conversation-dialog';
import { OpenLinkDialog } from '../contacts/open-link-dialog';
import { CreateGroupDialog } from './create/create-group-dialog';
import { fitInto } from './create/shrink-picture';
import { DiscoverDialog } from './discover/discover-dialog';
import { JoinGroupDialog } from './join/join-group-dialog';

const me = 'me.aun.test';
const lin = 'lin.aun.test';
const room = 'group.aun.test/g-room1';
const link = 'aun://group.aun.test/g-room1';

let bridge: ReturnType<typeof fakeInvoke>;
let closed = 0;
const onClose = (): void => void (closed += 1);

const preview = (more: Partial<GroupPreview> = {}): GroupPreview => ({
  group: room,
  name: 'Release room',
  description: 'Plans and builds',
  picture: null,
  visibility: 'public',
  status: 'active',
  memberCount: 12,
  joinMode: 'approval',
  joinQuestion: '',
  membership: 'none',
  ...more,
});

function draw(element: React.ReactNode): void {
  render(<Tooltip.Provider>{element}</Tooltip.Provider>);
}

function type(testId: string, value: string): void {
  fireEvent.change(screen.getByTestId(testId), { target: { value } });
}

beforeEach(() => {
  startTexts('en');
  bridge = fakeInvoke();
  closed = 0;
  useAccountsStore.setState({ accounts: [sampleAccount()] });
  useConversationsStore.setState({ lists: {} });
  useConversationsStore
    .getState()
    .merge(me, [sampleConversation({ conversation: room, kind: 'group', title: 'Release room' })]);
  useGroupsStore.setState({ groups: {} });
  usePeopleStore.setState({ contacts: {} });
  useViewStore.setState({ account: me, conversations: {}, dialog: null, dialogAbout: null });
});

afterEach(cleanup);

describe('making a group', () => {
  const open = async (): Promise<void> => {
    draw(<CreateGroupDialog account={me} onClose={onClose} />);
    const contacts = [
      sampleContact(),
      sampleContact({ aid: 'builder.aun.test', title: 'Builder', kind: 'agent' }),
    ];
    await act(() => bridge.next('contact.list').answer({ contacts }));
  };

  it('sends what was chosen: agents as agents, typed addresses as what one says they are', async () => {
    await open();
    type('group-name', '  Release room ');
    type('group-purpose', 'Plans');
    for (const name of ['Lin Wei', 'Builder']) {
      const row = screen.getAllByTestId('pick-person').find((each) => each.textContent.includes(name));
      if (row !== undefined) fireEvent.click(row);
    }
    type('member-search', 'stranger.aun.test');
    fireEvent.keyDown(screen.getByTestId('member-search'), { key: 'Enter' });
    fireEvent.change(screen.getByLabelText('stranger.aun.test is a person or an agent'), {
      target: { value: 'ai' },
    });
    fireEvent.click(screen.getByLabelText(/An admin decides/));
    type('group-question', 'Why?');
    fireEvent.click(screen.getByTestId('create-group'));
    expect(bridge.next('group.create').params).toMatchObject({
      name: 'Release room',
      description: 'Plans',
      visibility: 'private',
      joinMode: 'approval',
      question: 'Why?',
      picture: null,
      members: [
        { aid: lin, kind: 'human' },
        { aid: 'builder.aun.test', kind: 'ai' },
        { aid: 'stranger.aun.test', kind: 'ai' },
      ],
    });
  });

  it('opens the group when everybody is in it', async () => {
    await open();
    type('group-name', 'Room');
    fireEvent.click(screen.getByTestId('create-group'));
    await act(() => bridge.next('group.create').answer({ group: sampleGroup(), failed: [] }));
    expect(closed).toBe(1);
    await waitFor(() => expect(useViewStore.getState().conversations[me]).toBe(room));
  });

  it('names who could not be added, and why', async () => {
    await open();
    type('group-name', 'Room');
    const [first] = screen.getAllByTestId('pick-person');
    if (first !== undefined) fireEvent.click(first);
    fireEvent.click(screen.getByTestId('create-group'));
    const failed = [{ aid: lin, code: 'group_member_without_keys' }];
    await act(() => bridge.next('group.create').answer({ group: sampleGroup(), failed }));
    expect(screen.getByTestId('not-added').textContent).toContain('Lin Wei');
    expect(screen.getByTestId('not-added').textContent).toContain('not set up encryption');
    fireEvent.click(screen.getByTestId('open-made-group'));
    await waitFor(() => expect(useViewStore.getState().conversations[me]).toBe(room));
  });

  it('makes no second group when it is tried again, and keeps what was typed', async () => {
    await open();
    type('group-name', 'Room');
    fireEvent.click(screen.getByTestId('create-group'));
    const first = bridge.next('group.create');
    await act(() => first.fail('network_unreachable'));
    expect(screen.getByRole('alert').textContent).toContain('can’t be reached');
    fireEvent.click(screen.getByTestId('create-group'));
    expect(bridge.next('group.create').params['requestId']).toBe(first.params['requestId']);
  });

  it('needs a name of at most 64 characters, counted as people count', async () => {
    await open();
    const button = screen.getByTestId('create-group');
    expect(button.hasAttribute('disabled')).toBe(true);
    type('group-name', '😀'.repeat(64));
    expect(button.hasAttribute('disabled')).toBe(false);
    type('group-name', 'x'.repeat(65));
    expect(button.hasAttribute('disabled')).toBe(true);
  });
});

describe('the picture of a group', () => {
  it('is made small without anything being cut off, and never made larger', () => {
    expect(fitInto(4000, 1000, 256)).toEqual({ width: 256, height: 64 });
    expect(fitInto(100, 50, 256)).toEqual({ width: 100, height: 50 });
    expect(fitInto(1, 90_000, 256)).toEqual({ width: 1, height: 256 });
  });
});

describe('joining a group', () => {
  const look = async (answer: object, about = link): Promise<void> => {
    draw(<JoinGroupDialog account={me} about={about} onClose={onClose} />);
    const call = bridge.next('group.preview');
    expect(call.params).toEqual({ account: me, invitation: about });
    await act(() => call.answer({ preview: null, group: room, code: null, domain: 'aun.test', ...answer }));
  };

  it('asks for a link, a code or an id, and says what is none', () => {
    draw(<JoinGroupDialog account={me} about={null} onClose={onClose} />);
    type('join-field', 'what is this?');
    fireEvent.click(screen.getByTestId('join-look'));
    expect(screen.getByText(/no link, code or id/)).toBeTruthy();
    expect(bridge.calls).toHaveLength(0);
    type('join-field', ' Spring-Door-42 ');
    fireEvent.click(screen.getByTestId('join-look'));
    expect(bridge.next('group.preview').params['invitation']).toBe('Spring-Door-42');
  });

  it('shows the group first, then sends the answer and a word, and says until when the request waits', async () => {
    await look({ preview: preview({ joinQuestion: 'Who sent you?' }) });
    expect(screen.getByTestId('join-preview').textContent).toContain('Public · 12 members');
    expect(screen.getByText('Who sent you?')).toBeTruthy();
    fireEvent.click(screen.getByTestId('join-do'));
    expect(screen.getByTestId('join-error').textContent).toContain('answer first');
    type('join-answer', 'Lin');
    type('join-message', 'Hello');
    fireEvent.click(screen.getByTestId('join-do'));
    const call = bridge.next('group.join');
    expect(call.params).toMatchObject({ invitation: link, answer: 'Lin', message: 'Hello' });
    const group = sampleGroup({ membership: 'pending', requestExpiresAt: new Date(2030, 4, 12).getTime() });
    await act(() => call.answer({ state: 'pending', question: '', group }));
    expect(screen.getByTestId('join-pending').textContent).toContain('expires May 12, 2030');
  });

  it('asks the question that the group turns out to have', async () => {
    await look({ preview: preview() });
    fireEvent.click(screen.getByTestId('join-do'));
    await act(() => bridge.next('group.join').answer({ state: 'question', question: 'Why?', group: null }));
    expect(screen.getByText('Why?')).toBeTruthy();
    type('join-answer', 'because');
    fireEvent.click(screen.getByTestId('join-do'));
    expect(bridge.next('group.join').params['answer']).toBe('because');
  });

  it('opens a group one is in at once or is in already', async () => {
    await look({ preview: preview({ joinMode: 'open' }) });
    fireEvent.click(screen.getByTestId('join-do'));
    await act(() =>
      bridge.next('group.join').answer({ state: 'joined', question: '', group: sampleGroup() }),
    );
    await waitFor(() => expect(useViewStore.getState().conversations[me]).toBe(room));
    cleanup();
    await look({ preview: preview({ membership: 'member' }) });
    await act(() => bridge.next('group.get').answer(sampleGroup()));
    fireEvent.click(screen.getByTestId('join-open'));
    expect(closed).toBe(2);
  });

  it('shows of a private group no more than its domain and the code; without one it can be asked', async () => {
    await look({ code: 'spring-door-42' });
    expect(screen.getByTestId('join-private').textContent).toContain('on aun.test');
    expect(screen.getByTestId('join-do').textContent).toBe('Join');
    cleanup();
    await look({});
    expect(screen.getByTestId('join-do').textContent).toBe('Send request');
    type('join-message', 'Lin told me about you');
    fireEvent.click(screen.getByTestId('join-do'));
    expect(bridge.next('group.join').params).toMatchObject({ message: 'Lin told me about you', answer: '' });
  });

  it.each([
    [{ joinMode: 'invite_only' }, 'By invitation only.'],
    [{ joinMode: 'closed' }, 'takes no new members'],
    [{ joinMode: 'unknown' }, 'a rule this version does not know'],
    [{ status: 'dissolved' }, 'was dissolved'],
  ] as const)('offers nothing that can’t work: %j', async (more, words) => {
    await look({ preview: preview(more) });
    expect(screen.queryByTestId('join-do')).toBeNull();
    expect(screen.getByTestId('join-dialog').textContent).toContain(words);
  });

  it('says that a request waits already, and why the last one was refused', async () => {
    useGroupsStore.getState().merge(me, sampleGroup({ membership: 'none', rejection: 'no adverts' }));
    await look({ preview: preview() });
    expect(screen.getByTestId('join-rejected').textContent).toContain('no adverts');
    cleanup();
    await look({ preview: preview({ membership: 'pending' }) });
    const known = sampleGroup({ membership: 'pending', requestExpiresAt: new Date(2030, 4, 12).getTime() });
    await act(() => bridge.next('group.get').answer(known));
    expect(screen.getByTestId('join-pending').textContent).toContain('expires May 12, 2030');
  });

  it('tells what went wrong and can be tried again', async () => {
    await look({ preview: preview() });
    fireEvent.click(screen.getByTestId('join-do'));
    await act(() => bridge.next('group.join').fail('group_too_many_requests'));
    expect(screen.getByTestId('join-error').textContent).toContain('Too many requests');
    fireEvent.click(screen.getByTestId('join-do'));
    expect(bridge.next('group.join').params['invitation']).toBe(link);
  });
});

describe('finding groups', () => {
  it('shows public groups, looks at one, and opens one that one is in', async () => {
    draw(<DiscoverDialog account={me} onClose={onClose} />);
    await waitFor(() => expect(bridge.calls).toHaveLength(1));
    const found = [
      preview(),
      preview({ group: 'group.aun.test/g-mine', name: 'Mine', membership: 'member' }),
    ];
    await act(() => bridge.next('group.search').answer({ found, total: 5 }));
    const cards = screen.getAllByTestId('group-card');
    expect(cards[1]?.textContent).toContain('You are in it');
    if (cards[0] !== undefined) fireEvent.click(cards[0]);
    expect(useViewStore.getState()).toMatchObject({ dialog: 'join-group', dialogAbout: room });
    fireEvent.click(screen.getByTestId('discover-more'));
    const more = bridge.next('group.search');
    expect(more.params).toMatchObject({ page: 2 });
    await act(() => more.answer({ found, total: 5 }));
    // A page that brings nothing new ends it.
    expect(screen.queryByTestId('discover-more')).toBeNull();
    expect(screen.getAllByTestId('group-card')).toHaveLength(2);
  });

  it('says so when nothing fits', async () => {
    draw(<DiscoverDialog account={me} onClose={onClose} />);
    type('discover-search', 'zebra');
    await waitFor(() => expect(bridge.calls.some(({ params }) => params['query'] === 'zebra')).toBe(true));
    const call = bridge.calls.find(({ params }) => params['query'] === 'zebra');
    await act(async () => call?.answer({ found: [], total: 0 }));
    expect(screen.getByText('No public group fits “zebra”')).toBeTruthy();
  });
});

describe('a link of a group', () => {
  it('from outside is looked at, under an identity one chooses, and joins nothing by itself', async () => {
    useAccountsStore.setState({
      accounts: [sampleAccount(), sampleAccount({}, { account: 'work.aun.test' })],
    });
    useLinksStore.setState({ waiting: [link] });
    draw(<OpenLinkDialog account={me} about={link} onClose={onClose} />);
    await waitFor(() => expect(screen.getByTestId('join-dialog')).toBeTruthy());
    expect(bridge.next('group.preview').params).toEqual({ account: me, invitation: link });
    const [, work] = screen.getAllByTestId('identity-choice');
    if (work !== undefined) fireEvent.click(work);
    await act(settle);
    expect(bridge.next('group.preview').params).toEqual({ account: 'work.aun.test', invitation: link });
    expect(bridge.calls.some(({ command }) => command === 'group.join')).toBe(false);
    fireEvent.click(screen.getByLabelText('Close'));
    expect(useLinksStore.getState().waiting).toEqual([]);
  });

  it('that waited for the window is kept as it was handed over', async () => {
    useLinksStore.setState({ waiting: [], settled: [] });
    const taking = useLinksStore.getState().take();
    await bridge.next('link.take').answer({
      links: [
        { aid: '', invitation: link },
        { aid: lin, invitation: null },
      ],
    });
    await taking;
    expect(useLinksStore.getState().waiting).toEqual([link, lin]);
    expect(useViewStore.getState()).toMatchObject({ dialog: 'open-link', dialogAbout: link });
  });

  it('in the field for an address leads to the group, and the same dialog leads to making and finding one', () => {
    draw(<NewConversationDialog account={me} onClose={onClose} />);
    type('peer-address', link);
    expect(screen.getByText('This is a group. Join it?')).toBeTruthy();
    fireEvent.click(screen.getByTestId('open-conversation'));
    expect(useViewStore.getState()).toMatchObject({ dialog: 'join-group', dialogAbout: link });
    fireEvent.click(screen.getByTestId('way-create'));
    expect(useViewStore.getState().dialog).toBe('create-group');
    fireEvent.click(screen.getByTestId('way-discover'));
    expect(useViewStore.getState().dialog).toBe('discover-groups');
  });
});
