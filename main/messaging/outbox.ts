import type { JsonObject } from '../../shared/aun/canonical-json';
import { sendResultSchema } from '../../shared/aun/wire';
import { z } from 'zod';
import type { ErrorCode } from '../../shared/bridge/errors';
import type { WaitReason } from '../../shared/model/conversation';
import type { Message } from '../../shared/model/message';
import type { E2eeEngine } from '../ports/e2ee';
import type { RpcCaller } from '../ports/session';
import type { AccountStore, OutboxItem, StoreChange } from '../ports/store';
import { AunError, RpcError, toAunError } from '../runtime/errors';
import type { Disposer, Runtime } from '../runtime/runtime';
import { contentOf } from './content';
import {
  ENVELOPE_ROOM_BYTES,
  KEYS_RETRY_MS,
  MAX_PAYLOAD_BYTES,
  STORE_RETRY_MS,
  TRUST_RETRY_MS,
  outboxBackoff,
} from './limits';

/** What the outbox needs of its account. */
export interface OutboxDependencies {
  readonly aid: string;
  readonly store: AccountStore;
  readonly rpc: RpcCaller;
  readonly e2ee: E2eeEngine;
  readonly runtime: Runtime;
  readonly isOnline: () => boolean;
  /** Our clock corrected by the gateway's, Unix ms. */
  readonly now: () => number;
  readonly publish: (change: StoreChange) => void;
}

/** What to do with an item whose sending failed. */
type Verdict =
  | { readonly kind: 'wait'; readonly reason: WaitReason; readonly delayMs: number }
  | { readonly kind: 'fail'; readonly code: ErrorCode }
  | { readonly kind: 'refresh' };

/** Errors that no repeat can heal without a person changing something (`protocol/04 §7.3`). */
const PERMANENT: readonly ErrorCode[] = [
  'recipient_unknown',
  'message_too_large',
  'permission_denied',
  'not_found',
  'invalid_request',
  'invalid_aid',
];

/**
 * Keys of the recipient that must not be used (`protocol/06 §8.2`). The message is kept: it goes once the user accepted the
 * new key or the recipient has a good certificate again.
 */
const UNTRUSTED: ReadonlyMap<ErrorCode, WaitReason> = new Map([
  ['recipient_identity_changed', 'keys_changed'],
  ['recipient_certificate_revoked', 'certificate_revoked'],
  ['certificate_revoked', 'certificate_revoked'],
  ['certificate_invalid', 'certificate_unusable'],
  ['certificate_mismatch', 'certificate_unusable'],
]);

/** Decides what a failure means for a queued message. */
export function judgeSendFailure(
  error: AunError,
  item: OutboxItem,
  refreshed: boolean,
  unit: number,
): Verdict {
  const backoff = outboxBackoff(item.attempts + 1, unit);
  if (error instanceof RpcError) {
    if (error.wireMessage.includes('prekey cert fingerprint mismatch') && !refreshed)
      return { kind: 'refresh' };
    if (error.code === 'rate_limited') {
      return {
        kind: 'wait',
        reason: 'rate_limited',
        delayMs: Math.max(backoff, (error.retryAfterSeconds ?? 0) * 1000),
      };
    }
    if (error.code === 'unreachable_issuer')
      return { kind: 'wait', reason: 'unreachable_issuer', delayMs: backoff };
    if (error.code === 'server_busy') return { kind: 'wait', reason: 'server_busy', delayMs: backoff };
  }
  if (error.code === 'recipient_without_keys')
    return { kind: 'wait', reason: 'recipient_without_keys', delayMs: KEYS_RETRY_MS };
  if (error.code === 'recipient_keys_invalid')
    return { kind: 'wait', reason: 'recipient_keys_invalid', delayMs: KEYS_RETRY_MS };
  // What the gateway says of certificates is about ours; what sealing says is about theirs.
  const untrusted = error instanceof RpcError ? undefined : UNTRUSTED.get(error.code);
  if (untrusted !== undefined) return { kind: 'wait', reason: untrusted, delayMs: TRUST_RETRY_MS };
  if (PERMANENT.includes(error.code)) return { kind: 'fail', code: error.code };
  return { kind: 'wait', reason: 'retrying', delayMs: backoff };
}

/**
 * Durable queue of own messages: on disk before the bubble appears, in order within a conversation, one at a time per
 * conversation, repeated under the same message id until the gateway has it (`protocol/04 §3.1`, §7.3). A message that
 * cannot be encrypted waits or fails; it never leaves in the clear.
 */
export class Outbox {
  private readonly busy = new Set<string>();
  private readonly running = new Set<Promise<void>>();
  private timer: Disposer | null = null;
  private pumping = false;
  private again = false;
  private stopped = false;

  constructor(private readonly deps: OutboxDependencies) {}

  /** Puts back what a crash interrupted; to be awaited before the session starts. */
  async load(): Promise<void> {
    this.deps.publish(await this.deps.store.recoverOutbox());
  }

  /** The session got online: whatever waits may be tried at once. */
  async online(): Promise<void> {
    await this.deps.store.wakeOutbox(null);
    this.pump();
  }

  offline(): void {
    this.timer?.();
    this.timer = null;
  }

  /** Stops taking new work and waits for sends in flight to settle on disk. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.offline();
    await Promise.allSettled([...this.running]);
  }

  /**
   * Queues a text. It is on disk when this resolves.
   * @throws AunError `message_empty`, `message_too_large`, `disk_full`
   */
  async sendText(conversation: string, text: string, requestId: string): Promise<Message> {
    if (text.trim() === '') throw new AunError('message_empty', 'there is nothing to send');
    const payload: JsonObject = { type: 'text', text };
    const payloadJson = JSON.stringify(payload);
    const sealedBytes = Math.ceil(Buffer.byteLength(payloadJson) / 3) * 4;
    if (sealedBytes + ENVELOPE_ROOM_BYTES > MAX_PAYLOAD_BYTES) {
      throw new AunError('message_too_large', 'the text is longer than one message can carry', {
        detail: { limitBytes: Math.floor(((MAX_PAYLOAD_BYTES - ENVELOPE_ROOM_BYTES) / 4) * 3) },
      });
    }
    const change = await this.deps.store.enqueue({
      conversation,
      messageId: this.deps.runtime.random.uuid(),
      requestId,
      payloadJson,
      content: contentOf(payload),
      sortAt: this.deps.now(),
      sender: this.deps.aid,
    });
    this.deps.publish(change);
    this.pump();
    const message = change.messages[0];
    if (message === undefined) throw new AunError('internal', 'the outbox returned no message');
    return message;
  }

  /** Tries a failed or waiting message again now. @throws AunError `unknown_message` */
  async retry(id: number): Promise<Message> {
    const change = await this.deps.store.requeue(id);
    this.deps.publish(change);
    const message = change.messages[0] ?? (await this.deps.store.message(id));
    if (message === null) throw new AunError('unknown_message', 'there is no such message');
    this.pump();
    return message;
  }

  /** Takes back a message that has not left; returns its text. @throws AunError `unknown_message` when it has left */
  async cancel(id: number): Promise<string> {
    const taken = await this.deps.store.cancel(id);
    if (taken === null) throw new AunError('unknown_message', 'the message has left already');
    this.deps.publish(taken.change);
    this.pump();
    const payload = z.looseObject({ text: z.string().default('') }).parse(JSON.parse(taken.payloadJson));
    return payload.text;
  }

  /** Keys of a peer may have appeared: what waits for them is tried now. */
  async wake(conversation: string): Promise<void> {
    await this.deps.store.wakeOutbox(conversation);
    this.pump();
  }

  private pump(): void {
    if (this.pumping) {
      this.again = true;
      return;
    }
    this.pumping = true;
    const turn = this.pumpOnce()
      .catch((error: unknown) => this.log(toAunError(error)))
      .then(() => {
        this.pumping = false;
        this.running.delete(turn);
        if (!this.again) return;
        this.again = false;
        this.pump();
      });
    this.running.add(turn);
  }

  private async pumpOnce(): Promise<void> {
    if (this.stopped || !this.deps.isOnline()) return;
    const heads = await this.deps.store.outboxHeads();
    const now = this.deps.runtime.clock.now();
    let wakeAt = Number.POSITIVE_INFINITY;
    for (const head of heads) {
      if (this.busy.has(head.conversation)) continue;
      if (head.notBefore > now) wakeAt = Math.min(wakeAt, head.notBefore);
      else this.start(head);
    }
    this.timer?.();
    this.timer = null;
    if (wakeAt < Number.POSITIVE_INFINITY) {
      this.timer = this.deps.runtime.scheduler.after(wakeAt - now, () => this.pump());
    }
  }

  private start(item: OutboxItem): void {
    this.busy.add(item.conversation);
    const work = this.send(item).then(
      () => {
        this.running.delete(work);
        this.release(item);
      },
      (error: unknown) => {
        this.running.delete(work);
        // The database itself refused (a full disk), so it may still call the item one that is being sent.
        this.log(toAunError(error));
        this.putBackLater(item);
      },
    );
    this.running.add(work);
  }

  /** Lets the next item of the conversation go. */
  private release(item: OutboxItem): void {
    this.busy.delete(item.conversation);
    this.pump();
  }

  /** Puts an item back into the queue as soon as the database takes it; its conversation waits so long. */
  private putBackLater(item: OutboxItem): void {
    const { store, runtime, publish } = this.deps;
    runtime.scheduler.after(STORE_RETRY_MS, () => {
      if (this.stopped) return;
      store.markWaiting(item.id, 'retrying', runtime.clock.now()).then(
        (change) => {
          publish(change);
          this.release(item);
        },
        (error: unknown) => {
          this.log(toAunError(error));
          this.putBackLater(item);
        },
      );
    });
  }

  private async send(item: OutboxItem): Promise<void> {
    const sending = await this.deps.store.markSending(item.id);
    // An empty change: the message was cancelled between the look and this moment.
    if (sending.messages.length === 0) return;
    this.deps.publish(sending);
    let refreshed = false;
    for (;;) {
      try {
        this.deps.publish(await this.attempt(item, refreshed));
        return;
      } catch (thrown) {
        const error = toAunError(thrown);
        const verdict = judgeSendFailure(error, item, refreshed, this.deps.runtime.random.unit());
        this.log(error);
        if (verdict.kind === 'refresh') {
          refreshed = true;
          continue;
        }
        this.deps.publish(
          verdict.kind === 'fail'
            ? await this.deps.store.markFailed(item.id, verdict.code)
            : await this.deps.store.markWaiting(
                item.id,
                verdict.reason,
                this.deps.runtime.clock.now() + verdict.delayMs,
              ),
        );
        return;
      }
    }
  }

  private async attempt(item: OutboxItem, refresh: boolean): Promise<StoreChange> {
    const payload = payloadSchema.parse(JSON.parse(item.payloadJson));
    const sealed = await this.deps.e2ee.seal({
      to: item.conversation,
      messageId: item.messageId,
      timestamp: this.deps.now(),
      payload,
      refresh,
    });
    const answer = await this.deps.rpc.call('message.send', { to: item.conversation, ...sealed.params });
    const result = sendResultSchema.parse(answer);
    return this.deps.store.markSent(item.id, {
      serverTime: result.timestamp ?? this.deps.now(),
      seq: result.seq ?? null,
      deviceSeqs: result.device_seqs ?? null,
      delivered: result.status === 'delivered',
      forwardSecret: sealed.forwardSecret,
    });
  }

  private log(error: AunError): void {
    this.deps.runtime.logger.log('info', 'outbox.not_sent', { code: error.code, message: error.message });
  }
}

const jsonValueSchema = z.json();
const payloadSchema = z.record(z.string(), jsonValueSchema);
