import { createPrivateKey } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { AgentMdFiles, agentMdEtag, fetchSigner, signAgentMd, verifyAgentMd } from './agent-md';
import type { AgentMdVerdict } from './agent-md';
import { AuthFlow } from './auth-flow';
import type { Credentials } from './auth-flow';
import { CertificateVerifier } from './certificate-verifier';
import { withClientSignature } from './client-signature';
import { Connection } from './connection';
import type { ConnectOptions, ConnectionState } from './connection';
import { DataDir } from './data-dir';
import type { OpenContext } from './envelope';
import { SdkError } from './errors';
import type { Groups } from './group/service';
import { nearGateway } from './http';
import type { NetworkOptions } from './http';
import { textOf } from './json';
import type { Dict } from './json';
import { requireContext } from './outbox';
import { buildParts } from './parts';
import type { Parts } from './parts';
import type { PeerMaterial } from './peer-material';
import { createPrekey, retainPrekeys } from './prekeys';
import { certificateFingerprint } from './primitives';
import type { ShortSocketTimes } from './short-socket';
import { Storage } from './storage';
import { realTiming } from './timing';
import type { Timing } from './timing';

export interface ClientOptions {
  /** The data folder (`aun_path`). */
  dataDir: string;
  /** `seed_password`: opens identities that lie in the data folder in the SDK's own layout. */
  seedPassword?: string;
  /** PEM file with the trusted AUN roots; an unreadable file throws here. */
  rootCaPath: string;
  /** Default true. */
  verifySsl?: boolean;
  /** Preset gateway address of set-ups A and B; without it the gateway is discovered. */
  gatewayUrl?: string;
  discoveryPort?: number;
  /** What `NODE_EXTRA_CA_CERTS` would add, as PEM. */
  extraCa?: string;
  redirect?: NetworkOptions['redirect'];
  /** Default: the id kept in the data folder. */
  deviceId?: string;
  timing?: Timing;
  /** Default 35 000 ms. */
  callTimeoutMs?: number;
  /** Default 3 000 ms. */
  closeWaitMs?: number;
  shortSocketTimes?: ShortSocketTimes;
  /** Default 300; 0 switches the window off. */
  replayWindowSeconds?: number;
  /** Default true. */
  requireForwardSecrecy?: boolean;
}

const INTERNAL_ONLY = new Set([
  'auth.login1',
  'auth.aid_login1',
  'auth.login2',
  'auth.aid_login2',
  'auth.connect',
  'auth.refresh_token',
  'initialize',
]);

/**
 * A second client, written only from the protocol documents, that behaves as SDK 0.2.20 for Node does, defects
 * included. Events: `message.received`, `message.undecryptable`, `message.ack`, `message.recalled`,
 * `gateway.disconnect`, `connection.state`, `connection.error`, `e2ee.degraded`, `notification`. Every event is also
 * emitted as `any` (name, data).
 */
export class Sdk0220Client extends EventEmitter {
  readonly deviceId: string;
  readonly data: DataDir;
  readonly #options: ClientOptions;
  readonly #network: NetworkOptions;
  readonly #timing: Timing;
  readonly #verifier: CertificateVerifier;
  readonly #auth: AuthFlow;
  readonly #profiles: AgentMdFiles;
  readonly #agentMd = { local: '', remote: '' };
  #connection: Connection | null = null;
  #parts: Parts | null = null;
  #aid = '';
  #gateway = '';
  #slotId = '';
  #activePrekey = '';
  readonly #kicked = { value: false };

  constructor(options: ClientOptions) {
    super();
    this.#options = options;
    this.data = new DataDir(options.dataDir, options.seedPassword);
    this.deviceId = options.deviceId ?? this.data.deviceId();
    this.#timing = options.timing ?? realTiming();
    this.#network = {
      verifySsl: options.verifySsl ?? true,
      ...(options.extraCa ? { extraCa: options.extraCa } : {}),
      ...(options.redirect ? { redirect: options.redirect } : {}),
    };
    this.#verifier = new CertificateVerifier({
      network: this.#network,
      rootPem: readFileSync(options.rootCaPath, 'utf8'),
      now: () => this.#timing.now(),
      warn: (text) => this.#publish('warning', { text }),
    });
    this.#profiles = new AgentMdFiles(this.#network, options.discoveryPort);
    this.#auth = new AuthFlow({
      data: this.data,
      network: this.#network,
      verifier: this.#verifier,
      timing: this.#timing,
      deviceId: this.deviceId,
      ...(options.gatewayUrl ? { gatewayUrl: options.gatewayUrl } : {}),
      ...(options.discoveryPort === undefined ? {} : { discoveryPort: options.discoveryPort }),
      ...(options.shortSocketTimes ? { shortSocketTimes: options.shortSocketTimes } : {}),
    });
  }

  get aid(): string {
    return this.#aid;
  }

  get state(): ConnectionState {
    return this.#connection?.state ?? 'idle';
  }

  /** Highest sequence number without a hole before it. */
  get contiguousSeq(): number {
    return this.#parts?.inbox.tracker.contiguous ?? 0;
  }

  get heartbeatSeconds(): number {
    return this.#connection?.heartbeatSeconds ?? 0;
  }

  get hello(): Dict {
    return this.#connection?.hello ?? {};
  }

  createAid(aid: string): Promise<{ aid: string; cert: string }> {
    this.#aid = aid;
    return this.#auth.createAid(aid);
  }

  /** Logs in; without an AID the one of `createAid`, else the first identity of the folder. */
  authenticate(aid = this.#aid || (this.data.identities()[0] ?? '')): Promise<Credentials> {
    this.#aid = aid;
    return this.#auth.authenticate(aid, this.#slotId);
  }

  /** Opens the session with what `authenticate` returned. */
  async connect(
    credentials: Pick<Credentials, 'access_token' | 'gateway'>,
    options: ConnectOptions = {},
  ): Promise<Dict> {
    const state = this.state;
    if (state !== 'idle' && state !== 'closed' && state !== 'disconnected') {
      throw new SdkError('StateError', `connect not allowed in state ${state}`);
    }
    this.#slotId = options.slotId ?? '';
    const connection = new Connection({
      aid: this.#aid,
      deviceId: this.deviceId,
      auth: this.#auth,
      network: this.#network,
      timing: this.#timing,
      callTimeoutMs: this.#options.callTimeoutMs ?? 35_000,
      closeWaitMs: this.#options.closeWaitMs ?? 3000,
      connect: options,
      kicked: this.#kicked,
      emit: (event, data) => this.#publish(event, data),
      onEvent: (name, params) => {
        this.#onEvent(name, params);
      },
      onMeta: (meta) => {
        this.#agentMd.remote = textOf(meta['agent_md_etag']) || this.#agentMd.remote;
      },
      onOnline: () => this.#onOnline(),
    });
    this.#connection = connection;
    this.#gateway = credentials.gateway;
    this.#build(credentials.gateway);
    return connection.connect(credentials.access_token, credentials.gateway);
  }

  /** `message.send`; encrypted unless `encrypt: false`. */
  async send(params: Dict): Promise<Dict> {
    return asResult(await this.#need(this.#parts).outbox.send(params));
  }

  /** `message.pull`, one page, decrypted. */
  async pull(params: Dict = {}): Promise<{ messages: Dict[]; reply: Dict }> {
    return this.#need(this.#parts).inbox.pull(params);
  }

  async recall(messageIds: string[]): Promise<Dict> {
    return asResult(await this.call('message.recall', { message_ids: messageIds }));
  }

  async queryOnline(aids: string[]): Promise<Dict> {
    return asResult(await this.call('message.query_online', { aids }));
  }

  async ack(seq: number): Promise<Dict> {
    return asResult(await this.call('message.ack', { seq }));
  }

  async thoughtPut(params: Dict): Promise<Dict> {
    return asResult(await this.call('message.thought.put', params));
  }

  async thoughtGet(params: Dict): Promise<Dict> {
    return asResult(await this.call('message.thought.get', params));
  }

  /** Any RPC, with the interceptions of the SDK; login methods are refused locally. */
  async call(method: string, params: Dict): Promise<unknown> {
    if (INTERNAL_ONLY.has(method)) throw new SdkError('PermissionError', `${method} is internal_only`);
    switch (method) {
      case 'message.send':
        return this.#need(this.#parts).outbox.send(params);
      case 'message.pull': {
        const { messages, reply } = await this.#need(this.#parts).inbox.pull(params);
        return { ...reply, messages };
      }
      case 'message.ack':
        return this.#raw(method, this.#need(this.#parts).inbox.withInstance(params));
      case 'message.thought.put':
        return this.#raw(method, await this.#need(this.#parts).outbox.thoughtPut(params));
      case 'message.thought.get':
        requireContext(params, method);
        return this.#need(this.#parts).outbox.openThoughts(await this.#raw(method, params));
      default:
        if (method.startsWith('group.')) return this.groups.call(method, params);
        return this.#raw(method, params);
    }
  }

  /** Groups with everything the SDK does by itself around them. */
  get groups(): Groups {
    return this.#need(this.#parts).groups;
  }

  /** Sends an RPC exactly as given, past every interception of the SDK; for tests of the gateway. */
  rawCall(method: string, params: Dict): Promise<unknown> {
    return this.#need(this.#connection).call(method, params);
  }

  /** How this client reaches the hosts of its issuer, for the data planes. */
  get network(): NetworkOptions {
    return nearGateway(this.#network, this.#gateway, this.#aid.slice(this.#aid.indexOf('.') + 1));
  }

  /** Files as an application stores them. */
  get storage(): Storage {
    const call = (method: string, params: Dict): Promise<unknown> => this.call(method, params);
    return new Storage({ ownAid: this.#aid, network: this.network, call });
  }

  /** Generates, stores and uploads a fresh prekey. */
  async uploadPrekey(): Promise<unknown> {
    const identity = this.#auth.identity(this.#aid);
    const now = this.#timing.now();
    const { stored, upload } = createPrekey(
      identity.key,
      certificateFingerprint(identity.certificate),
      this.deviceId,
      now,
    );
    this.data.update(this.#aid, (record) => {
      record.prekeys = retainPrekeys([...record.prekeys, stored], this.deviceId, now);
    });
    const reply = await this.#raw('message.e2ee.put_prekey', upload);
    this.#activePrekey = stored.prekey_id;
    return reply;
  }

  /** Signs a profile document with the key of the identity (protocol/06 §5.2). */
  signAgentMd(text: string): string {
    const { key, certificate } = this.#auth.identity(this.#aid);
    return signAgentMd(text, key, certificate, Math.floor(this.#timing.now() / 1000));
  }

  /** Verifies a document of anybody; never throws. */
  async verifyAgentMd(text: string, expectedAid = ''): Promise<AgentMdVerdict> {
    const gateway = await this.#auth.gatewayUrl(this.#aid);
    const signer = async (aid: string, fingerprint: string) => {
      const certificate = await fetchSigner(gateway, this.#network, aid, fingerprint);
      await this.#verifier.verify(certificate, gateway, aid);
      return certificate;
    };
    return verifyAgentMd(text, signer, expectedAid);
  }

  /** Publishes exactly this text, with a cached token, a refreshed one or a login; works before `connect` too. */
  async uploadAgentMd(text: string): Promise<Dict> {
    const gateway = await this.#auth.gatewayUrl(this.#aid);
    const cached = this.#auth.cachedToken(this.#aid, this.#slotId);
    const token =
      cached ??
      (
        await this.#auth
          .refresh(this.#aid, this.#slotId)
          .catch(() => this.#auth.authenticate(this.#aid, this.#slotId))
      ).access_token;
    return this.#profiles.upload(this.#aid, gateway, token, text);
  }

  async downloadAgentMd(aid: string): Promise<string> {
    return this.#profiles.download(aid, await this.#auth.gatewayUrl(this.#aid));
  }

  /** Names the file with the own document, so that events tell whether it is the published one. */
  setLocalAgentMdPath(file: string): void {
    this.#agentMd.local = agentMdEtag(readFileSync(file, 'utf8'));
  }

  /** Forgets cached peer certificates and prekeys, as an hour's passing would. */
  forgetPeer(aid: string): void {
    this.#parts?.peers.forget(aid);
    this.#verifier.forget();
  }

  /** Cuts the socket without a close frame. */
  drop(): void {
    this.#need(this.#connection).drop();
  }

  sendRaw(text: string): void {
    this.#need(this.#connection).sendRaw(text);
  }

  async disconnect(): Promise<void> {
    await this.#connection?.disconnect();
  }

  async close(): Promise<void> {
    this.#parts?.stop();
    await this.#connection?.close();
  }

  /** Key and certificate for the data folder of another device of the same AID. */
  exportIdentity(): { aid: string; privateKeyPem: string; publicKeySpki: string; certPem: string } {
    const { privateKeyPem, publicKeySpki, certPem } = this.data.load(this.#aid);
    return { aid: this.#aid, privateKeyPem, publicKeySpki, certPem };
  }

  importIdentity(identity: {
    aid: string;
    privateKeyPem: string;
    publicKeySpki: string;
    certPem: string;
  }): void {
    this.#aid = identity.aid;
    this.data.update(identity.aid, (record) => {
      record.privateKeyPem = identity.privateKeyPem;
      record.publicKeySpki = identity.publicKeySpki;
      record.certPem = identity.certPem;
    });
  }

  #build(gateway: string): void {
    const aid = this.#aid;
    this.#parts?.stop();
    this.#parts = buildParts({
      aid,
      deviceId: this.deviceId,
      slotId: this.#slotId,
      gatewayUrl: gateway,
      data: this.data,
      network: this.#network,
      verifier: this.#verifier,
      timing: this.#timing,
      auth: this.#auth,
      replayWindowSeconds: this.#options.replayWindowSeconds ?? 300,
      requireForwardSecrecy: this.#options.requireForwardSecrecy ?? true,
      uptimeSeconds: () => {
        const now = this.#timing.now();
        return Math.floor((now - (this.#connection?.connectedAt ?? now)) / 1000);
      },
      call: (method, params) => this.#raw(method, params),
      emit: (event, data) => {
        this.#publish(event, data);
      },
      openContext: (peers) => this.#openContext(peers),
      prekeyUsed: (prekeyId) => {
        this.#onPrekeyUsed(prekeyId);
      },
    });
  }

  #openContext(peers: PeerMaterial): OpenContext {
    const identity = this.#auth.identity(this.#aid);
    const record = this.data.load(this.#aid);
    return {
      ownAid: this.#aid,
      ownKey: identity.key,
      ownFingerprint: certificateFingerprint(identity.certificate),
      prekey: (prekeyId) => {
        const stored = record.prekeys.find((entry) => entry.prekey_id === prekeyId);
        return stored ? createPrivateKey(stored.private_key_pem) : null;
      },
      senderCertificate: (aid, fingerprint) => peers.stored(aid, fingerprint),
    };
  }

  /** Prekey upload, then the one pull; a failure of the upload is only reported. */
  async #onOnline(): Promise<void> {
    await this.uploadPrekey().catch((error: unknown) => {
      this.#publish('prekey.upload_failed', { error });
    });
    void this.#parts?.inbox.fillGap();
  }

  #onEvent(name: string, params: Dict): void {
    if (name === 'message.received') {
      this.#parts?.inbox.onPush(params).catch((error: unknown) => {
        this.#publish('connection.error', { error });
      });
      return;
    }
    // The TypeScript SDK of this generation does not know this one.
    if (name === 'peer.v2.message_received') return;
    if (this.#parts?.groups.onEvent(name, params)) return;
    this.#publish(name, params);
  }

  #onPrekeyUsed(prekeyId: string): void {
    if (prekeyId === '' || prekeyId !== this.#activePrekey) return;
    this.#activePrekey = '';
    this.uploadPrekey().catch((error: unknown) => {
      this.#publish('prekey.upload_failed', { error });
    });
  }

  #raw(method: string, params: Dict): Promise<unknown> {
    const connection = this.#need(this.#connection);
    if (connection.state !== 'connected') {
      return Promise.reject(new SdkError('ConnectionError', 'client is not connected', { retryable: true }));
    }
    const identity = this.#auth.identity(this.#aid);
    return connection.call(
      method,
      withClientSignature(method, params, this.#aid, identity, this.#timing.now()),
    );
  }

  #need<Part>(part: Part | null): Part {
    if (part === null) throw new SdkError('ConnectionError', 'client is not connected', { retryable: true });
    return part;
  }

  /** Message events tell the two ETags of the own document where one is known (protocol/06 §5.4). */
  #publish(event: string, given: Dict): void {
    const { local, remote } = this.#agentMd;
    const known = event === 'message.received' && (local !== '' || remote !== '');
    const data = known ? { ...given, _agent_md: { local_etag: local, remote_etag: remote } } : given;
    this.emit('any', event, data);
    this.emit(event, data);
  }
}

function asResult(value: unknown): Dict {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new SdkError('SerializationError', 'result is not an object');
}
