import { DEMO_AGENTS } from '../../../shared/aun/demo-agents';
import type { HandlerContext, HandlersOf } from './context';

/** The identities of this installation. */
export function accountHandlers({
  accounts,
  backups,
  networkServices,
}: HandlerContext): HandlersOf<'account'> {
  return {
    'account.list': async () => ({ accounts: await accounts.snapshots() }),
    'account.create': async (input) => {
      const record = await networkServices.ready(input.network);
      const made = await accounts.create(record, input.name, input.displayName);
      // Somebody to talk to at once: the list of a newcomer is never empty.
      if (record.kind === 'local' && accounts.isOpen(made.account)) {
        for (const name of Object.values(DEMO_AGENTS).reverse()) {
          await (await accounts.get(made.account)).desk.open(`${name}.${record.issuer}`);
        }
      }
      return made;
    },
    'account.connect': ({ account }) => accounts.connect(account),
    'account.disconnect': ({ account }) => accounts.disconnect(account),
    'account.reregister': ({ account }) => accounts.reregister(account),
    'account.reorder': async (input) => ({ accounts: await accounts.reorder(input.accounts) }),
    'account.update': ({ account, ...changed }) => accounts.update(account, changed),
    'account.advanced.get': async ({ account }) => ({
      ...accounts.advanced(account),
      deviceId: accounts.isOpen(account) ? (await accounts.get(account)).services.deviceId : null,
    }),
    'account.advanced.set': ({ account, settings }) => accounts.setAdvanced(account, settings),
    'account.remove': async ({ account, data, confirm }) => {
      await backups.stop(account);
      await accounts.remove(account, data, confirm);
      return {};
    },
    'account.listRemoved': async () => ({ accounts: accounts.listRemoved() }),
    'account.putBack': ({ account }) => accounts.putBack(account),
    'account.eraseRemoved': async ({ account, confirm }) => {
      await accounts.eraseRemoved(account, confirm);
      return {};
    },
  };
}
