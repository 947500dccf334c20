import type { Aid } from '../../../shared/aun/aid';
import type { CertificateVerifier, Certificate, PkiSource } from '../../ports/identity';
import type { RpcCaller } from '../../ports/session';
import type { StoredCertificate, StoredPrekey } from '../../ports/store';
import type { PeerTrust } from '../../ports/trust';
import { AunError } from '../../runtime/errors';
import { silentLogger } from '../../runtime/logger';
import { systemRandom } from '../../runtime/runtime';
import type { Disposer, Runtime, Scheduler } from '../../runtime/runtime';
import type { CryptoPool } from '../pool';
import { V1Engine } from '../v1/engine';
import type { E2eeStore } from '../v1/store';
import { readCertificate, TestIdentity } from './parties';

/** Time that moves only when told to. */
export class TestTime implements Scheduler {
  time = 1_800_000_000_000;
  readonly #timers = new Set<{ due: number; period: number | null; task: () => void }>();

  readonly clock = { now: () => this.time, monotonic: () => this.time };

  after(delayMs: number, task: () => void): Disposer {
    return this.#add({ due: this.time + delayMs, period: null, task });
  }

  every(periodMs: number, task: () => void): Disposer {
    return this.#add({ due: this.time + periodMs, period: periodMs, task });
  }

  /** Lets time pass and runs what falls due, in order. */
  advance(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const next = [...this.#timers].sort((a, b) => a.due - b.due)[0];
      if (next === undefined || next.due > end) break;
      this.time = next.due;
      if (next.period === null) this.#timers.delete(next);
      else next.due += next.period;
      next.task();
    }
    this.time = end;
  }

  get pending(): number {
    return this.#timers.size;
  }

  #add(timer: { due: number; period: number | null; task: () => void }): Disposer {
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }
}

/** The part of an account's database that E2EE uses, in memory. Hands out copies, like a real one. */
export class MemoryStore implements E2eeStore {
  readonly prekeyRows = new Map<string, StoredPrekey>();
  readonly certificateRows = new Map<string, StoredCertificate>();

  async prekeys(): Promise<StoredPrekey[]> {
    return [...this.prekeyRows.values()].map((row) => ({
      ...row,
      privateKeyPkcs8: Uint8Array.from(row.privateKeyPkcs8),
    }));
  }

  async savePrekey(prekey: StoredPrekey): Promise<void> {
    const privateKeyPkcs8 = Uint8Array.from(prekey.privateKeyPkcs8);
    this.prekeyRows.set(prekey.prekeyId, { ...prekey, privateKeyPkcs8 });
  }

  async prunePrekeys(deviceId: string, olderThan: number, keep: number): Promise<number> {
    const all = [...this.prekeyRows.values()].sort((a, b) => b.createdAt - a.createdAt);
    const newest = new Set(all.filter((row) => row.deviceId === deviceId).slice(0, keep));
    const gone = all.filter((row) => row.createdAt < olderThan && !newest.has(row));
    for (const row of gone) this.prekeyRows.delete(row.prekeyId);
    return gone.length;
  }

  async certificates(aid: string): Promise<StoredCertificate[]> {
    return [...this.certificateRows.values()].filter((row) => row.aid === aid);
  }

  async saveCertificate(certificate: StoredCertificate): Promise<void> {
    this.certificateRows.set(`${certificate.aid}#${certificate.fingerprint}`, certificate);
  }
}

/** Trust that allows everything until a test says otherwise. Records what it hears. */
export class TestTrust implements PeerTrust {
  readonly sights: { readonly aid: string; readonly key: string }[] = [];
  readonly revocations: { readonly aid: string; readonly fingerprint: string }[] = [];
  readonly asked: { readonly aid: string; readonly keys: readonly string[] }[] = [];
  /** Set to refuse messages. */
  refuse: (aid: string, keys: readonly Certificate[]) => AunError | null = () => null;

  async seen(aid: string, certificate: Certificate): Promise<void> {
    this.sights.push({ aid, key: certificate.spkiFingerprint });
  }

  async revoked(aid: string, fingerprint: string): Promise<void> {
    this.revocations.push({ aid, fingerprint });
  }

  async mayWriteTo(aid: string, keys: readonly Certificate[]): Promise<void> {
    this.asked.push({ aid, keys: keys.map(({ spkiFingerprint }) => spkiFingerprint) });
    const refusal = this.refuse(aid, keys);
    if (refusal !== null) throw refusal;
  }
}

type Params = Readonly<Record<string, unknown>>;

/** Gateway and PKI of a small world, as far as E2EE sees them. Records what it is asked. */
export class TestGateway implements PkiSource, CertificateVerifier {
  /** AID → device → entry as uploaded; the latest upload comes first in an answer. */
  readonly prekeys = new Map<string, Map<string, Params>>();
  readonly served = new Map<string, string[]>();
  readonly revoked = new Set<string>();
  readonly expired = new Set<string>();
  readonly calls: { method: string; params: Params }[] = [];
  readonly fetches: string[] = [];
  verified = 0;
  /** Set to make calls fail. */
  rpcFailure: Error | null = null;
  pkiFailure: Error | null = null;
  /** Set to leave questions for current certificates without an answer. */
  silent = false;
  /** Runs before each answer, to change the world between two calls. */
  beforeCall: (method: string, params: Params) => void = () => undefined;

  rpcOf(aid: string): RpcCaller {
    return {
      call: async (method, params) => {
        this.calls.push({ method, params });
        this.beforeCall(method, params);
        if (this.rpcFailure !== null) throw this.rpcFailure;
        if (method === 'message.e2ee.put_prekey') return this.#put(aid, params);
        if (method === 'message.e2ee.get_prekey') return this.#get(String(params['aid']));
        throw new AunError('not_found', method);
      },
    };
  }

  /** Makes a certificate public; the last one is the current one of its AID. */
  serve(...certificates: readonly Certificate[]): void {
    for (const { commonName, pem } of certificates) {
      this.served.set(commonName, [...(this.served.get(commonName) ?? []), pem]);
    }
  }

  /** Changes what the gateway serves as the prekey of a device. */
  tamperPrekey(aid: string, deviceId: string, patch: Params): void {
    const devices = new Map(this.prekeys.get(aid) ?? []);
    devices.set(deviceId, { ...devices.get(deviceId), ...patch });
    this.prekeys.set(aid, devices);
  }

  count(method: string): number {
    return this.calls.filter((call) => call.method === method).length;
  }

  async certificate(aid: Aid, fingerprint?: string): Promise<string | null> {
    this.fetches.push(`${aid} ${fingerprint ?? ''}`);
    if (this.pkiFailure !== null) throw this.pkiFailure;
    const pems = this.served.get(aid) ?? [];
    if (fingerprint === undefined && this.silent) return new Promise(() => undefined);
    if (fingerprint === undefined) return pems.at(-1) ?? null;
    const matches = (pem: string): boolean => {
      const certificate = readCertificate(pem);
      return certificate.fingerprint === fingerprint || certificate.spkiFingerprint === fingerprint;
    };
    return pems.find(matches) ?? null;
  }

  async verifyPeer(aid: Aid, pem: string, purpose?: 'writing' | 'reading'): Promise<Certificate> {
    this.verified += 1;
    if (this.pkiFailure !== null) throw this.pkiFailure;
    const certificate = readCertificate(pem);
    if (certificate.commonName !== aid) throw new AunError('certificate_invalid', 'another AID');
    if (this.expired.has(certificate.fingerprint) && purpose !== 'reading')
      throw new AunError('certificate_invalid', 'expired', { detail: { reason: 'expired' } });
    if (this.revoked.has(certificate.fingerprint)) {
      const { fingerprint } = certificate;
      throw new AunError('certificate_revoked', 'revoked', { detail: { fingerprint } });
    }
    return certificate;
  }

  async verifyAuthServer(_issuer: string, pem: string): Promise<Certificate> {
    return readCertificate(pem);
  }

  async verifyOwn(aid: Aid, pem: string): Promise<Certificate> {
    return this.verifyPeer(aid, pem);
  }

  async chain(): Promise<string> {
    return '';
  }

  async crl(): Promise<unknown> {
    return {};
  }

  async ocsp(): Promise<unknown> {
    return {};
  }

  #put(aid: string, params: Params): unknown {
    const devices = new Map(this.prekeys.get(aid) ?? []);
    const device = typeof params['device_id'] === 'string' ? params['device_id'] : '';
    devices.delete(device);
    this.prekeys.set(aid, new Map([[device, params], ...devices]));
    return { ok: true };
  }

  #get(aid: string): unknown {
    const devices = [...(this.prekeys.get(aid)?.values() ?? [])];
    return devices.length === 0
      ? { found: false }
      : { found: true, device_prekeys: devices, prekey: devices[0] };
  }
}

/** One device of one identity, online in a world. */
export interface TestDevice {
  readonly identity: TestIdentity;
  readonly deviceId: string;
  readonly store: MemoryStore;
  readonly trust: TestTrust;
  readonly engine: V1Engine;
}

/** Everything outside the engine. */
export class TestWorld {
  readonly time = new TestTime();
  readonly gateway = new TestGateway();
  readonly runtime: Runtime = {
    clock: this.time.clock,
    random: systemRandom,
    scheduler: this.time,
    logger: silentLogger,
  };

  /** A new identity whose certificate the PKI serves. */
  async person(aid: string): Promise<TestIdentity> {
    const identity = await TestIdentity.create(aid);
    this.gateway.serve(...identity.held);
    return identity;
  }

  /** A device that has gone online and uploaded its prekey, unless `offline`. */
  async device(
    identity: TestIdentity,
    deviceId: string,
    options: { pool?: CryptoPool; offline?: boolean; store?: MemoryStore } = {},
  ): Promise<TestDevice> {
    const trust = new TestTrust();
    const store = options.store ?? new MemoryStore();
    const engine = new V1Engine({
      identity,
      deviceId,
      rpc: this.gateway.rpcOf(identity.aid),
      pki: this.gateway,
      verifier: this.gateway,
      store,
      trust,
      runtime: this.runtime,
      pool: options.pool ?? null,
    });
    if (options.offline !== true) {
      engine.onOnline();
      await engine.settled();
    }
    return { identity, deviceId, store, trust, engine };
  }
}
