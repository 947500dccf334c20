import type { HandlerContext, HandlersOf } from './context';
import { notWired } from './context';

/** Connections and certificates from inside. */
export function sessionHandlers(context: HandlerContext): HandlersOf<'session' | 'certificate'> {
  return {
    'session.inspect': notWired,
    'session.report': notWired,
    'certificate.own': notWired,
    'certificate.peer': notWired,
    'certificate.renew': notWired,
    'certificate.rekey': ({ account, confirm }) => context.accounts.rekey(account, confirm),
  };
}
