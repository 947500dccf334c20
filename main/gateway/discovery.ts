import { discoverySchema } from '../../shared/aun/wire';
import type { ErrorCode } from '../../shared/bridge/errors';
import { AunError, toAunError } from '../runtime/errors';
import type { Clock, Runtime } from '../runtime/runtime';
import { refusePortal } from './captive-portal';
import { explainTlsFailure } from './tls-failure';
import type { HostTarget, NetworkEdge } from './edge';
import { gatewayTarget, parseGatewayUrl, publicTarget } from './targets';
import type { NetworkOptions } from './targets';

const TIMEOUT_MS = 5_000;
const MAX_DOCUMENT_BYTES = 64 * 1024;
const MAX_GATEWAYS = 16;

/**
 * Parses a discovery document: gateway URLs, best priority first (`protocol/01 §3.2`). Entries without a usable address are
 * skipped, and so are plain-text ones off this computer.
 * @throws AunError `discovery_failed`
 */
export function parseDiscovery(body: string): string[] {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (cause) {
    throw new AunError('discovery_failed', 'the discovery document is not JSON', { cause });
  }
  const parsed = discoverySchema.safeParse(value);
  if (!parsed.success) throw new AunError('discovery_failed', 'the discovery document names no gateways');
  const usable = parsed.data.gateways
    .map((entry, index) => ({
      url: entry.url ?? '',
      priority: Number.isNaN(entry.priority) ? 999 : entry.priority,
      index,
    }))
    .filter((entry) => isUsable(entry.url))
    .sort((a, b) => a.priority - b.priority || a.index - b.index)
    .map((entry) => entry.url);
  if (usable.length === 0)
    throw new AunError('discovery_failed', 'the discovery document names no gateway that can be trusted');
  return [...new Set(usable)].slice(0, MAX_GATEWAYS);
}

function isUsable(url: string): boolean {
  if (!/^wss?:/i.test(url)) return false;
  try {
    parseGatewayUrl(url);
    return true;
  } catch {
    return false;
  }
}

async function discoverAt(edge: NetworkEdge, target: HostTarget): Promise<string[]> {
  const answer = await edge.request({
    method: 'GET',
    target,
    path: '/.well-known/aun-gateway',
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_DOCUMENT_BYTES,
  });
  refusePortal(answer, target);
  if (answer.status < 200 || answer.status > 299)
    throw new AunError('discovery_failed', `discovery answered status ${answer.status}`, {
      retryable: true,
      detail: { status: answer.status },
    });
  return parseDiscovery(answer.body.toString('utf8'));
}

/** Failures that say more than that discovery failed. */
const TELLING: ReadonlySet<ErrorCode> = new Set([
  'network_unreachable',
  'tls_failed',
  'captive_portal',
  'clock_skew',
]);

/**
 * Finds the gateways of a network: first by the AID's own host, then by `gateway.{issuer}` (`protocol/01 §3.1`).
 * @throws AunError `discovery_failed` | `network_unreachable` | `tls_failed` | `captive_portal` | `clock_skew`
 */
export async function discoverGateways(
  edge: NetworkEdge,
  clock: Clock,
  network: NetworkOptions,
  aid: string | null,
): Promise<string[]> {
  const hosts = [...(aid === null ? [] : [aid]), `gateway.${network.issuer}`];
  let failure: AunError | null = null;
  for (const host of hosts) {
    const target = publicTarget(host, network.rootPem);
    try {
      return await discoverAt(edge, target);
    } catch (thrown) {
      // The second host is the fixed one: what it says counts.
      failure = await explainTlsFailure(edge, clock, target, toAunError(thrown));
    }
  }
  if (failure !== null && TELLING.has(failure.code)) throw failure;
  throw new AunError('discovery_failed', `no gateway found for ${network.issuer}`, {
    retryable: true,
    detail: { issuer: network.issuer, cause: failure?.message ?? '' },
    cause: failure,
  });
}

/**
 * Asks a gateway whether it is well (`protocol/01 §3.3`): only status 200 counts.
 * @throws AunError `gateway_unhealthy` | `captive_portal` and transport errors
 */
export async function probeHealth(
  edge: NetworkEdge,
  network: NetworkOptions,
  gatewayUrl: string,
): Promise<void> {
  const target = gatewayTarget(network, gatewayUrl);
  const answer = await edge.request({
    method: 'GET',
    target,
    path: '/health',
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_DOCUMENT_BYTES,
  });
  refusePortal(answer, target);
  if (answer.status !== 200)
    throw new AunError('gateway_unhealthy', `the gateway says it is not well (${answer.status})`, {
      retryable: true,
      detail: { status: answer.status },
    });
}

/** Durable place for the URLs found; the part of SessionMemory that is needed here. */
export interface GatewayUrlMemory {
  loadGatewayUrls(): Promise<readonly string[]>;
  saveGatewayUrls(urls: readonly string[]): Promise<void>;
}

/** How a gateway URL came to be known. */
export type GatewaySource = 'pinned' | 'discovered' | 'remembered';

/** Rounds of failures after which remembered URLs are looked up anew. */
const FAILURES_UNTIL_REDISCOVERY = 3;
/** When discovery fails too, the known gateways are tried alone for this long, in ms. */
const REDISCOVERY_PAUSE_MS = 300_000;

/**
 * The gateways of one account: the pinned one, or what discovery found, remembered across restarts. After repeated connect
 * failures discovery runs again; while it fails too, the old URLs stay in use.
 */
export class GatewayDirectory {
  readonly network: NetworkOptions;
  readonly #edge: NetworkEdge;
  readonly #runtime: Runtime;
  readonly #aid: string | null;
  readonly #memory: GatewayUrlMemory | null;
  #urls: readonly string[] | null = null;
  #source: GatewaySource = 'remembered';
  #failures = 0;
  #askAgainAt = -Infinity;
  #discovery: Promise<readonly string[]> | null = null;

  constructor(options: {
    network: NetworkOptions;
    aid: string | null;
    memory: GatewayUrlMemory | null;
    edge: NetworkEdge;
    runtime: Runtime;
  }) {
    this.network = options.network;
    this.#edge = options.edge;
    this.#runtime = options.runtime;
    this.#aid = options.aid;
    this.#memory = options.memory;
  }

  /**
   * Gateway URLs in the order to try them; never empty.
   * @throws AunError `discovery_failed` | `network_unreachable` | `tls_failed` | `gateway_not_trusted`
   */
  async list(): Promise<readonly string[]> {
    const pinned = this.network.pinnedGatewayUrl;
    if (pinned !== null) {
      parseGatewayUrl(pinned);
      return [pinned];
    }
    const known = this.#urls ?? (await this.#remembered());
    if (known !== null && !this.#isDoubtful()) return known;
    return this.#discoverOnce(known);
  }

  /** Gateway URLs at hand, without asking the network; empty while there are none. @throws AunError of the database */
  async known(): Promise<readonly string[]> {
    const pinned = this.network.pinnedGatewayUrl;
    if (pinned !== null) return [pinned];
    return this.#urls ?? (await this.#remembered()) ?? [];
  }

  /** What was found so far and how, for the inspector; in the order in which gateways are tried. */
  overview(): { readonly url: string; readonly source: GatewaySource }[] {
    const pinned = this.network.pinnedGatewayUrl;
    if (pinned !== null) return [{ url: pinned, source: 'pinned' }];
    return (this.#urls ?? []).map((url) => ({ url, source: this.#source }));
  }

  /** What a failure at one of the hosts really means; see {@link explainTlsFailure}. */
  explain(target: HostTarget, thrown: unknown): Promise<AunError> {
    return explainTlsFailure(this.#edge, this.#runtime.clock, target, toAunError(thrown));
  }

  /**
   * Looks up gateways again, because those at hand turned out to be strangers. Whether others were found.
   */
  async lookAgain(): Promise<boolean> {
    const before = this.#urls;
    if (this.network.pinnedGatewayUrl !== null || before === null || this.#source !== 'remembered')
      return false;
    const found = await this.#discoverOnce(before);
    return found.length !== before.length || found.some((url, index) => url !== before[index]);
  }

  /** A round of connect attempts over all URLs failed. */
  reportFailure(): void {
    this.#failures += 1;
  }

  /** A gateway let us in. */
  reportSuccess(): void {
    this.#failures = 0;
  }

  async #remembered(): Promise<readonly string[] | null> {
    if (this.#memory === null) return null;
    const urls = (await this.#memory.loadGatewayUrls()).filter(isUsable);
    this.#urls = urls.length === 0 ? null : urls;
    return this.#urls;
  }

  /** Enough failed to ask discovery, and it did not just fail itself. */
  #isDoubtful(): boolean {
    return (
      this.#failures >= FAILURES_UNTIL_REDISCOVERY && this.#runtime.clock.monotonic() >= this.#askAgainAt
    );
  }

  #discoverOnce(known: readonly string[] | null): Promise<readonly string[]> {
    this.#discovery ??= this.#discover(known).finally(() => {
      this.#discovery = null;
    });
    return this.#discovery;
  }

  async #discover(known: readonly string[] | null): Promise<readonly string[]> {
    try {
      const urls = await discoverGateways(this.#edge, this.#runtime.clock, this.network, this.#aid);
      this.#urls = urls;
      this.#source = 'discovered';
      this.#failures = 0;
      await this.#remember(urls);
      return urls;
    } catch (thrown) {
      if (known === null) throw thrown;
      this.#askAgainAt = this.#runtime.clock.monotonic() + REDISCOVERY_PAUSE_MS;
      this.#runtime.logger.log('info', 'discovery.failed', {
        issuer: this.network.issuer,
        cause: toAunError(thrown).code,
      });
      return known;
    }
  }

  async #remember(urls: readonly string[]): Promise<void> {
    try {
      await this.#memory?.saveGatewayUrls(urls);
    } catch (thrown) {
      this.#runtime.logger.log('warn', 'discovery.not-remembered', { cause: toAunError(thrown).code });
    }
  }
}
