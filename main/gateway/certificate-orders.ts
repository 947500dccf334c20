import { z } from 'zod';
import type { Certificate } from '../ports/identity';
import type { RpcCaller } from '../ports/session';
import { beginLogin, malformed, parseResult } from './login';
import type { LoginContext } from './login-context';

const orderResultSchema = z.object({ cert: z.string().optional(), cert_pem: z.string().optional() });

/** Orders a certificate: login1, then `method` with what `sign` makes of the nonce. */
async function order(
  context: LoginContext,
  caller: RpcCaller,
  certificate: Certificate,
  method: 'auth.renew_cert' | 'auth.rekey',
  more: Readonly<Record<string, string>>,
  signed: (nonce: string) => string,
): Promise<string> {
  const start = await beginLogin(context, caller, certificate);
  const signature = context.identity.sign(Buffer.from(signed(start.nonce), 'utf8')).toString('base64');
  const result = parseResult(
    method,
    orderResultSchema,
    await caller.call(method, {
      aid: context.aid,
      request_id: start.requestId,
      nonce: start.nonce,
      ...more,
      signature,
    }),
  );
  const pem = result.cert || result.cert_pem;
  if (!pem) throw malformed(method, undefined);
  return pem;
}

/**
 * Gets a fresh certificate for the same key (`protocol/01 §7.5`; the gateway allows it until 90 days after the old one ran
 * out). The identity adopts it.
 * @throws RpcError | AunError when the gateway refuses or the certificate does not verify
 */
export async function renewCertificate(
  context: LoginContext,
  caller: RpcCaller,
  certificate: Certificate,
): Promise<void> {
  const pem = await order(context, caller, certificate, 'auth.renew_cert', {}, (nonce) => nonce);
  const verified = await context.verifier.verifyOwn(context.aid, pem, context.identity.publicKeySpki);
  await context.identity.adoptCertificate(verified.pem);
}

/**
 * Has the gateway certify a new key, proven by the present one (`protocol/01 §7.6`). Nothing is stored here.
 * @param newPublicKeySpki b64 of the SPKI DER
 * @returns the verified certificate for the new key
 * @throws RpcError | AunError when the gateway refuses or the certificate does not verify
 */
export async function rekey(
  context: LoginContext,
  caller: RpcCaller,
  certificate: Certificate,
  newPublicKeySpki: string,
): Promise<Certificate> {
  const pem = await order(
    context,
    caller,
    certificate,
    'auth.rekey',
    { new_public_key: newPublicKeySpki },
    (nonce) => nonce + newPublicKeySpki,
  );
  return context.verifier.verifyOwn(context.aid, pem, newPublicKeySpki);
}
