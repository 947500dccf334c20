import { silentLogger } from '../../runtime/logger';
import type { Runtime } from '../../runtime/runtime';
import type { Identity } from '../../ports/identity';
import { createSession } from '../index';
import type { GatewaySession } from '../index';
import { FakeEdge, seededRandom } from './fake-edge';
import { ManualTime } from './manual-time';
import { TestMemory } from './test-memory';
import { testVerifier } from './test-pki';
import type { TestPki } from './test-pki';

/** One session on a network in memory, on manual time. */
export interface FakeWorld {
  readonly time: ManualTime;
  readonly edge: FakeEdge;
  readonly runtime: Runtime;
  readonly memory: TestMemory;
  readonly session: GatewaySession;
}

/** Builds a world whose gateways were found before; nothing has started yet. */
export function fakeWorld(
  pki: TestPki,
  identity: Identity,
  options: { readonly seed?: number; readonly urls?: readonly string[]; readonly time?: ManualTime } = {},
): FakeWorld {
  const time = options.time ?? new ManualTime();
  const edge = new FakeEdge(time, pki);
  const random = seededRandom(options.seed ?? 7);
  const runtime: Runtime = { clock: time, scheduler: time, random, logger: silentLogger };
  const memory = new TestMemory();
  memory.urls = options.urls ?? ['ws://127.0.0.1:1/aun'];
  const session = createSession({
    aid: identity.aid,
    deviceId: 'device',
    slotId: 'main',
    identity,
    verifier: testVerifier(pki),
    network: { issuer: pki.issuer, pinnedGatewayUrl: null, rootPem: null },
    memory,
    runtime,
    edge,
    hostName: 'desk',
    startedAt: 0,
  });
  return { time, edge, runtime, memory, session };
}
