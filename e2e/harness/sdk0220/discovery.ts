import { SdkError } from './errors';
import { httpText } from './http';
import type { NetworkOptions } from './http';
import { dictsOf, parseDict, textOf } from './json';

/** Finds the gateway of an AID over HTTPS; only the best entry is ever used (protocol/01 §3.1, §3.2). */
export async function discoverGateway(aid: string, network: NetworkOptions, port?: number): Promise<string> {
  const suffix = port === undefined ? '' : `:${String(port)}`;
  const issuer = aid.slice(aid.indexOf('.') + 1);
  const hosts = [aid, `gateway.${issuer}`];
  const ordered = network.verifySsl ? hosts : [...hosts].reverse();
  let failure: unknown;
  for (const host of ordered) {
    try {
      const text = await httpText(`https://${host}${suffix}/.well-known/aun-gateway`, network, 5000);
      return bestUrl(text);
    } catch (error) {
      failure = error;
    }
  }
  throw failure instanceof Error ? failure : new SdkError('ConnectionError', 'gateway discovery failed');
}

function bestUrl(text: string): string {
  const gateways = dictsOf(parseDict(text)?.['gateways']);
  const priority = (value: unknown): number => (value === undefined ? 999 : Number(value));
  const [best] = [...gateways].sort((a, b) => priority(a['priority']) - priority(b['priority']));
  const url = textOf(best?.['url']);
  if (!url) throw new SdkError('ValidationError', 'discovery document without gateways');
  return url;
}
