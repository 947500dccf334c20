// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { Tooltip } from 'radix-ui';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Conversation } from '../../../shared/model/conversation';
import type { Group } from '../../../shared/model/group';
import type { Message } from '../../../shared/model/message';
import { changeLanguage, startTexts } from '../../i18n';
import { en } from '../../i18n/en';
import { useAccountsStore } from '../../stores/accounts-store';
import { useComposerStore } from '../../stores/composer-store';
import { useConversationsStore } from '../../stores/conversations-store';
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
  sampleMessage,
} from '../../stores/samples';
import { timelineKey } from '../../stores/timeline-store';
import { useTypingStore } from '../../stores/typing-store';
import { useViewStore } from '../../stores/view-store';
import { GroupRequestBar } from '../requests/group-request-bar';
import { ConversationRow } from './conversation-row';
import { GroupBars } from './group-bars';
import { GroupEvents } from './group-events';
import { GroupHeader } from './group-header';
import { GroupMessage } from './group-message';
import { GroupStart } from './group-start';
import { MessageMenu } from './message-menu';

const me = 'me.aun.test';
const lin = 'lin.aun.test';
const bot = 'builder.aun.test';
const room = 'group.aun.test/g-room1';

type Standing = 'verified' | 'unsigned' | 'invalid';

let bridge: ReturnType<typeof fakeInvoke>;

const groupRow = (more: Partial<Conversation> = {}): Conversation =>
  sampleConversation({
    conversation: room,
    kind: 'group',
    title: 'Release room',
    peerKind: 'unknown',
    group: { membership: 'member', status: 'active', memberCount: 4, picture: null },
    ...more,
  });

const said = (id: number, more: Partial<Message> = {}): Message =>
  sampleMessage(id, 1_700_000_000_000 + id * 1000, { conversation: room, ...more });

function know(more: Partial<Group> = {}): void {
  useGroupsStore.getState().merge(me, sampleGroup(more));
}

function draw(element: React.ReactNode): void {
  render(<Tooltip.Provider>{element}</Tooltip.Provider>);
}

beforeEach(() => {
  startTexts('en');
  bridge = fakeInvoke();
  useAccountsStore.setState({ accounts: [sampleAccount()] });
  useConversationsStore.setState({ lists: {} });
  useGroupsStore.setState({ groups: {} });
  useGroupPeopleStore.setState({ people: {} });
  useTypingStore.setState({ writers: {} });
  useComposerStore.setState({ drafts: {} });
  usePeopleStore.setState({ contacts: {} });
  usePeopleStore
    .getState()
    .merge([
      sampleContact({ trust: 'verified' }),
      sampleContact({ aid: bot, title: 'Builder', kind: 'agent' }),
    ]);
  useViewStore.setState({ account: me, conversations: { [me]: room }, dialog: null, dialogAbout: null });
});

afterEach(async () => {
  cleanup();
  await changeLanguage('en');
});

describe('the row of a group', () => {
  const drawRow = (more: Partial<Conversation> = {}): HTMLElement => {
    draw(
      <ConversationRow
        account={me}
        conversation={groupRow(more)}
        index={0}
        chosen={false}
        active
        onOpen={() => undefined}
      />,
    );
    return screen.getByTestId('conversation-row');
  };

  it('tells the newest message with the name of who wrote it, in the words of the language', async () => {
    const newest = { preview: 'hello', previewKind: 'text', previewSender: bot } as const;
    expect(drawRow(newest).textContent).toContain('Builder: hello');
    cleanup();
    await act(() => changeLanguage('zh-CN'));
    expect(drawRow(newest).textContent).toContain('Builder：hello');
  });

  it.each([
    ['You left', { membership: 'left', status: 'active' }],
    ['You were removed', { membership: 'removed', status: 'active' }],
    ['Dissolved', { membership: 'removed', status: 'dissolved' }],
    ['Suspended', { membership: 'member', status: 'suspended' }],
  ] as const)('is marked with “%s”', (words, state) => {
    drawRow({ group: { ...state, memberCount: 4, picture: null } });
    expect(screen.getByLabelText(words)).toBeTruthy();
  });

  it('says who is writing, and counts the many', () => {
    const key = timelineKey(me, room);
    useTypingStore.setState({ writers: { [key]: [lin] } });
    expect(drawRow().textContent).toContain('Lin Wei is writing…');
    cleanup();
    useTypingStore.setState({ writers: { [key]: [lin, bot, 'x.aun.test'] } });
    expect(drawRow().textContent).toContain('Lin Wei and 2 others are writing…');
  });

  it('of a group somebody put us into says who did, and offers both answers', async () => {
    know({ addedBy: lin });
    expect(drawRow({ standing: 'pending' }).textContent).toContain('You were added by Lin Wei');
    await waitFor(() => expect(screen.getByTestId('row-accept')).toBeTruthy());
    fireEvent.click(screen.getByTestId('row-leave'));
    expect(bridge.next('group.leave').params).toEqual({ account: me, group: room });
  });
});

describe('the header of a group', () => {
  const drawHeader = async (more: Partial<Group> = {}): Promise<void> => {
    know(more);
    draw(<GroupHeader account={me} conversation={groupRow()} />);
    await act(settle);
  };

  it('counts members and those who are connected, and watches them only while it is there', async () => {
    await drawHeader();
    expect(bridge.next('group.watchOnline').params).toEqual({ account: me, group: room });
    await waitFor(() => expect(bridge.calls.some(({ command }) => command === 'group.members')).toBe(true));
    const members = [
      sampleMember(me, 'Me', { online: true }),
      sampleMember(lin, 'Lin', { online: true }),
      sampleMember(bot, 'Builder', { online: false }),
    ];
    await act(() => bridge.next('group.members').answer({ members, total: 3 }));
    expect(screen.getByTestId('group-people').textContent).toBe('4 members · 2 connected');
    cleanup();
    expect(bridge.next('group.watchOnline').params).toEqual({ account: me, group: null });
  });

  it('says how the keys stand, and leads to them', async () => {
    await drawHeader({ keys: { ...sampleGroup().keys, state: 'securing' } });
    const line = screen.getByTestId('security-line');
    expect(line.textContent).toBe('Securing…');
    fireEvent.click(line);
    expect(useViewStore.getState()).toMatchObject({ dialog: 'group-page', dialogAbout: `${room} keys` });
  });

  it('shows waiting requests to those who decide', async () => {
    await drawHeader({ role: 'admin', requests: 3 });
    fireEvent.click(screen.getByLabelText('3 requests to join'));
    expect(useViewStore.getState().dialogAbout).toBe(`${room} requests`);
    cleanup();
    await drawHeader({ role: 'member', requests: 3 });
    expect(screen.queryByTestId('group-requests')).toBeNull();
  });
});

describe('the bars of a group', () => {
  const text = { content: 'Freeze on Monday', updatedBy: lin, updatedAt: 1000 } as const;

  it('show an announcement with who wrote it until it is put away', async () => {
    know({ announcement: { ...text, signature: 'invalid' }, announcementSeen: false });
    draw(<GroupBars account={me} conversation={room} />);
    const bar = screen.getByTestId('announcement');
    expect(bar.textContent).toContain('Freeze on Monday');
    expect(bar.textContent).toContain('Lin Wei');
    expect(screen.getByTestId('text-unverified')).toBeTruthy();
    fireEvent.click(screen.getByTestId('announcement-dismiss'));
    const seen = sampleGroup({ announcement: { ...text, signature: 'invalid' }, announcementSeen: true });
    await act(() => bridge.next('group.seen').answer(seen));
    expect(screen.queryByTestId('announcement')).toBeNull();
  });

  it('offer admins what stops agents that answer each other; members are told who can', async () => {
    know({ role: 'admin', loop: { agents: [bot, 'planner.aun.test'], turns: 7 } });
    draw(<GroupBars account={me} conversation={room} />);
    expect(screen.getByTestId('loop-bar').textContent).toContain(
      'Builder and planner.aun.test have answered each other 7 times',
    );
    fireEvent.click(screen.getByTestId('loop-mention'));
    const call = bridge.next('group.calmLoop');
    expect(call.params).toMatchObject({ how: 'mention_mode' });
    await act(() => call.answer(sampleGroup({ role: 'admin', dispatchMode: 'mention' })));
    expect(screen.queryByTestId('loop-bar')).toBeNull();
    cleanup();
    know({ role: 'member', loop: { agents: [bot], turns: 6 } });
    draw(<GroupBars account={me} conversation={room} />);
    expect(screen.queryByTestId('loop-mute')).toBeNull();
    expect(screen.getByTestId('loop-ignore')).toBeTruthy();
  });

  it('name who keeps the key from being renewed, to those who can do something about it', () => {
    const keys = { ...sampleGroup().keys, withoutKeys: [bot] };
    know({ role: 'owner', keys });
    draw(<GroupBars account={me} conversation={room} />);
    expect(screen.getByTestId('keys-bar').textContent).toContain('Builder');
    fireEvent.click(screen.getByTestId('keys-retry'));
    expect(bridge.next('group.repairKeys').params).toEqual({ account: me, group: room });
    cleanup();
    know({ role: 'member', keys });
    draw(<GroupBars account={me} conversation={room} />);
    expect(screen.queryByTestId('keys-bar')).toBeNull();
  });
});

describe('messages of a group', () => {
  const drawMessage = (message: Message, more: { first?: boolean; clustered?: boolean } = {}): void =>
    draw(
      <GroupMessage
        account={me}
        title="Release room"
        message={message}
        index={0}
        first={more.first ?? true}
        last
        highlighted={false}
        active
        clustered={more.clustered ?? false}
        showReply
      />,
    );

  it('stand on the left under the name of who wrote them, with what is proven about them', () => {
    drawMessage(said(1));
    expect(screen.getByTestId('sender-name').textContent).toBe('Lin Wei');
    expect(screen.getByLabelText('address compared and verified')).toBeTruthy();
    expect(screen.getByTestId('message').getAttribute('aria-label')).toContain('Lin Wei');
    cleanup();
    drawMessage(said(2, { sender: bot }));
    expect(screen.getByText('agent')).toBeTruthy();
  });

  it('of one’s own stand there as well, tinted and named “You”', () => {
    drawMessage(said(1, { own: true, sender: me, state: 'sent' }));
    expect(screen.getByTestId('bubble').getAttribute('data-own')).toBe('true');
    expect(screen.getByRole('listitem').getAttribute('data-own')).toBe('false');
    expect(screen.getByText('You')).toBeTruthy();
  });

  it('name their writer only once a block, and ask for an unknown one only once', async () => {
    drawMessage(said(1), { first: false });
    expect(screen.queryByTestId('sender-name')).toBeNull();
    cleanup();
    const unknown = 'x.aun.test';
    drawMessage(said(2, { sender: unknown }));
    await act(() => bridge.next('contact.get').answer(sampleContact({ aid: unknown, title: 'Xu' })));
    expect(screen.getByTestId('sender-name').textContent).toBe('Xu');
    cleanup();
    drawMessage(said(3, { sender: unknown }));
    expect(bridge.calls.filter(({ command }) => command === 'contact.get')).toHaveLength(0);
  });

  it('that answer somebody name them', () => {
    const reply = { id: 1, messageId: 'm-1', sender: bot, text: 'done?', standing: 'known' } as const;
    drawMessage(said(2, { reply }));
    expect(screen.getByTestId('reply-bar').textContent).toContain('Builder');
  });

  it('from before one joined are said not to be there', () => {
    draw(
      <GroupStart
        group={sampleGroup({ historyBefore: true, joinedAt: Date.now() })}
        conversation={room}
        title="Release room"
      />,
    );
    expect(screen.getByTestId('history-before').textContent).toContain('not available');
  });
});

describe('the foot of a message in a group', () => {
  it('has no lock of its own: what the keys of a group can do is told once, on its page', () => {
    const own = said(1, { own: true, sender: me, state: 'sent', forwardSecret: false });
    const foot = { account: me, title: 'Room', index: 0, first: true, last: true } as const;
    const more = { highlighted: false, active: false, clustered: false, showReply: true } as const;
    draw(<GroupMessage {...foot} {...more} message={own} />);
    expect(screen.getByTestId('bubble')).toBeTruthy();
    expect(screen.queryByLabelText(en.chat.notForwardSecret)).toBeNull();
  });
});

describe('what happened in a group', () => {
  const happened = (id: number, action: string, signature: Standing = 'verified'): Message =>
    said(id, {
      content: { kind: 'group_event', action, actor: lin, target: bot, values: {}, signature },
    });

  it('is a small line, with a doubt where no good signature was found', () => {
    draw(<GroupEvents account={me} messages={[happened(1, 'member_added', 'unsigned')]} index={0} active />);
    expect(screen.getByTestId('group-event').textContent).toBe('Lin Wei added Builderunverified');
    cleanup();
    draw(<GroupEvents account={me} messages={[happened(1, 'member_added')]} index={0} active />);
    expect(screen.getByTestId('group-event').textContent).toBe('Lin Wei added Builder');
  });

  it('carries no doubt where nobody ever signs, unless what is there is wrong', () => {
    const doubted = (action: string, signature: 'unsigned' | 'invalid'): string | null => {
      draw(<GroupEvents account={me} messages={[happened(1, action, signature)]} index={0} active />);
      const words = screen.getByTestId('group-event').textContent;
      cleanup();
      return words;
    };
    for (const action of ['upsert', 'invite_code_created', 'invite_code_revoked']) {
      expect(doubted(action, 'unsigned')).not.toContain('unverified');
      expect(doubted(action, 'invalid')).toContain('unverified');
    }
  });

  it('is folded into one line when there is much of it', () => {
    const actions = ['rules_updated', 'suspended', 'resumed', 'announcement_updated', 'update'];
    draw(
      <GroupEvents
        account={me}
        messages={actions.map((action, index) => happened(index, action))}
        index={0}
        active
      />,
    );
    expect(screen.queryAllByTestId('group-event')).toHaveLength(0);
    fireEvent.click(screen.getByText('5 changes in the group'));
    expect(screen.getAllByTestId('group-event')).toHaveLength(5);
  });
});

describe('the menu of a message in a group', () => {
  it('mentions whoever wrote it, by address where two have the same name', async () => {
    useGroupPeopleStore.setState({
      people: {
        [`${me} ${room}`]: {
          members: [sampleMember(lin, 'Lin Wei'), sampleMember('lin2.aun.test', 'Lin Wei')],
          online: null,
        },
      },
    });
    const props = { account: me, x: 0, y: 0, link: null, now: 0, onClose: () => undefined };
    draw(<MessageMenu {...props} message={said(1, { sender: bot })} />);
    fireEvent.click(screen.getByTestId('menu-mention'));
    const text = (): string => useComposerStore.getState().drafts[timelineKey(me, room)]?.text ?? '';
    expect(text()).toBe('@Builder ');
    cleanup();
    draw(<MessageMenu {...props} message={said(2)} />);
    fireEvent.click(screen.getByTestId('menu-mention'));
    expect(text()).toBe('@Builder @lin.aun.test ');
    await settle();
  });
});

describe('a group somebody put us into', () => {
  it('says who did, and is accepted, left, or left and blocked', () => {
    know({ addedBy: lin });
    draw(<GroupRequestBar account={me} conversation={groupRow({ standing: 'pending' })} />);
    expect(screen.getByTestId('group-request-bar').textContent).toContain(
      'Lin Wei added you to “Release room”',
    );
    fireEvent.click(screen.getByTestId('request-accept'));
    expect(bridge.next('conversation.accept').params).toEqual({ account: me, conversation: room });
    fireEvent.click(screen.getByTestId('request-leave'));
    expect(bridge.next('group.leave').params).toEqual({ account: me, group: room });
    fireEvent.click(screen.getByTestId('request-block'));
    expect(bridge.next('conversation.block').params).toEqual({ account: me, conversation: room });
  });
});
