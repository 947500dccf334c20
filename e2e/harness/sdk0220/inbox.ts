import { SdkError } from './errors';
import { open } from './envelope';
import type { OpenContext, Opened } from './envelope';
import { echoTrace } from './echo-trace';
import { dictsOf, isDict, numberOf, textOf } from './json';
import type { Dict } from './json';
import { OrderedPublisher } from './ordered-publisher';
import type { PeerMaterial } from './peer-material';
import type { ReplayGuard } from './replay-guard';
import { SeqTracker } from './seq-tracker';

const CONTROL_TYPES = new Set([
  'e2ee.group_key_distribution',
  'e2ee.group_key_request',
  'e2ee.group_key_response',
]);
/** Gap fills and the pull after connecting take one page of this size and never a second one. */
const GAP_PAGE = 50;

export interface InboxOptions {
  ownAid: string;
  deviceId: string;
  slotId: string;
  startCursor: number;
  call: (method: string, params: Dict) => Promise<unknown>;
  emit: (event: string, data: Dict) => void;
  peers: PeerMaterial;
  guard: ReplayGuard;
  now: () => number;
  uptimeSeconds: () => number;
  openContext: () => OpenContext;
  persistCursor: (seq: number) => void;
  /** Called when a message was opened with that prekey. */
  prekeyUsed: (prekeyId: string) => void;
  /** Takes a message about keys of groups. */
  onControl: (payload: Dict) => Promise<void>;
}

/** Push and pull paths of the 0.2.20 client, including the acknowledgement before decryption (protocol/04 §5.3, §5.4). */
export class Inbox {
  readonly tracker: SeqTracker;
  readonly #options: InboxOptions;
  readonly #publisher: OrderedPublisher<Dict>;
  readonly #filling = new Set<string>();

  constructor(options: InboxOptions) {
    this.#options = options;
    this.tracker = new SeqTracker(options.now);
    this.tracker.restore(options.startCursor);
    this.#publisher = new OrderedPublisher((row) => {
      options.emit('message.received', row);
    });
  }

  /** One `event/message.received`. */
  async onPush(row: Dict): Promise<void> {
    if (!this.#isForUs(row)) return;
    const seq = numberOf(row['seq']);
    const control = await this.#controlIn(row);
    if (seq > 0) {
      const needPull = this.tracker.onMessageSeq(seq);
      if (needPull) void this.fillGap();
      // The acknowledgement leaves before decryption is even tried, on every push.
      if (this.tracker.contiguous > 0) this.#acknowledge();
      this.#options.persistCursor(this.tracker.contiguous);
    }
    if (control) {
      this.#publisher.drain(this.tracker.contiguous);
      await this.#options.onControl(control);
      return;
    }
    const result = await this.#openRow(row, true);
    if (result.kind === 'failed') {
      this.#options.emit('message.undecryptable', this.#undecryptable(row, result.reason));
      return;
    }
    const message = this.#applicationRow(row, result);
    if (seq > 0) this.#publisher.publish(seq, message, () => this.tracker.contiguous);
    else this.#options.emit('message.received', message);
  }

  /** One page: what the application gets is decrypted, without repeats, and silent about what cannot be opened. */
  async pull(params: Dict): Promise<{ messages: Dict[]; reply: Dict }> {
    const reply = await this.#options.call('message.pull', this.withInstance(params));
    if (!isDict(reply) || !Array.isArray(reply['messages'])) {
      throw new SdkError('ValidationError', 'invalid message.pull response');
    }
    const rows = dictsOf(reply['messages']);
    const seen = new Set<string>();
    const messages: Dict[] = [];
    for (const row of rows) {
      const id = textOf(row['message_id']);
      if (id && seen.has(id)) continue;
      seen.add(id);
      const control = await this.#controlIn(row);
      if (control) {
        await this.#options.onControl(control);
        continue;
      }
      const result = await this.#openRow(row, false);
      if (result.kind !== 'failed') messages.push(this.#applicationRow(row, result));
    }
    this.tracker.onPullResult(rows.map((row) => numberOf(row['seq'])));
    const serverCursor = numberOf(reply['server_ack_seq']);
    this.tracker.force(serverCursor);
    this.#options.persistCursor(this.tracker.contiguous);
    if (this.tracker.contiguous > 0 && (rows.length > 0 || serverCursor > 0)) this.#acknowledge();
    return { messages, reply };
  }

  /** The single page after connecting and at a gap; its rows are published as events. */
  async fillGap(): Promise<void> {
    const key = `p2p:${String(this.tracker.contiguous)}`;
    if (this.#filling.has(key)) return;
    this.#filling.add(key);
    try {
      const { messages } = await this.pull({ after_seq: this.tracker.contiguous, limit: GAP_PAGE });
      for (const message of messages) {
        this.#publisher.publish(numberOf(message['seq']), message, () => this.tracker.contiguous);
      }
      this.#publisher.drain(this.tracker.contiguous);
      this.#publisher.prune(this.tracker.contiguous);
    } catch (error) {
      this.#options.emit('gap_fill.failed', { error });
    } finally {
      this.#filling.delete(key);
    }
  }

  /** Adds the own instance to pull and ack parameters; a differing one is refused here already. */
  withInstance(params: Dict): Dict {
    for (const [key, own] of [
      ['device_id', this.#options.deviceId],
      ['slot_id', this.#options.slotId],
    ] as const) {
      if (params[key] !== undefined && params[key] !== own) {
        throw new SdkError('ValidationError', `${key} does not match the current instance`);
      }
    }
    return { ...params, device_id: this.#options.deviceId, slot_id: this.#options.slotId };
  }

  #acknowledge(): void {
    const params = this.withInstance({ seq: this.tracker.contiguous });
    this.#options.call('message.ack', params).catch((error: unknown) => {
      this.#options.emit('ack.failed', { error });
    });
  }

  #isForUs(row: Dict): boolean {
    const device = textOf(row['device_id']);
    const slot = textOf(row['slot_id']);
    if (device && device !== this.#options.deviceId) return false;
    return !(slot && this.#options.slotId && slot !== this.#options.slotId);
  }

  /**
   * The payload when it is about keys of groups. The row is opened once just to look at its type, so every message is
   * opened twice; plaintext is believed too.
   */
  async #controlIn(row: Dict): Promise<Dict | null> {
    const asControl = (payload: unknown): Dict | null =>
      isDict(payload) && CONTROL_TYPES.has(textOf(payload['type'])) ? payload : null;
    if (!isCiphertext(row)) return asControl(row['payload']);
    await this.#ensureSender(row);
    const probe = open(row, this.#options.openContext());
    if (probe.kind !== 'opened') return null;
    this.#notePrekey(probe);
    return asControl(probe.payload);
  }

  async #openRow(row: Dict, guarded: boolean): Promise<Opened> {
    if (!isCiphertext(row)) return { kind: 'passthrough' };
    if (!(await this.#ensureSender(row))) return { kind: 'failed', reason: 'sender certificate unavailable' };
    const refusal = guarded ? this.#options.guard.refusal(row) : null;
    if (refusal) return { kind: 'failed', reason: refusal };
    const result = open(row, this.#options.openContext());
    if (result.kind === 'opened') {
      if (guarded) this.#options.guard.record(row);
      this.#notePrekey(result);
    }
    return result;
  }

  async #ensureSender(row: Dict): Promise<boolean> {
    const envelope = isDict(row['payload']) ? row['payload'] : {};
    const aad = isDict(envelope['aad']) ? envelope['aad'] : {};
    const sender = textOf(row['from']) || textOf(aad['from']);
    const fingerprint = textOf(envelope['sender_cert_fingerprint']) || textOf(aad['sender_cert_fingerprint']);
    return this.#options.peers.ensureSender(sender, fingerprint.trim().toLowerCase());
  }

  #notePrekey(result: Opened): void {
    if (result.kind === 'opened') this.#options.prekeyUsed(textOf(result.e2ee['prekey_id']));
  }

  #applicationRow(row: Dict, result: Opened): Dict {
    const extras = {
      device_id: row['device_id'] ?? this.#options.deviceId,
      slot_id: row['slot_id'] ?? this.#options.slotId,
    };
    if (result.kind === 'opened') {
      return { ...row, ...extras, payload: result.payload, encrypted: true, e2ee: result.e2ee };
    }
    const payload = isCiphertext(row)
      ? row['payload']
      : echoTrace(
          row['payload'],
          'receive',
          this.#options.ownAid,
          this.#options.now(),
          this.#options.uptimeSeconds(),
        );
    return { ...row, ...extras, payload };
  }

  #undecryptable(row: Dict, reason: string): Dict {
    const copied = ['message_id', 'from', 'to', 'seq', 'timestamp', 'device_id', 'slot_id'];
    return {
      ...Object.fromEntries(copied.filter((key) => row[key] !== undefined).map((key) => [key, row[key]])),
      _decrypt_error: reason,
    };
  }
}

/** True for a row the SDK would try to decrypt: a V1 envelope and `encrypted` true or absent. */
export function isCiphertext(row: Dict): boolean {
  return (
    row['encrypted'] !== false &&
    isDict(row['payload']) &&
    textOf(row['payload']['type']) === 'e2ee.encrypted'
  );
}
