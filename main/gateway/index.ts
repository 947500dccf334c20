import { parseAid } from '../../shared/aun/aid';
import type { Aid } from '../../shared/aun/aid';
import type { CertificateVerifier, Identity, PkiSource } from '../ports/identity';
import type { SessionMemory } from '../ports/session';
import type { Transfers, TransferSockets } from '../ports/transfers';
import type { WebClient } from '../ports/web';
import { AunError } from '../runtime/errors';
import type { Runtime } from '../runtime/runtime';
import { FANOUT } from './delivery-mode';
import type { DeliveryMode } from './delivery-mode';
import { GatewayDirectory } from './discovery';
import type { GatewayUrlMemory } from './discovery';
import type { NetworkEdge } from './edge';
import { createNodeEdge } from './node-edge';
import { resolveName } from './data-target';
import type { ResolveName } from './data-target';
import { createPkiSourceFrom, isNameAvailable } from './pki-source';
import { DrivenSession } from './session';
import type { GatewaySession } from './session';
import { createShortCaller } from './short-call';
import { gatewayTarget } from './targets';
import type { NetworkOptions } from './targets';
import { DataPlane } from './transfers';
import { TokenKeeper } from './tokens';
import { createWebClientFrom } from './web-client';

export type { DeliveryMode } from './delivery-mode';
export type { NetworkOptions } from './targets';
export type { GatewaySession } from './session';
export { GatewayDirectory } from './discovery';
export { probeNetwork } from './probe';

/** What every entry point needs to find the gateway of a network. */
export interface GatewayAccess {
  readonly network: NetworkOptions;
  readonly runtime: Runtime;
  /** Whose host is asked first by discovery; null while there is no identity yet. */
  readonly aid?: Aid | null;
  /** Where found gateway URLs are remembered. */
  readonly memory?: GatewayUrlMemory | null;
  /** A directory shared with other entry points; made from the rest when absent. */
  readonly directory?: GatewayDirectory;
  /** Stand-in for the network, for tests. */
  readonly edge?: NetworkEdge;
}

function resolve(access: GatewayAccess): { edge: NetworkEdge; directory: GatewayDirectory } {
  const edge = access.edge ?? createNodeEdge(access.runtime);
  const { network, runtime, aid = null, memory = null } = access;
  return {
    edge,
    directory: access.directory ?? new GatewayDirectory({ network, aid, memory, edge, runtime }),
  };
}

/** The gateways of one account, to be shared by its session and its PKI source. */
export function createGatewayDirectory(access: GatewayAccess): GatewayDirectory {
  return resolve(access).directory;
}

/** PKI documents of a network, for certificate verification (`protocol/01 §6.3`). */
export function createPkiSource(access: GatewayAccess): PkiSource {
  const { edge, directory } = resolve(access);
  return createPkiSourceFrom(edge, directory);
}

/**
 * HTTP to the hosts of a network, such as an AID's own or its custody service (`protocol/01 §6.4`). A token goes to hosts under
 * the own issuer only.
 */
export function createWebClient(access: GatewayAccess): WebClient {
  const { edge, directory } = resolve(access);
  return createWebClientFrom(edge, directory);
}

/**
 * HTTP and WebSockets with the storage and stream servers of a network and of its peers (`protocol/06 §1.4`). It never carries
 * an access token.
 */
export function createTransfers(
  access: GatewayAccess & { /** Stand-in for name lookup, for tests. */ readonly resolveName?: ResolveName },
): Transfers & TransferSockets {
  const { directory } = resolve(access);
  return new DataPlane(access.runtime, async () => ({
    network: access.network,
    gateways: await directory.known(),
    resolve: access.resolveName ?? resolveName,
  }));
}

/**
 * Calls one method that needs no session, such as `auth.create_aid`, on the first gateway that can be reached.
 * @throws RpcError for an error reply; AunError of discovery and transport
 */
export async function callShort(
  access: GatewayAccess,
  method: string,
  params: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const { edge, directory } = resolve(access);
  let failure: AunError | null = null;
  for (const url of await directory.list()) {
    try {
      return await createShortCaller(edge, access.runtime, access.network, url).call(method, params);
    } catch (thrown) {
      failure = await directory.explain(gatewayTarget(access.network, url), thrown);
      if (failure.code !== 'gateway_unreachable') break;
    }
  }
  throw failure ?? new AunError('gateway_unreachable', 'no gateway is known', { retryable: true });
}

/**
 * Whether nobody holds this AID yet.
 * @throws AunError `invalid_aid` and transport errors
 */
export async function checkNameAvailable(access: GatewayAccess, aid: string): Promise<boolean> {
  const parsed = parseAid(aid);
  if (parsed === null)
    throw new AunError('invalid_aid', 'this address breaks the naming rules', { detail: { aid } });
  const { edge, directory } = resolve(access);
  return isNameAvailable(edge, directory, parsed);
}

/** What a session is made of. */
export interface SessionOptions extends GatewayAccess {
  readonly aid: Aid;
  readonly deviceId: string;
  readonly slotId: string;
  readonly identity: Identity;
  readonly verifier: CertificateVerifier;
  readonly memory: SessionMemory;
  /** Name of this computer, shown where this session takes the place of another. */
  readonly hostName: string;
  /** What the user calls this device, shown beside it; absent: the name of the computer. */
  readonly deviceName?: string;
  /** Absent: every device gets every message. */
  readonly deliveryMode?: DeliveryMode;
  /** When this process started, Unix ms. */
  readonly startedAt: number;
}

/** The self-healing connection of one account (`protocol/01 §5`). It does nothing until `start` or `connectNow`. */
export function createSession(options: SessionOptions): GatewaySession {
  const { edge, directory } = resolve(options);
  const { runtime, network, aid, identity, verifier } = options;
  const pki = createPkiSourceFrom(edge, directory);
  return new DrivenSession({
    edge,
    directory,
    runtime: { ...runtime, logger: runtime.logger.with({ aid }) },
    aid,
    issuer: network.issuer,
    identity,
    verifier,
    lookup: (wanted) => pki.certificate(wanted),
    tokens: new TokenKeeper(options.memory, runtime),
    deviceId: options.deviceId,
    slotId: options.slotId,
    deliveryMode: options.deliveryMode ?? FANOUT,
    extraInfo: {
      app: 'Parley',
      device: (options.deviceName ?? options.hostName).slice(0, 64),
      host: options.hostName.slice(0, 64),
      started_at: options.startedAt,
    },
  });
}
