import { makeRecoveryKey } from '../../identity/backup';
import { dismissReminder } from '../backup-status';
import type { HandlerContext, HandlersOf } from './context';

/** Keeping identities and moving them between computers. No path crosses the bridge. */
export function backupHandlers({
  options,
  accounts,
  transfers,
  backups,
  custody,
}: HandlerContext): HandlersOf<'backup' | 'identity' | 'sdk' | 'custody'> {
  const { clock, random } = options.runtime;
  return {
    'backup.status': async ({ account }) => (await accounts.get(account)).backupStatus(),
    'backup.dismissReminder': async ({ account }) => {
      const owner = await accounts.get(account);
      await dismissReminder(owner.store, clock.now());
      owner.refresh();
      return owner.backupStatus();
    },
    'backup.recoveryKey': async () => ({ key: makeRecoveryKey(random) }),
    'backup.create': ({ account, contents, secret, job }) => backups.create(account, contents, secret, job),
    'backup.choose': async () => ({ found: await backups.choose() }),
    'backup.restore': ({ file, secret, network, job }) => backups.restore(file, secret, network, job),
    'backup.jobs': async () => ({ jobs: backups.running() }),
    'backup.cancel': async ({ job }) => {
      await backups.cancel(job);
      return {};
    },
    'identity.exportPem': async ({ account, secret }) => ({
      saved: await transfers.exportPem(account, secret),
    }),
    'sdk.choose': async () => ({ found: await transfers.chooseSdkFolder() }),
    'sdk.import': ({ folder, aid, password, network }) =>
      transfers.importFromSdk(folder, aid, password, network),
    'sdk.export': async ({ account, password }) => ({
      saved: await transfers.exportToSdk(account, password),
    }),
    'custody.find': ({ network, account }) => custody.find(network, account),
    'custody.sendCode': (request) => custody.sendCode(request),
    'custody.backup': ({ account, phone, code, secret }) => custody.backup(account, phone, code, secret),
    'custody.restore': ({ network, ...request }) => custody.restore(network, request),
    'custody.offerTransfer': ({ account }) => custody.offerTransfer(account),
    'custody.claimTransfer': ({ network, ...request }) => custody.claimTransfer(network, request),
  };
}
