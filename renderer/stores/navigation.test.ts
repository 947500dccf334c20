import { beforeEach, describe, expect, it } from 'vitest';
import { useConversationsStore } from './conversations-store';
import { fakeInvoke, settle } from './fake-invoke';
import { showAccount, showConversation, showMessage } from './navigation';
import { useNoticesStore } from './notices-store';
import { sampleConversation, sampleMessage } from './samples';
import { timelineKey, useTimelineStore } from './timeline-store';
import { useViewStore } from './view-store';

const me = 'me.aun.test';
const lin = 'lin.aun.test';
let bridge: ReturnType<typeof fakeInvoke>;

function line(): number | null | undefined {
  return useTimelineStore.getState().timelines[timelineKey(me, lin)]?.readUpTo;
}

beforeEach(() => {
  bridge = fakeInvoke();
  useViewStore.setState({ account: me, conversations: {} });
  useTimelineStore.setState({ timelines: {} });
  useNoticesStore.setState({ notices: [] });
  useConversationsStore.setState({ lists: {} });
  useConversationsStore.getState().merge(me, [sampleConversation({ unread: 1, readUpTo: 1 })]);
});

describe('navigation', () => {
  it('keeps the line of new messages when the open conversation is clicked again', async () => {
    showConversation(me, lin);
    await settle();
    await bridge.next('message.page').answer({
      messages: [sampleMessage(1, 1), sampleMessage(2, 2)],
      hasOlder: false,
      hasNewer: false,
    });
    useConversationsStore.getState().merge(me, [sampleConversation({ unread: 0, readUpTo: 2 })]);
    showConversation(me, lin);
    await settle();
    expect(line()).toBe(1);
  });

  it('fetches a conversation that is not in the list before it shows one of its messages', async () => {
    showMessage(me, 'far.aun.test', 9);
    await bridge.next('conversation.open').answer(sampleConversation({ conversation: 'far.aun.test' }));
    expect(bridge.next('message.page').params).toMatchObject({ conversation: 'far.aun.test', around: 9 });
    expect(useViewStore.getState().conversations[me]).toBe('far.aun.test');
  });

  it('tells when a conversation cannot be opened', async () => {
    showConversation(me, 'nobody.aun.test');
    await bridge.next('conversation.open').fail('recipient_unknown');
    expect(useNoticesStore.getState().notices).toMatchObject([
      { kind: 'error', error: { code: 'recipient_unknown' } },
    ]);
  });

  it('stays with the last wish when an answer for an earlier one comes late', async () => {
    showConversation(me, 'slow.aun.test');
    showConversation(me, lin);
    await settle();
    await bridge.next('conversation.open').answer(sampleConversation({ conversation: 'slow.aun.test' }));
    expect(useViewStore.getState()).toMatchObject({ account: me, conversations: { [me]: lin } });
  });

  it('does not go back to an identity that was left before its conversation was there', async () => {
    const [first, second, third] = ['first.aun.test', 'second.aun.test', 'third.aun.test'];
    useViewStore.setState({
      account: me,
      conversations: { [first]: lin, [second]: lin, [third]: lin },
    });
    for (const account of [first, second, third]) showAccount(account);
    const opens = [1, 2, 3].map(() => bridge.next('conversation.open'));
    for (const call of opens.reverse()) await call.answer(sampleConversation());
    expect(useViewStore.getState().account).toBe(third);
    const pages = bridge.calls.filter(({ command }) => command === 'message.page');
    expect(pages.map(({ params }) => params['account'])).toEqual([third]);
  });

  it('opens nothing any more when the user went back to the list meanwhile', async () => {
    useViewStore.setState({ account: me, conversations: { [me]: lin } });
    showConversation(me, 'slow.aun.test');
    useViewStore.getState().closeConversation();
    await bridge.next('conversation.open').answer(sampleConversation({ conversation: 'slow.aun.test' }));
    expect(useViewStore.getState().conversations[me]).toBeNull();
  });

  it('returns to the conversation that was open in an identity', async () => {
    useViewStore.setState({ account: 'other.aun.test', conversations: { [me]: lin } });
    showAccount(me);
    await settle();
    expect(useViewStore.getState().account).toBe(me);
    expect(bridge.next('message.page').params).toMatchObject({ account: me, conversation: lin });
  });
});
