import { parseAid } from '../../../shared/aun/aid';
import type { Aid } from '../../../shared/aun/aid';
import type { PkiSource } from '../../ports/identity';
import { AunError } from '../../runtime/errors';
import { silentLogger } from '../../runtime/logger';
import { systemRandom, systemScheduler } from '../../runtime/runtime';
import type { Runtime } from '../../runtime/runtime';
import { parseCertificate } from '../certificate';
import { issueCrl, issueLeaf, makeCa, MINIMAL_OCSP } from './test-authority';
import type { LeafOptions, TestCa } from './test-authority';

/** A clock that stands still until a test moves it. */
export interface TestClock {
  now(): number;
  monotonic(): number;
  advance(ms: number): void;
}

/** Starts at a fixed moment. */
export function testClock(start = Date.UTC(2026, 10, 22, 12)): TestClock {
  let time = start;
  return {
    now: () => time,
    monotonic: () => time,
    advance(ms) {
      time += ms;
    },
  };
}

/** The outside world of a test. */
export function testRuntime(clock: TestClock = testClock()): Runtime {
  return { clock, random: systemRandom, scheduler: systemScheduler, logger: silentLogger };
}

/** A network of a test: authorities with real keys, and the PKI side of a gateway that counts its calls. */
export interface TestNetwork {
  readonly issuer: string;
  readonly root: TestCa;
  ca: TestCa;
  readonly pki: PkiSource;
  readonly calls: { chain: number; crl: number; ocsp: number; certificate: number };
  /** What the gateway answers; tests replace parts. */
  readonly answers: {
    chain: () => string;
    crl: () => unknown;
    ocsp: (serial: string) => unknown;
    certificate: (aid: Aid) => string | null;
  };
  leaf(subject: string, options?: Partial<LeafOptions>): Promise<string>;
  /** Serves a revocation list with these certificates. */
  revoke(...pems: readonly string[]): Promise<void>;
}

/** The error of a gateway that cannot be reached. */
export function unreachable(): AunError {
  return new AunError('gateway_unreachable', 'no answer', { retryable: true });
}

/** Builds the network of `issuer` with an empty revocation list. */
export async function makeTestNetwork(issuer: string, clock: TestClock): Promise<TestNetwork> {
  const root = await makeCa('CN=AUN Test Root CA', { pathLength: 1, now: clock.now() });
  const ca = await makeCa(`CN=${issuer}`, { parent: root, pathLength: 0, now: clock.now() });
  const calls = { chain: 0, crl: 0, ocsp: 0, certificate: 0 };
  let crlPem = await issueCrl(ca, [], clock.now());
  const answers: TestNetwork['answers'] = {
    chain: () => network.ca.pem + root.pem,
    crl: () => ({ crl_pem: crlPem, revoked_serials: [] }),
    ocsp: () => ({ status: 'good', ocsp_response: MINIMAL_OCSP }),
    certificate: () => null,
  };
  const network: TestNetwork = {
    issuer,
    root,
    ca,
    calls,
    answers,
    pki: {
      async chain() {
        calls.chain += 1;
        return answers.chain();
      },
      async crl() {
        calls.crl += 1;
        return answers.crl();
      },
      async ocsp(_issuer, serial) {
        calls.ocsp += 1;
        return answers.ocsp(serial);
      },
      async certificate(aid) {
        calls.certificate += 1;
        return answers.certificate(aid);
      },
    },
    leaf: (subject, options = {}) => issueLeaf(network.ca, subject, { now: clock.now(), ...options }),
    async revoke(...pems) {
      const serials = pems.map((pem) => parseCertificate(pem).serial);
      crlPem = await issueCrl(network.ca, serials, clock.now());
    },
  };
  return network;
}

/** An address that a test knows to be one. */
export function testAid(text: string): Aid {
  const aid = parseAid(text);
  if (aid === null) throw new Error(`${text} is no address`);
  return aid;
}
