import { X509Certificate, randomUUID } from 'node:crypto';
import type { DataDir } from './data-dir';
import type { OwnIdentity } from './auth-flow';
import { echoTrace } from './echo-trace';
import { open, seal } from './envelope';
import type { OpenContext } from './envelope';
import { SdkError, messageOf } from './errors';
import { dictsOf, isDict, numberOf, textOf } from './json';
import type { Dict } from './json';
import type { PeerMaterial } from './peer-material';
import { isRoutable } from './prekeys';
import type { PrekeyMaterial } from './prekeys';
import { certificateFingerprint } from './primitives';

const FORBIDDEN = ['persist', 'delivery_mode', 'queue_routing', 'affinity_ttl_ms'];
const REFRESH_CODES = new Set([
  'PEER_CERT_FINGERPRINT_MISMATCH',
  'PREKEY_CERT_FINGERPRINT_MISMATCH',
  'PREKEY_SIGNATURE_VERIFY_FAILED',
]);

export interface OutboxOptions {
  ownAid: string;
  deviceId: string;
  call: (method: string, params: Dict) => Promise<unknown>;
  emit: (event: string, data: Dict) => void;
  data: DataDir;
  peers: PeerMaterial;
  identity: () => OwnIdentity;
  openContext: () => OpenContext;
  requireForwardSecrecy: boolean;
  now: () => number;
  uptimeSeconds: () => number;
}

/** Sending and thoughts of the 0.2.20 client (protocol/02 §3.7, §5.1, §6). */
export class Outbox {
  readonly #options: OutboxOptions;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** `message.send`; encrypted unless `encrypt` is false. Returns the gateway's result as it is. */
  async send(params: Dict): Promise<unknown> {
    const to = textOf(params['to']);
    if (to.startsWith('group.'))
      throw new SdkError('ValidationError', 'group service is not a message recipient');
    for (const key of FORBIDDEN) {
      if (key in params) throw new SdkError('ValidationError', `message.send does not accept ${key}`);
    }
    if (params['encrypt'] === false) return this.#sendPlain(params);
    const { payload } = params;
    if (!isDict(payload)) throw new SdkError('ValidationError', 'payload must be an object');
    const attempt = (): Promise<unknown> => this.#sendEncrypted(to, payload, complete);
    const complete: Dict = {
      ...params,
      message_id: textOf(params['message_id']) || randomUUID(),
      timestamp: numberOf(params['timestamp'], this.#options.now()),
    };
    try {
      return await attempt();
    } catch (error) {
      if (!wantsFreshMaterial(error)) throw error;
      this.#options.peers.forget(to);
      return attempt();
    }
  }

  /** `message.thought.put`, encrypted to the first prekey of the peer only. */
  async thoughtPut(params: Dict): Promise<Dict> {
    const to = textOf(params['to']);
    const context = requireContext(params, 'message.thought.put');
    const thoughtId = textOf(params['thought_id']) || `mt-${randomUUID()}`;
    const timestamp = numberOf(params['timestamp'], this.#options.now());
    const payload = isDict(params['payload']) ? params['payload'] : {};
    if (params['encrypt'] === false) return { to, thought_id: thoughtId, timestamp, context, payload };
    const [prekey] = await this.#options.peers.prekeys(to);
    const certificate = await this.#options.peers.certificate(to, prekey?.cert_fingerprint ?? '');
    const envelope = this.#sealFor(
      to,
      certificate,
      prekey ?? null,
      thoughtId,
      timestamp,
      payload,
      params,
      context,
    );
    return {
      to,
      type: 'e2ee.encrypted',
      encrypted: true,
      thought_id: thoughtId,
      timestamp,
      context,
      payload: envelope,
    };
  }

  /** Opens the items of a `message.thought.get` reply; what cannot be opened is marked `decrypt_failed`. */
  async openThoughts(reply: unknown): Promise<Dict> {
    const source = isDict(reply) ? reply : {};
    const thoughts: Dict[] = [];
    for (const item of source['found'] ? dictsOf(source['thoughts']) : []) {
      const envelope = isDict(item['payload']) ? item['payload'] : {};
      if (textOf(envelope['type']) !== 'e2ee.encrypted') {
        thoughts.push(item);
        continue;
      }
      const sender = textOf(item['from']);
      await this.#options.peers.ensureSender(sender, textOf(envelope['sender_cert_fingerprint']));
      const row = { ...item, message_id: item['message_id'] ?? item['thought_id'] };
      const result = open(row, this.#options.openContext());
      thoughts.push(
        result.kind === 'opened'
          ? { ...item, payload: result.payload, encrypted: true, e2ee: result.e2ee }
          : { ...item, decrypt_failed: true },
      );
    }
    return { ...source, thoughts };
  }

  #sendPlain(params: Dict): Promise<unknown> {
    const { ownAid, now, uptimeSeconds } = this.#options;
    const rest = Object.fromEntries(Object.entries(params).filter(([key]) => key !== 'encrypt'));
    const payload = echoTrace(params['payload'], 'send', ownAid, now(), uptimeSeconds());
    return this.#options.call('message.send', { ...rest, payload });
  }

  async #sendEncrypted(to: string, payload: Dict, params: Dict): Promise<unknown> {
    const messageId = textOf(params['message_id']);
    const timestamp = numberOf(params['timestamp']);
    const routable = (await this.#options.peers.prekeys(to)).filter(isRoutable);
    const [first] = routable;
    if (!first) throw new Error(`no registered device prekeys for ${to}, cannot send encrypted message`);
    const recipientCopies: Dict[] = [];
    for (const prekey of routable) {
      // All or nothing: one device whose certificate cannot be had fails the whole send.
      const certificate = await this.#options.peers.certificate(to, prekey.cert_fingerprint ?? '');
      const envelope = this.#sealFor(to, certificate, prekey, messageId, timestamp, payload, params, null);
      recipientCopies.push({ device_id: prekey.device_id, envelope });
    }
    this.#options.peers.touch(to, first);
    const selfCopies = await this.#selfCopies(to, messageId, timestamp, payload, params);
    return this.#options.call('message.send', {
      to,
      type: 'e2ee.multi_device',
      encrypted: true,
      message_id: messageId,
      timestamp,
      ...(params['persist_required'] || params['durable'] ? { persist_required: true } : {}),
      payload: {
        type: 'e2ee.multi_device',
        logical_message_id: messageId,
        recipient_copies: recipientCopies,
        self_copies: selfCopies,
      },
    });
  }

  async #selfCopies(
    to: string,
    messageId: string,
    timestamp: number,
    payload: Dict,
    params: Dict,
  ): Promise<Dict[]> {
    const { ownAid, deviceId, peers } = this.#options;
    const copies: Dict[] = [];
    for (const prekey of (await peers.prekeys(ownAid)).filter(isRoutable)) {
      if (prekey.device_id === deviceId) continue;
      const certificate = await this.#ownCertificate(prekey.cert_fingerprint ?? '');
      if (!certificate) continue;
      const envelope = this.#sealFor(to, certificate, prekey, messageId, timestamp, payload, params, null);
      copies.push({ device_id: prekey.device_id, envelope });
    }
    return copies;
  }

  async #ownCertificate(fingerprint: string): Promise<X509Certificate | null> {
    const { certificate } = this.#options.identity();
    if (!fingerprint || certificateFingerprint(certificate) === fingerprint) return certificate;
    const pem = this.#options.data.load(this.#options.ownAid).certificates[fingerprint];
    if (pem) return new X509Certificate(pem);
    return this.#options.peers.certificate(this.#options.ownAid, fingerprint).catch(() => null);
  }

  /** One envelope; a prekey that cannot be used falls back to the long-term key, which is then normally refused. */
  #sealFor(
    to: string,
    recipientCertificate: X509Certificate,
    prekey: PrekeyMaterial | null,
    messageId: string,
    timestamp: number,
    payload: Dict,
    params: Dict,
    context: Dict | null,
  ): Dict {
    const { key, certificate } = this.#options.identity();
    const input = {
      senderKey: key,
      senderFingerprint: certificateFingerprint(certificate),
      recipientCertificate,
      from: this.#options.ownAid,
      to,
      messageId,
      timestamp,
      payload,
      headers: params['protected_headers'] ?? params['headers'],
      context,
    };
    let degraded = false;
    if (prekey) {
      try {
        return seal({ ...input, prekey }).envelope;
      } catch (error) {
        if (error instanceof SdkError && error.name === 'ValidationError') throw error;
        degraded = true;
      }
    }
    if (this.#options.requireForwardSecrecy) {
      const text = `forward secrecy required but unavailable for ${to} (mode=long_term_key)`;
      throw new SdkError('E2EEError', text);
    }
    if (degraded) {
      this.#options.emit('e2ee.degraded', {
        peer_aid: to,
        mode: 'long_term_key',
        reason: 'prekey_encrypt_failed',
      });
    }
    return seal({ ...input, prekey: null }).envelope;
  }
}

/** The thought's context, which must name a type and an id. */
export function requireContext(params: Dict, method: string): Dict {
  const context = isDict(params['context']) ? params['context'] : {};
  if (!textOf(context['type']) || !textOf(context['id'])) {
    throw new SdkError('ValidationError', `${method} requires context.type + context.id`);
  }
  return context;
}

function wantsFreshMaterial(error: unknown): boolean {
  const text = messageOf(error);
  if (text.includes('peer cert fingerprint mismatch for ')) return true;
  if (text.includes('prekey cert fingerprint mismatch')) return true;
  return error instanceof SdkError && REFRESH_CODES.has(error.localCode);
}
