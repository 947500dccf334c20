import { beforeEach, describe, expect, it } from 'vitest';
import { useAccountsStore } from './accounts-store';
import { useAppStore } from './app-store';
import { sampleAccount } from './samples';

const named = (name: string) => sampleAccount({}, { account: `${name}.aun.test` });
const anna = named('anna');
const bert = named('bert');
const cleo = named('cleo');

function shown(): string[] {
  return (useAccountsStore.getState().accounts ?? []).map((account) => account.account);
}

describe('the identities of the window', () => {
  beforeEach(() => useAccountsStore.setState({ accounts: [anna, bert, cleo] }));

  it('follow a new order', () => {
    useAccountsStore.getState().applyBatch([
      {
        event: 'account.order',
        data: { account: null, accounts: [cleo.account, anna.account] },
      },
    ]);
    expect(shown()).toEqual([cleo.account, anna.account, bert.account]);
  });

  it('lose one that was taken out, and get it back in the same batch', () => {
    useAccountsStore.getState().applyBatch([{ event: 'account.removed', data: { account: anna.account } }]);
    expect(shown()).toEqual([bert.account, cleo.account]);
    useAccountsStore.getState().applyBatch([
      { event: 'account.removed', data: { account: bert.account } },
      { event: 'account.changed', data: { account: bert.account, snapshot: bert } },
    ]);
    expect(shown()).toEqual([cleo.account, bert.account]);
  });

  it('are not drawn again for a batch about something else', () => {
    const before = useAccountsStore.getState();
    before.applyBatch([{ event: 'link.opened', data: { account: null } }]);
    expect(useAccountsStore.getState()).toBe(before);
  });
});

describe('the jobs of the window', () => {
  it('have the newest progress each', () => {
    useAppStore.setState({ jobs: {} });
    const progress = (job: string, done: number) => ({
      event: 'backup.progress' as const,
      data: {
        account: null,
        progress: {
          job,
          aid: 'me.aun.test',
          kind: 'create' as const,
          phase: 'history' as const,
          done,
          total: 9,
          bytes: 0,
        },
      },
    });
    useAppStore.getState().applyBatch([progress('one', 1), progress('two', 4), progress('one', 2)]);
    expect(useAppStore.getState().jobs['one']?.done).toBe(2);
    expect(useAppStore.getState().jobs['two']?.done).toBe(4);
  });
});
