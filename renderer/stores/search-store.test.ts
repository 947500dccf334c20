import { beforeEach, describe, expect, it } from 'vitest';
import { fakeInvoke, settle } from './fake-invoke';
import { sampleConversation } from './samples';
import { useSearchStore } from './search-store';

const me = 'me.aun.test';
const work = 'work.aun.test';
let bridge: ReturnType<typeof fakeInvoke>;

function search(query: string): void {
  void useSearchStore.getState().search([me, work], me, query);
}

beforeEach(() => {
  bridge = fakeInvoke();
  useSearchStore.getState().clear();
});

describe('search', () => {
  it('asks for people and for messages in all identities', async () => {
    search('lin');
    await settle();
    expect(bridge.next('conversation.find').params).toMatchObject({ accounts: [me, work], query: 'lin' });
    expect(bridge.next('message.search').params).toEqual({ accounts: [me, work], query: 'lin', limit: 100 });
  });

  it('turns a name into the address of whom it means', async () => {
    search('from:Lin plan');
    await bridge.next('conversation.find').answer({
      found: [
        {
          account: work,
          conversation: sampleConversation({ conversation: 'linda.aun.test', title: 'Linda' }),
        },
        { account: me, conversation: sampleConversation({ conversation: 'lin.aun.test', title: 'Lin' }) },
      ],
    });
    const call = bridge.next('message.search');
    expect(call.params).toMatchObject({ query: 'plan', from: 'lin.aun.test', accounts: [me, work] });
    await call.answer({ hits: [] });
    expect(useSearchStore.getState().filters).toMatchObject([{ name: 'Lin' }]);
  });

  it('searches one conversation under the identity that has it', async () => {
    search('in:lin plan');
    await bridge.next('conversation.find').answer({
      found: [{ account: work, conversation: sampleConversation({ conversation: 'lin.aun.test' }) }],
    });
    expect(bridge.next('message.search').params).toMatchObject({
      accounts: [work],
      conversation: 'lin.aun.test',
    });
  });

  it('finds nothing, and says which filter it does not understand', async () => {
    search('has:cake plan');
    await settle();
    expect(bridge.calls.map(({ command }) => command)).not.toContain('message.search');
    expect(useSearchStore.getState()).toMatchObject({
      hits: [],
      filters: [{ name: null }],
      searching: false,
    });
  });

  it('needs no words where there is a filter', async () => {
    search('来自:我 包含:图片');
    await settle();
    expect(bridge.next('message.search').params).toMatchObject({
      query: '',
      from: me,
      accounts: [me],
      has: 'image',
    });
  });

  it('shows the answer to the newest question only', async () => {
    search('first');
    await settle();
    const [people, messages] = [bridge.next('conversation.find'), bridge.next('message.search')];
    search('second');
    await settle();
    await people.answer({ found: [] });
    await messages.answer({ hits: [] });
    expect(useSearchStore.getState()).toMatchObject({ query: '', searching: true });
  });

  it('tells why it failed', async () => {
    search('lin');
    await settle();
    await bridge.next('message.search').fail('vault_locked');
    expect(useSearchStore.getState()).toMatchObject({ query: 'lin', error: { code: 'vault_locked' } });
  });
});
