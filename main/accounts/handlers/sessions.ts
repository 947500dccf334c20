import type { HandlerContext, HandlersOf } from './context';
import { notWired } from './context';

/** Connections and certificates from inside. */
export function sessionHandlers(_context: HandlerContext): HandlersOf<'session' | 'certificate'> {
  return {
    'session.inspect': notWired,
    'session.report': notWired,
    'certificate.own': notWired,
    'certificate.peer': notWired,
    'certificate.renew': notWired,
    'certificate.rekey': notWired,
  };
}
