import { WireCode } from '../../shared/aun/errors';
import type { GatewayContext } from '../context';
import { authFailed, methodNotFound, RpcError } from '../errors';
import { downloadCertificate, rekey, renewCertificate, requestCertificate } from './certificates';
import { connect } from './connect';
import { groupMethods } from './group';
import { login1, login2, refreshToken } from './login';
import { messageMethods } from './message';
import { metaMethods } from './meta';
import type { Method, OpenCall, OpenHandler } from './method';
import { inSession, open } from './method';
import { createAid } from './register';
import { SignatureGuard } from './signatures';
import { storageMethods } from './storage-methods';
import { streamMethods } from './stream';

/**
 * Marks unexpected trouble of a login step as temporary: clients look for this text to decide whether to try again
 * (`protocol/01 §5.9`).
 */
function loginStep(label: string, handle: OpenHandler): OpenHandler {
  const explain = (error: unknown): never => {
    if (error instanceof RpcError) throw error;
    throw authFailed(`${label}: temporary failure`);
  };
  return (call) => {
    try {
      const result = handle(call);
      return result instanceof Promise ? result.catch(explain) : result;
    } catch (error) {
      return explain(error);
    }
  };
}

const firstStep = open(loginStep('aid_login1_failed', login1));
const secondStep = open(loginStep('aid_login2_failed', login2));

const authMethods: Readonly<Record<string, Method>> = {
  'auth.create_aid': open(createAid),
  'auth.aid_login1': firstStep,
  'auth.login1': firstStep,
  'auth.aid_login2': secondStep,
  'auth.login2': secondStep,
  'auth.connect': open(connect),
  'auth.refresh_token': open(refreshToken),
  'auth.renew_cert': open(renewCertificate),
  'auth.rekey': open(rekey),
  'auth.download_cert': open(downloadCertificate),
  'auth.request_cert': inSession(requestCertificate),
};

/** Finds the handler of a method, checks that the caller may use it, and runs it. */
export class Dispatcher {
  readonly #methods: ReadonlyMap<string, Method>;
  readonly #signatures: SignatureGuard;

  constructor(gateway: GatewayContext) {
    this.#methods = new Map(
      Object.entries({
        ...authMethods,
        ...metaMethods,
        ...messageMethods,
        ...storageMethods,
        ...streamMethods,
        ...groupMethods,
      }),
    );
    this.#signatures = new SignatureGuard(gateway);
  }

  /**
   * Runs one call. The result may be a promise.
   * @throws RpcError −32013 before a session exists, −32601 for unknown names, or what the handler throws.
   */
  dispatch(call: OpenCall): unknown {
    const { session } = call;
    const failure = call.gateway.faults.takeFailure(call.method);
    if (failure !== null) {
      throw new RpcError(
        failure.code,
        failure.message,
        failure.data === undefined ? {} : { data: failure.data },
      );
    }
    const method = this.#methods.get(call.method);
    if (session === null && !(method?.phase === 'open')) {
      if (method === undefined && call.method.startsWith('auth.')) throw methodNotFound(call.method);
      throw new RpcError(WireCode.notInitialized, 'initialization required');
    }
    if (method === undefined) throw methodNotFound(call.method);
    if (method.phase === 'open') return method.handle(call);
    if (session === null) throw new RpcError(WireCode.notInitialized, 'initialization required');
    return this.#signatures.run({ ...call, session }, method.handle);
  }
}
