import type { CertificateView } from '../../../shared/model/certificate';
import type { ConnectionInspection } from '../../../shared/model/connection';
import { toAunError } from '../../runtime/errors';
import type { Account } from '../account';
import { sessionReport } from '../session-report';
import type { HandlerContext, HandlersOf } from './context';

/** Connections and certificates from inside. */
export function sessionHandlers(context: HandlerContext): HandlersOf<'session' | 'certificate'> {
  const { options, accounts } = context;
  const { logger, clock } = options.runtime;

  /** The certificate of the sign-in server; one that cannot be read is worth a line in the log, not an error. */
  async function authServer({ session, services }: Account): Promise<CertificateView | null> {
    const pem = session.authServerCertificate();
    if (pem === null) return null;
    try {
      return await services.certificates.authServer(pem);
    } catch (thrown) {
      logger.log('warn', 'session.auth_server_unreadable', { code: toAunError(thrown).code });
      return null;
    }
  }

  async function inspect(account: Account): Promise<ConnectionInspection> {
    return {
      ...account.session.inspect(),
      authServer: await authServer(account),
      environment: context.environment().report,
    };
  }

  return {
    'session.inspect': async ({ account }) => inspect(await accounts.get(account)),
    'session.report': async ({ account }) => {
      const owner = await accounts.get(account);
      const [active = null] = await owner.services.certificates.own();
      return {
        text: sessionReport({
          app: options.info,
          vault: options.vault.status(),
          snapshot: await owner.snapshot(),
          inspection: await inspect(owner),
          certificate: active,
          now: clock.now(),
        }),
      };
    },
    'certificate.own': async ({ account }) => {
      const { session, services } = await accounts.get(account);
      return { certificates: await services.certificates.own(), renewal: session.renewal() };
    },
    'certificate.peer': async ({ account, aid }) => ({
      certificates: await (await accounts.get(account)).services.certificates.peer(aid),
    }),
    'certificate.renew': async ({ account }) => {
      const owner = await accounts.get(account);
      await owner.session.renewCertificate();
      owner.refresh();
      return { certificates: await owner.services.certificates.own() };
    },
    'certificate.rekey': ({ account, confirm }) => accounts.rekey(account, confirm),
  };
}
