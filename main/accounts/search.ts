import type { CommandResult, ParsedParams } from '../../shared/bridge/contract';
import type { AccountManager } from './account-manager';

/** Searches the chosen identities and merges what they found, newest first. Accounts that cannot be opened are left out. */
export async function searchAccounts(
  accounts: AccountManager,
  query: ParsedParams<'message.search'>,
): Promise<CommandResult<'message.search'>['hits']> {
  if (query.query.trim() === '') return [];
  const chosen = query.accounts.length > 0 ? query.accounts : accounts.ids();
  const found = await Promise.all(
    chosen
      .filter((account) => accounts.isOpen(account))
      .map(async (account) => {
        const { store } = await accounts.get(account);
        const hits = await store.search(query.query, {
          conversation: query.conversation,
          limit: query.limit,
        });
        return hits.map((hit) => ({
          account,
          message: hit.message,
          title: hit.title,
          excerpt: hit.excerpt,
          ranges: hit.ranges.map(([start, end]): [number, number] => [start, end]),
        }));
      }),
  );
  return found
    .flat()
    .sort((one, other) => other.message.sortAt - one.message.sortAt)
    .slice(0, query.limit);
}
