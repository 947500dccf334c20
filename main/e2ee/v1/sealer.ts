import { isJsonObject } from './json';
import type { JsonObject } from '../../../shared/aun/canonical-json';
import type { SealedMessage } from '../../ports/e2ee';
import type { Identity } from '../../ports/identity';
import type { PeerTrust } from '../../ports/trust';
import { AunError, toAunError } from '../../runtime/errors';
import type { Runtime } from '../../runtime/runtime';
import { letOthersRun } from '../../runtime/turn';
import { clientSignature } from '../client-signature';
import { sealEnvelope } from './envelope-seal';
import type { SealingIdentity } from './envelope-seal';
import { leastParamsBytes, MAX_PARAMS_BYTES, multiDeviceParams } from './multi-device';
import type { DeviceCopy } from './multi-device';
import type { DeviceList, PeerDevice, PeerDirectory } from './peer-directory';
import { AgreementKey, NONCE_BYTES } from './primitives';

/** Copies sealed in one go before the event loop gets its turn: about three milliseconds. */
const COPIES_AT_ONCE = 8;
/** The method a thought is signed for. */
const THOUGHT_PUT = 'message.thought.put';

/** The message to seal, as in `E2eeEngine.seal`. */
export interface OutgoingMessage {
  readonly to: string;
  readonly messageId: string;
  /** Unix ms. */
  readonly timestamp: number;
  readonly payload: JsonObject;
  readonly refresh?: boolean;
}

/** A thought to seal, as in `E2eeEngine.sealThought`. */
export interface OutgoingThought {
  readonly to: string;
  readonly thoughtId: string;
  /** Our corrected clock, Unix ms. */
  readonly timestamp: number;
  readonly context: { readonly type: string; readonly id: string };
  readonly payload: JsonObject;
}

/**
 * Seals a message for every usable device of the recipient and every other own device (`protocol/02 §5.1`). Always with a
 * prekey: there is no weaker mode to fall back to.
 */
export class MessageSealer {
  readonly #identity: Identity;
  readonly #key: AgreementKey;
  readonly #deviceId: string;
  readonly #directory: PeerDirectory;
  readonly #trust: PeerTrust;
  readonly #runtime: Runtime;

  constructor(options: {
    identity: Identity;
    key: AgreementKey;
    deviceId: string;
    directory: PeerDirectory;
    trust: PeerTrust;
    runtime: Runtime;
  }) {
    this.#identity = options.identity;
    this.#key = options.key;
    this.#deviceId = options.deviceId;
    this.#directory = options.directory;
    this.#trust = options.trust;
    this.#runtime = options.runtime;
  }

  /** @throws AunError as `E2eeEngine.seal` */
  async seal(message: OutgoingMessage): Promise<SealedMessage> {
    const identity = this.#sealingIdentity();
    const refresh = message.refresh === true;
    const noteToSelf = message.to === this.#identity.aid;
    const own = noteToSelf ? [] : await this.#ownOtherDevices(refresh);
    // Last of all that waits: what was learned of the recipient meanwhile counts.
    const recipients = await this.#recipients(message.to, refresh);
    const plaintextBytes = Buffer.byteLength(JSON.stringify(message.payload), 'utf8');
    requireSize(leastParamsBytes(plaintextBytes, recipients.length + own.length));

    const recipientCopies = await this.#copies(identity, recipients, message);
    if (recipientCopies.length === 0) {
      throw new AunError('recipient_keys_invalid', `no device of ${message.to} could be encrypted to`);
    }
    const selfCopies = await this.#copies(identity, own, message);
    const { messageId, timestamp } = message;
    const params = multiDeviceParams({ messageId, timestamp, recipientCopies, selfCopies });
    requireSize(Buffer.byteLength(JSON.stringify({ to: message.to, ...params }), 'utf8'));
    return {
      params,
      forwardSecret: true,
      protection: 'e2ee-v1',
      copies: recipientCopies.length + selfCopies.length,
    };
  }

  /**
   * Seals a thought for the peer's first usable device, with the context bound to it and the params signed (`protocol/02 §6`,
   * `protocol/01 §9`). Like every message of ours it is never sealed without a prekey.
   * @throws AunError as `E2eeEngine.seal`
   */
  async sealThought(thought: OutgoingThought): Promise<Readonly<Record<string, unknown>>> {
    const identity = this.#sealingIdentity();
    const { to, thoughtId, timestamp, payload } = thought;
    const [device] = await this.#recipients(to, false);
    const context = { type: thought.context.type, id: thought.context.id };
    const message = { to, messageId: thoughtId, timestamp, payload, context };
    const copy = device === undefined ? null : this.#copy(identity, device, message);
    if (copy === null) {
      throw new AunError('recipient_keys_invalid', `no device of ${to} could be encrypted to`);
    }
    const params = {
      to,
      type: 'e2ee.encrypted',
      encrypted: true,
      thought_id: thoughtId,
      timestamp,
      context,
      payload: copy.envelope,
    };
    // What is signed is what goes over the wire: the JSON of it.
    const text = JSON.stringify(params);
    requireSize(Buffer.byteLength(text, 'utf8'));
    const sent: unknown = JSON.parse(text);
    if (!isJsonObject(sent)) throw new AunError('internal', 'params are no object');
    return { ...sent, client_signature: clientSignature(this.#identity, THOUGHT_PUT, sent, timestamp) };
  }

  /**
   * The devices to seal for, allowed by those who watch over trust. A list of before a change of key gets a second look
   * when it is refused.
   */
  async #recipients(aid: string, refresh: boolean): Promise<readonly PeerDevice[]> {
    const list = await this.#directory.devices(aid, { refresh });
    const devices = requireDevices(aid, list);
    try {
      await this.#trust.mayWriteTo(aid, list.certificates);
      return devices;
    } catch (thrown) {
      if (refresh || toAunError(thrown).code !== 'recipient_identity_changed') throw thrown;
      return this.#recipients(aid, true);
    }
  }

  #sealingIdentity(): SealingIdentity {
    const certificate = this.#identity.certificate();
    if (certificate === null) {
      throw new AunError('certificate_invalid', 'no certificate of our own to send with');
    }
    return {
      key: this.#key,
      fingerprint: certificate.fingerprint,
      sign: (data) => this.#identity.sign(data),
    };
  }

  /**
   * A gateway that cannot answer now must not cost the other devices their copy, so that error rises; one that never
   * answers about ourselves must not keep us from writing to others.
   */
  async #ownOtherDevices(refresh: boolean): Promise<readonly PeerDevice[]> {
    const own = this.#identity.aid;
    try {
      const list = await this.#directory.devices(own, { refresh });
      return list.devices.filter((device) => device.deviceId !== this.#deviceId);
    } catch (thrown) {
      const error = toAunError(thrown);
      if (error.retryable || error.code === 'connection_closed' || error.code === 'request_timeout')
        throw error;
      this.#runtime.logger.log('warn', 'own_devices_unknown', { code: error.code, message: error.message });
      return [];
    }
  }

  async #copies(
    identity: SealingIdentity,
    devices: readonly PeerDevice[],
    message: OutgoingMessage,
  ): Promise<DeviceCopy[]> {
    const copies: DeviceCopy[] = [];
    for (const [index, device] of devices.entries()) {
      if (index > 0 && index % COPIES_AT_ONCE === 0) await letOthersRun();
      const copy = this.#copy(identity, device, message);
      if (copy !== null) copies.push(copy);
    }
    return copies;
  }

  #copy(
    identity: SealingIdentity,
    device: PeerDevice,
    message: OutgoingMessage & { readonly context?: JsonObject },
  ): DeviceCopy | null {
    const random = (length: number): Buffer => this.#runtime.random.bytes(length);
    try {
      const envelope = sealEnvelope(identity, device, {
        from: this.#identity.aid,
        to: message.to,
        messageId: message.messageId,
        timestamp: message.timestamp,
        payload: message.payload,
        ...(message.context === undefined ? {} : { context: message.context }),
        ephemeral: AgreementKey.generate(random),
        nonce: random(NONCE_BYTES),
      });
      return { device_id: device.deviceId, envelope };
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      this.#runtime.logger.log('error', 'copy_failed', { to: message.to, deviceId: device.deviceId, reason });
      return null;
    }
  }
}

function requireSize(bytes: number): void {
  if (bytes < MAX_PARAMS_BYTES) return;
  throw new AunError('message_too_large', 'the sealed message exceeds what a gateway accepts', {
    detail: { bytes, limit: MAX_PARAMS_BYTES },
  });
}

/** The usable devices, or the error that says best why there is none. */
function requireDevices(aid: string, list: DeviceList): readonly PeerDevice[] {
  if (list.devices.length > 0) return list.devices;
  if (!list.found) throw new AunError('recipient_without_keys', `${aid} has no device to encrypt to`);
  for (const { transient } of list.unusable) if (transient !== null) throw transient;
  if (list.unusable.some((device) => device.problem === 'revoked')) {
    throw new AunError('recipient_certificate_revoked', `the certificate of ${aid} is revoked`);
  }
  throw new AunError('recipient_keys_invalid', `no key of ${aid} passes its checks`, {
    detail: {
      devices: list.unusable.map(({ deviceId, problem }) => ({ deviceId, problem })),
    },
  });
}
