import type { CommandResult, ParsedParams } from '../../shared/bridge/contract';
import type { Account } from './account';
import type { AccountManager } from './account-manager';

/** Searches the chosen identities and merges what they found, newest first. Accounts that cannot be opened are left out. */
export async function searchAccounts(
  accounts: AccountManager,
  query: ParsedParams<'message.search'>,
): Promise<CommandResult<'message.search'>['hits']> {
  const { accounts: chosen, query: text, ...filters } = query;
  const found = await inEach(accounts, chosen, async ({ aid, store }) => {
    const hits = await store.search({ text, ...filters });
    return hits.map((hit) => ({
      account: aid,
      message: hit.message,
      title: hit.title,
      excerpt: hit.excerpt,
      ranges: hit.ranges.map(([start, end]): [number, number] => [start, end]),
    }));
  });
  return found.sort((one, other) => other.message.sortAt - one.message.sortAt).slice(0, query.limit);
}

/** Conversations of the chosen identities whose name or address contains a text, by newest activity. */
export async function findInAccounts(
  accounts: AccountManager,
  { accounts: chosen, query, limit }: ParsedParams<'conversation.find'>,
): Promise<CommandResult<'conversation.find'>['found']> {
  const found = await inEach(accounts, chosen, async ({ aid, store }) => {
    const conversations = await store.findConversations(query, limit);
    return conversations.map((conversation) => ({ account: aid, conversation }));
  });
  return found
    .sort((one, other) => other.conversation.lastActivityAt - one.conversation.lastActivityAt)
    .slice(0, limit);
}

async function inEach<T>(
  accounts: AccountManager,
  chosen: readonly string[],
  ask: (account: Account) => Promise<T[]>,
): Promise<T[]> {
  const asked = chosen.length > 0 ? [...new Set(chosen)] : accounts.ids();
  const answers = await Promise.all(
    asked
      .filter((account) => accounts.isOpen(account))
      .map(async (account) => ask(await accounts.get(account))),
  );
  return answers.flat();
}
