import { lookup as systemLookup } from 'node:dns';
import type { LookupAddress, LookupOptions } from 'node:dns';
import { isIP } from 'node:net';
import { AunError } from '../runtime/errors';
import { addressKind } from './address-kind';
import type { AddressKind } from './address-kind';
import type { HostTarget } from './edge';
import { isLoopback, isUnderIssuer, parseGatewayUrl } from './targets';
import type { NetworkOptions } from './targets';

/** Longest address of a storage or stream server, in characters. */
const MAX_URL_LENGTH = 8192;

/** Looks a host name up; the operating system's way unless a test stands in for it. */
export type ResolveName = (host: string) => Promise<readonly LookupAddress[]>;

/** `lookup` as sockets of Node take it. */
export type SocketLookup = (
  host: string,
  options: LookupOptions,
  callback: (error: Error | null, address: string | LookupAddress[], family?: number) => void,
) => void;

/** How to reach a server of the data plane, after every rule has been kept. */
export interface DataTarget {
  readonly url: URL;
  readonly target: HostTarget;
  readonly path: string;
  /** Looks names up and lets only addresses pass that may be asked; absent where the address is already known. */
  readonly lookup?: SocketLookup;
}

/** The gateway of an account as the rules for other hosts see it. */
export interface GatewayPlace {
  readonly network: NetworkOptions;
  /** URLs of the own gateways that are known; may be empty. */
  readonly gateways: readonly string[];
  readonly resolve: ResolveName;
}

/** The operating system's lookup. */
export const resolveName: ResolveName = (host) =>
  new Promise((resolve, reject) => {
    systemLookup(host, { all: true, verbatim: true }, (error, addresses) => {
      if (error === null) resolve(addresses);
      else reject(error);
    });
  });

function refused(message: string, host: string): AunError {
  return new AunError('invalid_request', message, { detail: { host } });
}

/** Parses an address as somebody else wrote it. @throws AunError `invalid_request` */
export function parseDataUrl(text: string, base?: URL): URL {
  let url: URL;
  try {
    if (text.length > MAX_URL_LENGTH) throw new RangeError('too long');
    url = new URL(text, base);
  } catch (cause) {
    throw new AunError('invalid_request', 'this is no address of a server', { cause });
  }
  if (url.username !== '' || url.password !== '')
    throw refused('an address of a server carries no user name', url.hostname);
  return url;
}

/** Whether hosts of the own issuer are reached at the gateway's own address (`protocol/06 §1.4`). */
function mapping(network: NetworkOptions): { address: string; secure: boolean } | null {
  if (network.pinnedGatewayUrl === null) return null;
  const { address, secure } = parseGatewayUrl(network.pinnedGatewayUrl);
  return isIP(address) !== 0 || isLoopback(address) ? { address, secure } : null;
}

/** What kind of place the own gateway stands in; `public` where that is not known. */
async function gatewayKind(place: GatewayPlace): Promise<AddressKind> {
  const [url] = place.gateways;
  if (url === undefined) return 'public';
  const { address } = parseGatewayUrl(url);
  if (isLoopback(address)) return 'local';
  if (isIP(address) !== 0) return addressKind(address);
  const kinds = (await place.resolve(address)).map((each) => addressKind(each.address));
  return kinds.length > 0 && kinds.every((kind) => kind !== 'public') ? 'private' : 'public';
}

/** Whether an address may be asked, as far as it is not on the internet anyway. */
function mayAsk(kind: AddressKind, own: boolean, gateway: AddressKind): boolean {
  if (kind === 'public') return true;
  if (kind === 'private') return gateway === 'private' || (own && gateway === 'local');
  return own && gateway === 'local';
}

async function permitted(
  place: GatewayPlace,
  host: string,
  own: boolean,
  addresses: readonly LookupAddress[],
): Promise<LookupAddress[]> {
  const every = addresses.every(({ address }) => addressKind(address) === 'public');
  const gateway = every ? 'public' : await gatewayKind(place);
  const kept = addresses.filter(({ address }) => mayAsk(addressKind(address), own, gateway));
  if (kept.length === 0) throw refused(`${host} lies where nobody else may send us`, host);
  return kept;
}

/** A lookup that the socket itself uses: what is checked is what is connected to, however often the name changes. */
function guardedLookup(place: GatewayPlace, own: boolean): SocketLookup {
  return (host, options, callback) => {
    place
      .resolve(host)
      .then((found) => permitted(place, host, own, found))
      .then(
        (addresses) => {
          const wanted = addresses.filter(({ family }) => !options.family || family === options.family);
          const [first] = wanted;
          if (options.all === true) callback(null, wanted);
          else if (first === undefined) callback(refused(`${host} has no address`, host), '', 4);
          else callback(null, first.address, first.family);
        },
        (thrown: unknown) => {
          callback(thrown instanceof Error ? thrown : new Error(String(thrown)), '', 4);
        },
      );
  };
}

/**
 * Where a storage or stream server is reached (`protocol/06 §1.4`, `protocol/04 §14.6`). Hosts under the own issuer are reached
 * at the gateway's address where the gateway was configured by address, under their own name and port. Plain text is accepted
 * only for those, and only where the gateway speaks plain text itself.
 * @throws AunError `invalid_request` for an address that must not be asked
 */
export async function dataTarget(url: URL, place: GatewayPlace): Promise<DataTarget> {
  const { network } = place;
  const secure = url.protocol === 'https:' || url.protocol === 'wss:';
  if (!secure && url.protocol !== 'http:' && url.protocol !== 'ws:')
    throw refused(`a server is not asked by ${url.protocol}`, url.hostname);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  const path = `${url.pathname}${url.search}`;
  const own = isUnderIssuer(host, network.issuer);
  const mapped = own ? mapping(network) : null;
  if (!secure && mapped?.secure !== false) throw refused('a server is not asked in plain text', host);
  if (mapped !== null) {
    const unverified = network.verifyTls === false && isLoopback(mapped.address);
    const { address } = mapped;
    const names = { host: url.host, tlsName: host };
    return { url, path, target: { secure, address, port, ...names, extraRoot: network.rootPem, unverified } };
  }
  const target = { secure, address: host, port, host: null, tlsName: null };
  const trust = { extraRoot: network.rootPem, unverified: false };
  const family = isIP(host);
  if (family === 0) return { url, path, target: { ...target, ...trust }, lookup: guardedLookup(place, own) };
  await permitted(place, host, own, [{ address: host, family }]);
  return { url, path, target: { ...target, ...trust } };
}
