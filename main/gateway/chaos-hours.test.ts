import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blockedReasonSchema } from '../../shared/model/account';
import { AunError } from '../runtime/errors';
import { silentLogger } from '../runtime/logger';
import type { CertificateVerifier, Identity } from '../ports/identity';
import { createGatewayDirectory, createSession } from './index';
import type { GatewaySession } from './index';
import { ChaosGateway, FINE } from './testing/chaos-gateway';
import { seededRandom } from './testing/fake-edge';
import { ManualTime } from './testing/manual-time';
import { TestMemory } from './testing/test-memory';
import { createTestIdentity, createTestPki, testVerifier } from './testing/test-pki';
import type { TestPki } from './testing/test-pki';

const HOURS = 1_000;
const ACCOUNTS = 10;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Once all is well, every account is online within this, in simulated ms. */
const RECOVERY = 5 * MINUTE;

interface Cast {
  readonly identity: Identity;
  readonly certificates: { readonly pem: string; readonly notAfter: number }[];
}

let pki: TestPki;
let start: number;
let cast: Cast[];
const { stackTraceLimit } = Error;
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit;
});
beforeAll(async () => {
  // Hundreds of thousands of errors are made and handled here; nobody reads where.
  Error.stackTraceLimit = 0;
  pki = await createTestPki();
  start = Date.now();
  cast = await Promise.all(
    Array.from({ length: ACCOUNTS }, async (_value, index) => {
      const first = new Date(start + 8 * DAY);
      const identity = await createTestIdentity(pki, `account${index}`, { notAfter: first });
      const certificates = [{ pem: identity.certificate()?.pem ?? '', notAfter: first.getTime() }];
      for (let day = 12; day <= HOURS / 24 + 16; day += 4) {
        const notAfter = new Date(start + day * DAY);
        const pem = await pki.issueFor(identity.aid, identity.publicKeySpki, notAfter);
        certificates.push({ pem, notAfter: notAfter.getTime() });
      }
      return { identity, certificates };
    }),
  );
});

/** A verifier that looks at the clock of the computer, as the real one does. */
function clockedVerifier(time: ManualTime): CertificateVerifier {
  const inner = testVerifier(pki);
  const refuse = (reason: string): Promise<never> =>
    Promise.reject(new AunError('certificate_invalid', `not now: ${reason}`, { detail: { reason } }));
  return {
    ...inner,
    verifyAuthServer: (issuer, pem) => {
      if (time.now() < start - HOUR) return refuse('not_yet_valid');
      if (time.now() > start + 90 * DAY) return refuse('expired');
      return inner.verifyAuthServer(issuer, pem);
    },
  };
}

/** Ten accounts of one computer on one gateway. */
class Computer {
  readonly time = new ManualTime({ start, rounds: 1 });
  readonly gateway: ChaosGateway;
  readonly sessions: GatewaySession[];
  readonly #random;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    this.gateway = new ChaosGateway(this.time, pki, this.#random);
    const runtime = { clock: this.time, scheduler: this.time, random: this.#random, logger: silentLogger };
    this.sessions = cast.map(({ identity, certificates }, index) => {
      this.gateway.certificates.set(identity.aid, [...certificates]);
      const memory = new TestMemory();
      memory.urls = ['ws://127.0.0.1:1/aun'];
      const network = { issuer: 'aun.test', pinnedGatewayUrl: null, rootPem: null };
      const access = { network, runtime, aid: identity.aid, memory, edge: this.gateway };
      let held = certificates[0]?.pem ?? '';
      return createSession({
        ...access,
        directory: createGatewayDirectory(access),
        deviceId: `device-${index}`,
        slotId: 'main',
        identity: {
          ...identity,
          certificate: () => knownCertificate(identity, certificates, held),
          adoptCertificate: async (pem) => {
            held = pem;
          },
        },
        verifier: clockedVerifier(this.time),
        hostName: 'desk',
        startedAt: start,
      });
    });
  }

  unit(): number {
    return this.#random.unit();
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.unit() * items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  /** One bad thing happens. */
  async strike(): Promise<void> {
    const { gateway, time } = this;
    const all = this.unit() < 0.3;
    const victims = gateway.live.filter(() => all || this.unit() < 0.3);
    const kind = this.pick(FAULTS);
    switch (kind) {
      case 'drop': {
        const code = this.pick([1000, 1001, 1005, 1006, 1009, 1011, 1012, 3000]);
        for (const victim of victims) victim.end(code);
        break;
      }
      case 'refuse': {
        const code = this.pick([4001, 4003, 4008, 4010, 4011, 4012, 4013, 4014]);
        for (const victim of victims) victim.end(code);
        break;
      }
      case 'displace':
        for (const victim of victims) {
          const code = this.pick([4009, 4015]);
          victim.event('gateway.disconnect', {
            code,
            reason: 'Connection replaced',
            detail: { new_extra_info: { app: 'Parley', device: 'laptop' } },
          });
          victim.end(this.pick([code, 1006]));
        }
        break;
      case 'cut':
        for (const victim of victims) victim.cut = true;
        break;
      case 'restart':
        for (const victim of gateway.connections) victim.end(this.pick([1001, 1006, 1012]));
        gateway.conditions.up = false;
        if (this.unit() < 0.5) gateway.expire('access');
        break;
      case 'unwell':
        gateway.conditions.healthy = false;
        for (const victim of victims) victim.end(1012);
        break;
      case 'expire':
        gateway.expire('access');
        if (this.unit() < 0.5) gateway.expire('refresh');
        for (const victim of victims) victim.end(1006);
        break;
      case 'tokens':
        gateway.conditions.tokenService = this.pick(['busy', 'silent', 'login fails for now'] as const);
        break;
      case 'deaf':
        gateway.conditions.deaf = true;
        break;
      case 'slow':
        gateway.conditions.slowestMs = 12_000;
        break;
      case 'portal':
        gateway.conditions.portal = true;
        gateway.cutAll();
        this.networkChanged();
        break;
      case 'offline':
        gateway.conditions.network = false;
        gateway.cutAll();
        if (this.unit() < 0.7) this.networkChanged();
        break;
      case 'clock':
        time.setClockOff(this.unit() < 0.2 ? -60 * DAY : (this.unit() - 0.5) * 12 * HOUR);
        break;
      case 'sleep':
        time.sleep(this.unit() * 10 * HOUR);
        if (this.unit() < 0.8) gateway.cutAll();
        for (const session of this.sessions) session.resumed();
        break;
      case 'token wanted':
        for (const session of this.sessions) session.accessToken().catch(() => undefined);
        break;
    }
  }

  networkChanged(): void {
    for (const session of this.sessions) session.networkChanged();
  }

  /** Somebody sits at the computer and presses the button that each block offers. */
  remedy(chance: number): void {
    for (const session of this.sessions)
      if (session.snapshot().state === 'blocked' && this.unit() < chance) session.connectNow();
  }

  mend(): void {
    const { network, portal } = this.gateway.conditions;
    Object.assign(this.gateway.conditions, FINE);
    if (!network || portal) this.networkChanged();
  }
}

/** Every way to get stuck that these faults know of is met on the way. */
const REASONS = [
  'captive_portal',
  'clock_wrong',
  'evicted_by_quota',
  'federation_denied',
  'identity_not_accepted',
  'short_connection_limit',
  'sign_in_rejected',
  'sign_in_timed_out',
  'signed_in_elsewhere',
];

const FAULTS = [
  'drop',
  'drop',
  'refuse',
  'displace',
  'displace',
  'cut',
  'restart',
  'unwell',
  'expire',
  'tokens',
  'deaf',
  'slow',
  'portal',
  'offline',
  'clock',
  'sleep',
  'token wanted',
] as const;

const parsed = new Map<string, ReturnType<Identity['certificate']>>();

/** Parsed once: the same few certificates are asked for again and again. */
function knownCertificate(
  identity: Identity,
  certificates: Cast['certificates'],
  pem: string,
): ReturnType<Identity['certificate']> {
  const known = parsed.get(pem);
  if (known !== undefined) return known;
  const base = identity.certificate();
  const notAfter = certificates.find((each) => each.pem === pem)?.notAfter ?? 0;
  const made = base === null ? null : { ...base, pem, notBefore: notAfter - 8 * DAY, notAfter };
  parsed.set(pem, made);
  return made;
}

describe('ten accounts through a thousand hours', () => {
  it.each([
    [1, HOURS],
    [2, 100],
    [3, 100],
    [4, 100],
  ])(
    'end online, whatever broke on the way (seed %i, %i hours)',
    async (seed, hours) => {
      const computer = new Computer(seed);
      const { time, gateway, sessions } = computer;
      for (const session of sessions) session.start();
      const end = start + hours * HOUR;
      let faults = 0;
      const reasons = new Set<string>();
      while (time.world() < end) {
        await computer.strike();
        faults += 1;
        await time.advance(computer.unit() * 10 * MINUTE);
        computer.remedy(0.5);
        if (computer.unit() < 0.4) await computer.strike();
        await time.advance(computer.unit() * 10 * MINUTE);
        for (const reason of expectExplained(sessions)) reasons.add(reason);
        computer.mend();
        await time.advance(computer.unit() * 2 * HOUR);
        if (computer.unit() < 0.3) time.setClockOff(0);
        computer.remedy(0.7);
        for (const reason of expectExplained(sessions)) reasons.add(reason);
        expect(gateway.complaints).toEqual([]);
      }
      expect(faults).toBeGreaterThan(hours / 4);
      if (hours === HOURS) expect([...reasons].sort()).toEqual(REASONS);

      computer.mend();
      time.setClockOff((computer.unit() - 0.5) * MINUTE);
      await time.advance(RECOVERY);
      // What is not online by itself has a reason, and the one click that it offers helps.
      expectExplained(sessions);
      for (const session of sessions) expect(['online', 'blocked']).toContain(session.snapshot().state);
      computer.remedy(1);
      await time.advance(RECOVERY);
      expect(sessions.map((session) => session.snapshot().state)).toEqual(sessions.map(() => 'online'));
      expect(gateway.live.filter((each) => !each.left)).toHaveLength(ACCOUNTS);
      for (const session of sessions) {
        const { history, tokens } = session.inspect();
        expect(history.length).toBeLessThanOrEqual(200);
        expect(tokens.refreshFailures).toBe(0);
        expect(session.renewal().problem).toBe('');
        expect(session.renewal().dueAt).toBeGreaterThan(time.world() - 2 * DAY);
      }

      const stopped = sessions.map((session) => session.stop());
      await time.advance(MINUTE);
      await Promise.all(stopped);
      await time.advance(5 * MINUTE);
      expect(gateway.connections.size).toBe(0);
      expect(time.untilNext()).toBeNull();
    },
    300_000,
  );
});

/** Every session is online, at work, waiting for a time, or blocked with a reason the user can read: those are returned. */
function expectExplained(sessions: readonly GatewaySession[]): string[] {
  const reasons: string[] = [];
  for (const session of sessions) {
    const { state, blocked, problem, retryAt } = session.snapshot();
    if (state === 'blocked') {
      expect(blockedReasonSchema.options).toContain(blocked);
      expect(problem).not.toBeNull();
      reasons.push(blocked ?? '');
    } else if (state === 'backing-off' || state === 'offline') expect(retryAt).not.toBeNull();
    else expect(['discovering', 'authenticating', 'connecting', 'online']).toContain(state);
  }
  return reasons;
}
