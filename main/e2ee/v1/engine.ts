import type { KeyObject } from 'node:crypto';
import { asJsonObject } from './json';
import type { JsonObject } from '../../../shared/aun/canonical-json';
import type { GroupEnvelopes, GroupOpenResult, GroupPeers } from '../../ports/group-e2ee';
import type { E2eeEngine, IncomingRow, OpenResult, SealedMessage } from '../../ports/e2ee';
import type { Certificate, CertificateVerifier, Identity, PkiSource } from '../../ports/identity';
import type { RpcCaller } from '../../ports/session';
import type { PeerTrust } from '../../ports/trust';
import { AunError, toAunError } from '../../runtime/errors';
import type { Runtime } from '../../runtime/runtime';
import type { CryptoPool, PoolKeys } from '../pool';
import type { OpenOutcome } from '../pool-protocol';
import { refuse } from '../refusal';
import type { Refusal } from '../refusal';
import { letOthersRun } from '../../runtime/turn';
import { CertificateDirectory } from './certificates';
import { checkIncoming, isV1Row } from './incoming';
import type { CheckedEnvelope, Receiver } from './incoming';
import { EnvelopeOpener, senderId } from './opener';
import { PeerDirectory } from './peer-directory';
import { V1GroupEnvelopes } from './group/group-envelopes';
import { PrekeyService } from './prekey-service';
import { AgreementKey, spkiOf } from './primitives';
import { fingerprintOf } from '../../runtime/fingerprint';
import type { E2eeStore } from './store';
import { MessageSealer } from './sealer';
import type { OutgoingMessage, OutgoingThought } from './sealer';
import { findSenders } from './senders';
import type { SenderFound } from './senders';
import { TrustWatch } from './trust-watch';

/** Batches up to this size are opened in the calling thread: a worker's round trip would cost more. */
export const INLINE_ROWS = 2;
/** Rows opened in the calling thread before the event loop gets its turn: about two milliseconds. */
const ROWS_AT_ONCE = 6;
let accounts = 0;

/** What generation V1 of one account needs. */
export interface EngineOptions {
  readonly identity: Identity;
  readonly deviceId: string;
  readonly rpc: RpcCaller;
  readonly pki: PkiSource;
  readonly verifier: CertificateVerifier;
  readonly store: E2eeStore;
  /** Hears of keys of people, and is asked before a message is sealed for one. */
  readonly trust: PeerTrust;
  readonly runtime: Runtime;
  /** Worker threads; null opens everything in the calling thread, in slices. */
  readonly pool: CryptoPool | null;
}

/** End-to-end encryption V1 of one account (`protocol/02 §1–§7`). */
export class V1Engine implements E2eeEngine {
  readonly #identity: Identity;
  readonly #pool: CryptoPool | null;
  readonly #account: number;
  readonly #certificates: CertificateDirectory;
  readonly #directory: PeerDirectory;
  readonly #prekeys: PrekeyService;
  readonly #sealer: MessageSealer;
  readonly #opener: EnvelopeOpener;
  readonly #watch: TrustWatch;
  readonly #groups: V1GroupEnvelopes;

  constructor(options: EngineOptions) {
    const { identity } = options;
    const key = AgreementKey.fromPrivateKey(identity.privateKey);
    accounts += 1;
    this.#account = accounts;
    this.#identity = identity;
    this.#pool = options.pool;
    this.#certificates = new CertificateDirectory(options);
    this.#directory = new PeerDirectory({ ...options, key, certificates: this.#certificates });
    this.#prekeys = new PrekeyService(options);
    this.#sealer = new MessageSealer({ ...options, key, directory: this.#directory });
    const keys = new Map(
      ownKeys(identity).map(({ id, privateKey }) => [id, AgreementKey.fromPrivateKey(privateKey)]),
    );
    this.#opener = new EnvelopeOpener(keys);
    this.#watch = new TrustWatch({
      own: identity.aid,
      certificates: this.#certificates,
      changed: (aid) => this.#directory.forgetList(aid),
      logger: options.runtime.logger,
    });
    this.#groups = new V1GroupEnvelopes({
      identity,
      ownKeys: [...keys.values()],
      certificates: this.#certificates,
      directory: this.#directory,
      watch: this.#watch,
      random: options.runtime.random,
    });
  }

  async seal(message: OutgoingMessage): Promise<SealedMessage> {
    return this.#explained(message.to, () => this.#sealer.seal(message));
  }

  async sealThought(thought: OutgoingThought): Promise<{ params: Readonly<Record<string, unknown>> }> {
    return { params: await this.#explained(thought.to, () => this.#sealer.sealThought(thought)) };
  }

  recognizes(row: Readonly<Record<string, unknown>>): boolean {
    return isV1Row(row);
  }

  async open(rows: readonly IncomingRow[], options: { readonly anew?: boolean } = {}): Promise<OpenResult[]> {
    if (options.anew === true) this.#certificates.forgetFailures();
    const receiver = this.#receiver();
    const checked = rows.map(({ row }) => checkIncoming(row, receiver));
    const senders = await findSenders(this.#certificates, checked.filter(isChecked));
    const results = checked.map((envelope): CheckedEnvelope | Refusal => {
      if (!isChecked(envelope)) return envelope;
      const sender = senders.get(senderId(envelope.from, envelope.senderFingerprint));
      if (sender === undefined) return refuse('sender_certificate_unavailable', 'not looked for');
      if (sender.ok) this.#watch.noticed(envelope.from, sender.certificate);
      else if (sender.reason === 'sender_certificate_invalid') this.#watch.noticed(envelope.from, null);
      return sender.ok ? envelope : sender;
    });
    const outcomes = await this.#openChecked(results.filter(isChecked), senders);
    const consumed = new Set<string>();
    let next = 0;
    const opened = results.map((envelope): OpenResult => {
      if (!isChecked(envelope)) return envelope;
      const outcome = outcomes[next];
      next += 1;
      const result = toResult(envelope, outcome);
      if (result.ok && result.prekeyId !== null) consumed.add(result.prekeyId);
      return result;
    });
    this.#prekeys.consumed(consumed);
    return opened;
  }

  get groupPeers(): GroupPeers {
    return this.#groups.groupPeers;
  }

  recognizesGroup(row: Readonly<Record<string, unknown>>): boolean {
    return this.#groups.recognizesGroup(row);
  }

  sealGroup(message: Parameters<GroupEnvelopes['sealGroup']>[0]): JsonObject {
    return this.#groups.sealGroup(message);
  }

  openGroup(...args: Parameters<GroupEnvelopes['openGroup']>): Promise<GroupOpenResult[]> {
    return this.#groups.openGroup(...args);
  }

  onOnline(): void {
    this.#certificates.forgetFailures();
    // Another device of ours may have come or gone meanwhile.
    this.#directory.forgetList(this.#identity.aid);
    this.#prekeys.onOnline();
  }

  onOffline(): void {
    this.#prekeys.onOffline();
  }

  async lookup(
    aid: string,
  ): Promise<{ hasKeys: boolean; certificateFingerprint: string | null; exists: boolean }> {
    const list = await this.#directory.devices(aid, { refresh: true });
    const first = list.devices[0];
    if (first !== undefined) {
      return { hasKeys: true, certificateFingerprint: first.certificateFingerprint, exists: true };
    }
    try {
      const { fingerprint } = await this.#certificates.current(aid);
      return { hasKeys: false, certificateFingerprint: fingerprint, exists: true };
    } catch (thrown) {
      const error = toAunError(thrown);
      if (error.code === 'not_found' || error.code === 'invalid_aid') {
        return { hasKeys: false, certificateFingerprint: null, exists: list.found };
      }
      if (error.code.startsWith('certificate_')) {
        return { hasKeys: false, certificateFingerprint: null, exists: true };
      }
      throw error;
    }
  }

  stop(): void {
    this.#prekeys.stop();
    this.#watch.stop();
    this.#opener.clear();
    this.#pool?.forget(this.#account);
  }

  /** Resolves when running prekey uploads and looks at senders' keys have ended. For orderly shutdown and tests. */
  async settled(): Promise<void> {
    await Promise.all([this.#prekeys.settled(), this.#watch.settled()]);
  }

  async #explained<Result>(to: string, seal: () => Promise<Result>): Promise<Result> {
    try {
      return await seal();
    } catch (thrown) {
      const error = toAunError(thrown);
      throw error.code === 'recipient_without_keys' ? await this.#whyNoKeys(to, error) : error;
    }
  }

  /** An address without keys may be one that nobody has: waiting for keys would be waiting forever. */
  async #whyNoKeys(aid: string, withoutKeys: AunError): Promise<AunError> {
    try {
      await this.#certificates.current(aid);
      return withoutKeys;
    } catch (thrown) {
      if (toAunError(thrown).code !== 'not_found') return withoutKeys;
      return new AunError('recipient_unknown', `nobody is registered as ${aid}`, { cause: thrown });
    }
  }

  #receiver(): Receiver {
    const byCertificate = ownKeys(this.#identity).flatMap(({ id, certificates }) =>
      certificates
        .filter(({ spkiFingerprint }) => spkiFingerprint === id)
        .map(({ fingerprint }) => [fingerprint, id] as const),
    );
    return { ownAid: this.#identity.aid, ownKeys: new Map(byCertificate) };
  }

  async #openChecked(
    envelopes: readonly CheckedEnvelope[],
    senders: ReadonlyMap<string, SenderFound>,
  ): Promise<OpenOutcome[]> {
    if (envelopes.length === 0) return [];
    const ids = new Set<string>();
    for (const { prekeyId } of envelopes) if (prekeyId !== null) ids.add(prekeyId);
    // All of them, also those the opener has imported: it may let one go in the middle of a batch.
    const prekeys = await this.#prekeys.privateKeys(ids);
    const pool = envelopes.length > INLINE_ROWS && this.#pool?.isAvailable() === true ? this.#pool : null;
    try {
      const outcomes = (await pool?.open(this.#poolKeys(prekeys, senders), envelopes)) ?? null;
      return outcomes ?? (await this.#openInline(envelopes, prekeys, senders));
    } finally {
      for (const pkcs8 of prekeys.values()) pkcs8.fill(0);
    }
  }

  async #openInline(
    envelopes: readonly CheckedEnvelope[],
    prekeys: ReadonlyMap<string, Uint8Array>,
    senders: ReadonlyMap<string, SenderFound>,
  ): Promise<OpenOutcome[]> {
    const outcomes: OpenOutcome[] = [];
    for (const [index, envelope] of envelopes.entries()) {
      if (index > 0 && index % ROWS_AT_ONCE === 0) await letOthersRun();
      this.#giveKeys(envelope, prekeys, senders);
      outcomes.push(this.#opener.open(envelope));
    }
    return outcomes;
  }

  #giveKeys(
    { prekeyId, from, senderFingerprint }: CheckedEnvelope,
    prekeys: ReadonlyMap<string, Uint8Array>,
    senders: ReadonlyMap<string, SenderFound>,
  ): void {
    const pkcs8 = prekeyId === null ? undefined : prekeys.get(prekeyId);
    if (prekeyId !== null && pkcs8 !== undefined && !this.#opener.hasPrekey(prekeyId)) {
      this.#opener.addPrekey(prekeyId, AgreementKey.fromPkcs8(pkcs8));
    }
    const sender = senders.get(senderId(from, senderFingerprint));
    if (sender?.ok === true && !this.#opener.hasSender(from, senderFingerprint)) {
      this.#opener.addSender(from, senderFingerprint, sender.certificate.publicKey);
    }
  }

  #poolKeys(prekeys: ReadonlyMap<string, Uint8Array>, senders: ReadonlyMap<string, SenderFound>): PoolKeys {
    return {
      account: this.#account,
      identities: () =>
        ownKeys(this.#identity).map(({ id, privateKey }) => ({
          key: id,
          pkcs8: privateKey.export({ type: 'pkcs8', format: 'der' }),
        })),
      prekey: (id) => {
        const pkcs8 = prekeys.get(id);
        return pkcs8 === undefined ? null : Uint8Array.from(pkcs8);
      },
      sender: (aid, fingerprint) => {
        const sender = senders.get(senderId(aid, fingerprint));
        return sender?.ok === true ? Uint8Array.from(spkiOf(sender.certificate.publicKey)) : null;
      },
    };
  }
}

/** The key of now and those of before, each with its certificates; the id is the fingerprint of the SPKI. */
function ownKeys(
  identity: Identity,
): readonly { id: string; privateKey: KeyObject; certificates: readonly Certificate[] }[] {
  const present = {
    publicKeySpki: identity.publicKeySpki,
    privateKey: identity.privateKey,
    certificates: identity.certificates(),
  };
  return [present, ...identity.formerKeys()].map(({ publicKeySpki, privateKey, certificates }) => ({
    id: fingerprintOf(Buffer.from(publicKeySpki, 'base64')),
    privateKey,
    certificates,
  }));
}

function isChecked(value: CheckedEnvelope | Refusal): value is CheckedEnvelope {
  return !('ok' in value);
}

function toResult(envelope: CheckedEnvelope, outcome: OpenOutcome | undefined): OpenResult {
  if (outcome === undefined) return refuse('decryption_failed', 'no outcome', true);
  if (!outcome.ok) return outcome;
  const payload = asJsonObject(JSON.parse(outcome.plaintext));
  if (payload === null) return refuse('plaintext_invalid', 'plaintext is not an object');
  return {
    ok: true,
    payload,
    from: envelope.from,
    to: envelope.to,
    messageId: envelope.messageId,
    senderTime: envelope.senderTime,
    protection: 'e2ee-v1',
    forwardSecret: envelope.mode === 'prekey_ecdh_v2',
    prekeyId: envelope.prekeyId,
  };
}
