import { getPrekeyResultSchema } from '../../../shared/aun/wire';
import type { Certificate, Identity } from '../../ports/identity';
import type { RpcCaller } from '../../ports/session';
import { AunError, toAunError } from '../../runtime/errors';
import type { Disposer, Runtime } from '../../runtime/runtime';
import { BoundedMap } from '../../runtime/bounded-map';
import type { CertificateDirectory } from './certificates';
import { isCertificateVerdict } from './certificates';
import { identitySecrets } from './envelope-seal';
import type { SealingTarget } from './envelope-seal';
import { isOldPrekey, normalizePrekeys, PLACEHOLDER_DEVICE, verifyPrekey } from './prekey';
import type { PeerPrekey } from './prekey';
import { pointOfKey } from './primitives';
import type { AgreementKey } from './primitives';

/** Longest life of a device list in ms (`protocol/02 §5.1`). */
export const DEVICE_LIST_AGE = 600_000;
/**
 * The same for the own devices: a gateway refuses a send whose list of the recipient is stale, but says nothing about a
 * stale list of the sender (`protocol/04 §3.1`), so a new own device would miss what is sent meanwhile.
 */
const OWN_DEVICE_LIST_AGE = 30_000;
const LIST_LIMIT = 512;
/** How long a list waits for the network to name the current certificate, ms; messages do not wait longer for it. */
export const CURRENT_PATIENCE = 5_000;

/** A device that can be written to: everything about it was checked. */
export interface PeerDevice extends SealingTarget {
  readonly deviceId: string;
  readonly certificate: Certificate;
}

/** Why a device was left out. */
export interface UnusableDevice {
  readonly deviceId: string;
  readonly problem:
    | 'certificate'
    | 'revoked'
    | 'superseded'
    | 'cert_fingerprint_mismatch'
    | 'signature_invalid'
    | 'public_key_invalid';
  /** Set when the certificate could not be judged now: a later try may succeed. */
  readonly transient: AunError | null;
}

/** What the gateway knows of an AID's devices, judged. */
export interface DeviceList {
  readonly found: boolean;
  readonly devices: readonly PeerDevice[];
  /** What the devices are sealed for, each certificate once. */
  readonly certificates: readonly Certificate[];
  readonly unusable: readonly UnusableDevice[];
  /** Unix ms. */
  readonly fetchedAt: number;
}

/**
 * Devices of AIDs (`protocol/02 §2.2`, `§3.8`, `§5.1`): one list per AID, at most ten minutes old (half a minute
 * for the own devices), forgotten on errors
 * and when somebody has no keys. A device that cannot be trusted is left out, never written to in a weaker mode.
 */
export class PeerDirectory {
  readonly #identity: Identity;
  readonly #key: AgreementKey;
  readonly #rpc: RpcCaller;
  readonly #certificates: CertificateDirectory;
  readonly #runtime: Runtime;
  readonly #lists = new BoundedMap<string, DeviceList>(LIST_LIMIT);
  readonly #running = new Map<string, Promise<DeviceList>>();

  constructor(options: {
    identity: Identity;
    key: AgreementKey;
    rpc: RpcCaller;
    certificates: CertificateDirectory;
    runtime: Runtime;
  }) {
    this.#identity = options.identity;
    this.#key = options.key;
    this.#rpc = options.rpc;
    this.#certificates = options.certificates;
    this.#runtime = options.runtime;
  }

  /**
   * The devices of `aid`. When an entry fails its checks, certificates and list are fetched anew once before it is
   * given up (`protocol/02 §3.8`).
   * @throws AunError of the gateway
   */
  async devices(aid: string, options: { refresh?: boolean } = {}): Promise<DeviceList> {
    if (options.refresh === true) this.invalidate(aid);
    const known = this.#lists.get(aid);
    const now = this.#runtime.clock.now();
    const longest = aid === this.#identity.aid ? OWN_DEVICE_LIST_AGE : DEVICE_LIST_AGE;
    if (known !== undefined && now >= known.fetchedAt && now - known.fetchedAt < longest) return known;
    const running = this.#running.get(aid);
    if (running !== undefined) return running;
    const task = this.#load(aid).finally(() => {
      if (this.#running.get(aid) === task) this.#running.delete(aid);
    });
    this.#running.set(aid, task);
    return task;
  }

  /** Forgets the list and the certificates of an AID. */
  invalidate(aid: string): void {
    this.#lists.delete(aid);
    this.#running.delete(aid);
    this.#certificates.drop(aid);
  }

  /** Forgets the list of an AID and keeps its certificates. */
  forgetList(aid: string): void {
    this.#lists.delete(aid);
  }

  async #load(aid: string): Promise<DeviceList> {
    try {
      let list = await this.#fetch(aid);
      if (list.unusable.some((device) => device.transient === null)) {
        this.#certificates.drop(aid);
        list = await this.#fetch(aid);
        this.#report(aid, list.unusable);
      }
      // Only a list that needs no second look is kept: missing keys and unreachable certificates may change any time.
      const steady = list.found && list.unusable.every((device) => device.transient === null);
      if (!steady || list.devices.length === 0) this.#lists.delete(aid);
      else if ((this.#lists.get(aid)?.fetchedAt ?? 0) <= list.fetchedAt) this.#lists.set(aid, list);
      return list;
    } catch (thrown) {
      this.#lists.delete(aid);
      throw toAunError(thrown);
    }
  }

  async #fetch(aid: string): Promise<DeviceList> {
    const [raw, current] = await Promise.all([
      this.#rpc.call('message.e2ee.get_prekey', { aid }),
      this.#current(aid),
    ]);
    const fetchedAt = this.#runtime.clock.now();
    const prekeys = readAnswer(aid, raw);
    const devices: PeerDevice[] = [];
    const unusable: UnusableDevice[] = [];
    for (const prekey of prekeys) {
      const judged = await this.#judge(aid, prekey, current.certificate);
      if ('problem' in judged) unusable.push(judged);
      else devices.push(judged);
      if (isOldPrekey(prekey, fetchedAt)) {
        this.#runtime.logger.log('warn', 'prekey_old', { aid, deviceId: prekey.deviceId });
      }
    }
    const certificates = [
      ...new Map(devices.map(({ certificate }) => [certificate.fingerprint, certificate])).values(),
    ];
    const keys = new Set(certificates.map(({ spkiFingerprint }) => spkiFingerprint));
    // Which of two keys is the one of now cannot be guessed: the old one may be in the hands of a thief.
    if (keys.size > 1 && current.unavailable !== null) throw current.unavailable;
    return { found: prekeys.length > 0, devices, certificates, unusable, fetchedAt };
  }

  /** What the network names as current; a network that cannot tell now does not hold messages up. */
  async #current(
    aid: string,
  ): Promise<{ readonly certificate: Certificate | null; readonly unavailable: AunError | null }> {
    const asked = this.#certificates.current(aid).then(
      (certificate) => ({ certificate, unavailable: null }),
      (thrown: unknown) => {
        const error = toAunError(thrown);
        return { certificate: null, unavailable: isCertificateVerdict(error) ? null : error };
      },
    );
    let cancel: Disposer = () => undefined;
    const late = new Promise<{ certificate: null; unavailable: AunError }>((resolve) => {
      cancel = this.#runtime.scheduler.after(CURRENT_PATIENCE, () => {
        const message = `the certificate of ${aid} takes long`;
        resolve({
          certificate: null,
          unavailable: new AunError('request_timeout', message, { retryable: true }),
        });
      });
    });
    try {
      return await Promise.race([asked, late]);
    } finally {
      cancel();
    }
  }

  /** `current` is what the network names now: a device under another key was left behind by a change of key. */
  async #judge(
    aid: string,
    prekey: PeerPrekey,
    current: Certificate | null,
  ): Promise<PeerDevice | UnusableDevice> {
    const { deviceId, certificateFingerprint } = prekey;
    try {
      const certificate =
        certificateFingerprint === null
          ? await this.#certificates.current(aid)
          : await this.#certificates.byFingerprint(aid, certificateFingerprint);
      if (current !== null && certificate.spkiFingerprint !== current.spkiFingerprint)
        return { deviceId, problem: 'superseded', transient: null };
      const verdict = verifyPrekey(prekey, certificate);
      if (!verdict.ok) return { deviceId, problem: verdict.problem, transient: null };
      const target = {
        certificateFingerprint: certificate.fingerprint,
        certificatePoint: pointOfKey(certificate.publicKey),
        prekey: { id: prekey.id, point: verdict.point },
      };
      return { deviceId, certificate, ...target, identitySecrets: identitySecrets(this.#key, target) };
    } catch (thrown) {
      const error = toAunError(thrown);
      const final = isCertificateVerdict(error) || error.code === 'not_found';
      const problem = error.code === 'certificate_revoked' ? 'revoked' : 'certificate';
      return { deviceId, problem, transient: final ? null : error };
    }
  }

  #report(aid: string, unusable: readonly UnusableDevice[]): void {
    for (const { deviceId, problem } of unusable) {
      this.#runtime.logger.log('warn', 'device_unusable', {
        aid,
        deviceId,
        problem,
        own: aid === this.#identity.aid,
      });
    }
  }
}

/**
 * Prekeys of a `get_prekey` answer in normal form, without those that no message can be addressed to
 * (`protocol/02 §2.2`, `§3.7`).
 * @throws AunError `protocol_error` when the answer has no usable form
 */
export function readAnswer(aid: string, raw: unknown): PeerPrekey[] {
  const parsed = getPrekeyResultSchema.safeParse(raw);
  if (!parsed.success) throw new AunError('protocol_error', `unreadable prekey answer for ${aid}`);
  const { found, device_prekeys: list, prekey } = parsed.data;
  if (raw !== null && typeof raw === 'object' && 'found' in raw && !found) return [];
  const listed = normalizePrekeys(list ?? []);
  const prekeys =
    listed.length > 0 || prekey === undefined || prekey === null ? listed : normalizePrekeys([prekey]);
  return prekeys.filter((entry) => entry.deviceId !== PLACEHOLDER_DEVICE);
}
