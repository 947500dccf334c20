import { isIP } from 'node:net';
import { issuerProblem } from '../../shared/aun/aid';
import { AunError } from '../runtime/errors';
import type { HostTarget } from './edge';

/** The network an identity lives on. */
export interface NetworkOptions {
  readonly issuer: string;
  /** Gateway to use without discovery (embedded or hand-made networks), or null. */
  readonly pinnedGatewayUrl: string | null;
  /** Trust root of the network, or null for the public one; TLS trusts it as well. */
  readonly rootPem: string | null;
  /**
   * False where the environment relaxes TLS (`protocol/01 §3.4`): honoured for this computer alone, and never for the
   * trust in certificates of AIDs. Absent: true.
   */
  readonly verifyTls?: boolean;
}

/** A parsed gateway address. */
export interface GatewayAddress {
  readonly secure: boolean;
  readonly address: string;
  readonly port: number;
  /** Path of the WebSocket, with query. */
  readonly path: string;
}

/** Whether a host name or address is this computer. */
export function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));
}

/**
 * Parses a WebSocket (or HTTP) address of a gateway. Plain text is accepted for this computer only (`protocol/01 §13`).
 * @throws AunError `invalid_request` | `gateway_not_trusted`
 */
export function parseGatewayUrl(text: string): GatewayAddress {
  let url: URL;
  try {
    url = new URL(text);
  } catch (cause) {
    throw new AunError('invalid_request', 'this is not a gateway address', {
      cause,
      detail: { url: text.slice(0, 200) },
    });
  }
  const secure = url.protocol === 'wss:' || url.protocol === 'https:';
  if (!secure && url.protocol !== 'ws:' && url.protocol !== 'http:')
    throw new AunError('invalid_request', `a gateway address cannot start with ${url.protocol}`);
  if (url.username !== '' || url.password !== '')
    throw new AunError('invalid_request', 'a gateway address carries no user name');
  const address = url.hostname.replace(/^\[|\]$/g, '');
  if (!secure && !isLoopback(address))
    throw new AunError('gateway_not_trusted', `refused to talk in plain text to ${address}`, {
      detail: { host: address },
    });
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  return { secure, address, port, path: `${url.pathname}${url.search}` };
}

function mayStayUnverified(network: NetworkOptions, address: string): boolean {
  return network.verifyTls === false && isLoopback(address);
}

/** Whether a gateway is reached by its bare address, so that host names travel in the `Host` header only. */
function reachedByAddress(address: string): boolean {
  return isIP(address) !== 0 || isLoopback(address);
}

/**
 * Where the gateway of `issuer` is reached, given the gateway of the own issuer. A bare address serves every issuer,
 * told apart by the `Host` header; a name that contains `gateway.{own issuer}` has that part replaced; any other name is
 * used as it is (`protocol/01 §6.2`, §6.4).
 * @throws AunError `invalid_aid` for a malformed issuer, and as {@link parseGatewayUrl}
 */
export function gatewayTarget(
  network: NetworkOptions,
  gatewayUrl: string,
  issuer = network.issuer,
): HostTarget {
  if (issuerProblem(issuer) !== null)
    throw new AunError('invalid_aid', 'this issuer breaks the naming rules', { detail: { issuer } });
  const { secure, address, port } = parseGatewayUrl(gatewayUrl);
  const own = `gateway.${network.issuer}`;
  // One server for all issuers shows one certificate: the one for the issuer this network was set up with.
  const trust = { extraRoot: network.rootPem, unverified: mayStayUnverified(network, address) };
  if (reachedByAddress(address))
    return { secure, address, port, host: `gateway.${issuer}`, tlsName: own, ...trust };
  const name =
    issuer !== network.issuer && address.includes(own) ? address.replace(own, `gateway.${issuer}`) : address;
  return { secure, address: name, port, host: null, tlsName: null, ...trust };
}

/** Whether a host belongs to an issuer: its own name or one below it. */
export function isUnderIssuer(host: string, issuer: string): boolean {
  return host === issuer || host.endsWith(`.${issuer}`);
}

/**
 * Where a host of a network is reached, such as an AID's own (`protocol/01 §6.4`): at the gateway's address and port
 * where that gateway is pinned or has no name, else as a public `https` host. Plain text happens only with a plain gateway
 * on this computer.
 * @throws AunError `gateway_not_trusted` | `invalid_request` for an unusable gateway address
 */
export function webTarget(network: NetworkOptions, gatewayUrl: string | null, host: string): HostTarget {
  if (gatewayUrl === null) return publicTarget(host, network.rootPem);
  const { secure, address, port } = parseGatewayUrl(gatewayUrl);
  const own = isUnderIssuer(host, network.issuer);
  if (!reachedByAddress(address) && (network.pinnedGatewayUrl === null || !own))
    return publicTarget(host, network.rootPem);
  // One server for all issuers shows one certificate, as in gatewayTarget.
  const tlsName = own ? host : `gateway.${network.issuer}`;
  const unverified = mayStayUnverified(network, address);
  return { secure, address, port, host, tlsName, extraRoot: network.rootPem, unverified };
}

/** Target of a public `https` host on the default port. */
export function publicTarget(host: string, extraRoot: string | null): HostTarget {
  return { secure: true, address: host, port: 443, host: null, tlsName: null, extraRoot, unverified: false };
}

/** Path of the WebSocket of a gateway address. */
export function socketPath(gatewayUrl: string): string {
  return parseGatewayUrl(gatewayUrl).path;
}

/**
 * The same address in plain text, for one question only: whether this network shows a sign-in page of its own. Nothing of ours
 * may ever be sent there.
 */
export function portalProbeTarget(target: HostTarget): HostTarget {
  return { ...target, secure: false, port: 80, tlsName: null, extraRoot: null, unverified: false };
}
