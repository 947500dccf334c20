import { sign } from 'node:crypto';
import { silentLogger } from '../../runtime/logger';
import { systemClock, systemRandom, systemScheduler } from '../../runtime/runtime';
import type { Runtime } from '../../runtime/runtime';
import type { CertificateVerifier, Identity } from '../../ports/identity';
import { createSession } from '../index';
import type { DeliveryMode, GatewaySession } from '../index';
import { startTestGateway } from './test-gateway';
import type { TestGateway } from './test-gateway';
import { TestMemory } from './test-memory';
import { createTestIdentity, createTestPki, testVerifier } from './test-pki';
import type { TestPki } from './test-pki';
import { until } from './until';

/** The least waiting times, on this computer's clock. */
const runtime: Runtime = {
  clock: systemClock,
  random: { ...systemRandom, unit: () => 0 },
  scheduler: systemScheduler,
  logger: silentLogger,
};

/** One session and the gateway it talks to. */
export interface World {
  readonly server: TestGateway;
  readonly session: GatewaySession;
  readonly memory: TestMemory;
  readonly identity: Identity;
}

export interface WorldOptions {
  readonly secure?: boolean;
  readonly identity?: Identity;
  readonly register?: boolean;
  readonly memory?: TestMemory;
  readonly rootPem?: string | null;
  readonly own?: Partial<Runtime>;
  readonly verifier?: CertificateVerifier;
  readonly verifyTls?: boolean;
  /** The gateway comes from the memory of an earlier discovery instead of being pinned. */
  readonly remembered?: boolean;
  readonly deviceName?: string;
  readonly deliveryMode?: DeliveryMode;
}

/** Makes worlds over one PKI and cleans them up. */
export class Worlds {
  readonly #cleanUp: (() => Promise<void>)[] = [];

  private constructor(readonly pki: TestPki) {}

  static async create(): Promise<Worlds> {
    return new Worlds(await createTestPki());
  }

  async end(): Promise<void> {
    for (const task of this.#cleanUp.splice(0).reverse()) await task();
  }

  async gateway(options: { secure?: boolean; port?: number } = {}): Promise<TestGateway> {
    const started = await startTestGateway(this.pki, options);
    this.#cleanUp.push(() => started.close());
    return started;
  }

  async world(options: WorldOptions = {}): Promise<World> {
    const server = await this.gateway({ secure: options.secure === true });
    const identity = options.identity ?? (await createTestIdentity(this.pki, 'alice'));
    if (options.register !== false) server.registered.set(identity.aid, identity.certificate()?.pem ?? '');
    const memory = options.memory ?? new TestMemory();
    if (options.remembered === true) memory.urls = [server.url];
    const session = createSession({
      aid: identity.aid,
      deviceId: 'device-1',
      slotId: 'main',
      identity,
      verifier: options.verifier ?? testVerifier(this.pki),
      network: {
        issuer: 'aun.test',
        pinnedGatewayUrl: options.remembered === true ? null : server.url,
        rootPem: options.rootPem === undefined ? this.pki.rootPem : options.rootPem,
        ...(options.verifyTls === undefined ? {} : { verifyTls: options.verifyTls }),
      },
      ...(options.deviceName === undefined ? {} : { deviceName: options.deviceName }),
      ...(options.deliveryMode === undefined ? {} : { deliveryMode: options.deliveryMode }),
      memory,
      runtime: { ...runtime, ...options.own },
      hostName: 'desk',
      startedAt: 1_760_000_000_000,
    });
    this.#cleanUp.push(() => session.stop());
    return { server, session, memory, identity };
  }

  /** What proves to a client that the sign-in authority holds its key. */
  proof(clientNonce: unknown, key = this.pki.authority.key): string {
    return sign('sha256', Buffer.from(String(clientNonce)), key).toString('base64');
  }
}

export const stateIs = (session: GatewaySession, state: string): Promise<void> =>
  until(`state ${state}`, () => session.snapshot().state === state);

export const methods = (server: TestGateway): string[] => server.calls.map((call) => call.method);
