import type { JsonObject } from '../../shared/aun/canonical-json';
import { pendingIndex } from '../../shared/aun/attachment-reference';
import { sendResultSchema } from '../../shared/aun/wire';
import { z } from 'zod';
import type { Message } from '../../shared/model/message';
import type { Attachments } from '../ports/attachments';
import { isGroupId } from '../../shared/aun/group-id';
import type { E2eeEngine } from '../ports/e2ee';
import type { GroupCourier } from '../ports/groups';
import type { RpcCaller } from '../ports/session';
import type { AccountStore, OutboxItem, StoreChange } from '../ports/store';
import { AunError, toAunError } from '../runtime/errors';
import type { Disposer, Runtime } from '../runtime/runtime';
import { deliveryNumbers } from './delivery-numbers';
import { describePayload } from './describe';
import { ENVELOPE_ROOM_BYTES, MAX_PAYLOAD_BYTES, REFERENCE_ROOM_BYTES, STORE_RETRY_MS } from './limits';
import { judgeSendFailure } from './outbox-verdict';

/** What the outbox needs of its account. */
export interface OutboxDependencies {
  readonly aid: string;
  readonly store: AccountStore;
  readonly rpc: RpcCaller;
  readonly e2ee: E2eeEngine;
  /** Puts files on the server before the message that names them is sealed. */
  readonly attachments: Pick<Attachments, 'complete'>;
  /** Takes what goes into groups. */
  readonly courier: Pick<GroupCourier, 'send'>;
  readonly runtime: Runtime;
  readonly isOnline: () => boolean;
  /** Our clock corrected by the gateway's, Unix ms. */
  readonly now: () => number;
  readonly publish: (change: StoreChange) => void;
}

/** A message to be queued. */
export interface OutgoingPayload {
  readonly conversation: string;
  /** Application payload; each file in it is `{"pending": <index in attachments>}` until it is on the server. */
  readonly payload: JsonObject;
  /** Repeating a request never sends twice. */
  readonly requestId: string;
  /** Draft attachments that go with it. */
  readonly attachments?: readonly number[];
}

/**
 * Durable queue of own messages: on disk before the bubble appears, in order within a conversation, one at a time per
 * conversation, repeated under the same message id until the gateway has it (`protocol/04 §3.1`, §7.3). A message that
 * cannot be encrypted waits or fails; it never leaves in the clear.
 */
export class Outbox {
  private readonly busy = new Set<string>();
  private readonly running = new Set<Promise<void>>();
  /** Messages whose files are on their way. */
  private readonly uploads = new Map<number, AbortController>();
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

  /** Stops taking new work, breaks uploads off and waits for sends in flight to settle on disk. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.offline();
    for (const upload of this.uploads.values()) upload.abort();
    await Promise.allSettled([...this.running]);
  }

  /**
   * Queues a text. It is on disk when this resolves.
   * @throws AunError `message_empty`, `message_too_large`, `disk_full`
   */
  async sendText(conversation: string, text: string, requestId: string): Promise<Message> {
    if (text.trim() === '') throw new AunError('message_empty', 'there is nothing to send');
    return this.sendPayload({ conversation, payload: { type: 'text', text }, requestId });
  }

  /**
   * Queues any payload. It is on disk when this resolves; its files are uploaded before it leaves (`protocol/06 §3`).
   * @throws AunError `message_too_large`, `disk_full`
   */
  async sendPayload(outgoing: OutgoingPayload): Promise<Message> {
    const { conversation, payload, requestId, attachments = [] } = outgoing;
    const payloadJson = JSON.stringify(payload);
    const room = ENVELOPE_ROOM_BYTES + attachments.length * REFERENCE_ROOM_BYTES;
    const sealedBytes = Math.ceil(Buffer.byteLength(payloadJson) / 3) * 4;
    if (sealedBytes + room > MAX_PAYLOAD_BYTES) {
      throw new AunError('message_too_large', 'the message is longer than one message can carry', {
        detail: { limitBytes: Math.max(0, Math.floor(((MAX_PAYLOAD_BYTES - room) / 4) * 3)) },
      });
    }
    const change = await this.deps.store.enqueue({
      conversation,
      messageId: `${isGroupId(conversation) ? GROUP_MESSAGE : ''}${this.deps.runtime.random.uuid()}`,
      requestId,
      payloadJson,
      ...describePayload(payload, {
        ownAid: this.deps.aid,
        sender: this.deps.aid,
        protection: 'e2ee-v1',
      }),
      attachments,
      sortAt: this.deps.now(),
      sender: this.deps.aid,
    });
    this.deps.publish(change);
    this.pump();
    const message = change.messages[0];
    if (message === undefined) throw new AunError('internal', 'the outbox returned no message');
    return message;
  }

  /** Tries a failed or waiting message again now. @throws AunError `unknown_message`, `conversation_blocked` */
  async retry(id: number): Promise<Message> {
    const { store } = this.deps;
    const before = await store.message(id);
    const conversation = before === null ? null : await store.conversation(before.conversation);
    if (conversation?.standing === 'blocked')
      throw new AunError('conversation_blocked', 'nothing is sent to an address that is blocked');
    const change = await store.requeue(id);
    this.deps.publish(change);
    const message = change.messages[0] ?? before;
    if (message === null) throw new AunError('unknown_message', 'there is no such message');
    this.pump();
    return message;
  }

  /** Takes back a message that has not left; returns its text. @throws AunError `unknown_message` when it has left */
  async cancel(id: number): Promise<string> {
    const taken = await this.deps.store.cancel(id);
    if (taken === null) throw new AunError('unknown_message', 'the message has left already');
    this.uploads.get(id)?.abort();
    this.deps.publish(taken.change);
    this.pump();
    // A payload that was sent on may have anything for a text.
    const payload = z.looseObject({ text: z.string().catch('') }).parse(JSON.parse(taken.payloadJson));
    return payload.text;
  }

  /** These messages are not to be sent any more, the database says why: their files need not go to the server either. */
  breakOff(messages: readonly number[]): void {
    for (const id of messages) this.uploads.get(id)?.abort();
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
    const ready = await this.withFiles(item);
    if (ready === null || !(await this.begin(item.id))) return;
    let refreshed = false;
    for (;;) {
      try {
        this.deps.publish(await this.attempt(ready, refreshed));
        return;
      } catch (thrown) {
        refreshed = await this.settle(ready, toAunError(thrown), refreshed);
        if (!refreshed) return;
      }
    }
  }

  /** Counts an attempt. False: the message no longer waits, it was cancelled between the look and this moment. */
  private async begin(id: number): Promise<boolean> {
    const sending = await this.deps.store.markSending(id);
    this.deps.publish(sending);
    return sending.messages.length > 0;
  }

  /** Puts away what failed, or says that a repeat with fresh keys is worth it. */
  private async settle(item: OutboxItem, error: AunError, refreshed: boolean): Promise<boolean> {
    const { store, runtime, publish } = this.deps;
    const verdict = judgeSendFailure(error, item, refreshed, runtime.random.unit());
    this.log(error);
    if (verdict.kind === 'refresh') return true;
    publish(
      verdict.kind === 'fail'
        ? await store.markFailed(item.id, verdict.code)
        : await store.markWaiting(item.id, verdict.reason, runtime.clock.now() + verdict.delayMs),
    );
    return false;
  }

  /**
   * Brings the files of a message to the server and its references into the stored payload; after a crash anywhere in
   * between the same objects are found again. Null: it is not to be sent now, and the database says why. While it uploads
   * the message waits, so that it can still be cancelled.
   */
  private async withFiles(item: OutboxItem): Promise<OutboxItem | null> {
    const payload = payloadSchema.parse(JSON.parse(item.payloadJson));
    if (item.attachments.length === 0 || !hasPending(payload)) return item;
    const { store, runtime, publish } = this.deps;
    // Counted as an attempt, so that a server that refuses again and again is asked less and less often.
    if ((await store.markSending(item.id)).messages.length === 0) return null;
    publish(await store.markWaiting(item.id, 'uploading', runtime.clock.now()));
    const upload = new AbortController();
    this.uploads.set(item.id, upload);
    try {
      if (this.stopped) upload.abort();
      const finished = await this.deps.attachments.complete(payload, item.attachments, upload.signal);
      const payloadJson = JSON.stringify(finished);
      if (upload.signal.aborted) return null;
      await store.setOutboxPayload(item.id, payloadJson);
      return { ...item, payloadJson };
    } catch (thrown) {
      const error = toAunError(thrown);
      // Stopped: it waits on disk and goes on at the next start. Cancelled here: the message is gone already.
      if (upload.signal.aborted) return null;
      if (error.code === 'cancelled') await this.takeOut(item.id);
      else await this.settle(item, error, true);
      return null;
    } finally {
      this.uploads.delete(item.id);
    }
  }

  /** The upload was cancelled: the message goes, its files stand beside the draft again. */
  private async takeOut(id: number): Promise<void> {
    const taken = await this.deps.store.cancel(id);
    if (taken !== null) this.deps.publish(taken.change);
  }

  private async attempt(item: OutboxItem, refresh: boolean): Promise<StoreChange> {
    const payload = payloadSchema.parse(JSON.parse(item.payloadJson));
    if (item.kind === 'group') return this.attemptGroup(item, payload);
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
      ...deliveryNumbers(result, sealed.params),
      delivered: result.status === 'delivered',
      forwardSecret: sealed.forwardSecret,
    });
  }

  /** Into a group: one envelope for all, and what the gateway has is sent; nobody acknowledges more (`protocol/05 §6.5`). */
  private async attemptGroup(item: OutboxItem, payload: JsonObject): Promise<StoreChange> {
    const { conversation: group, messageId } = item;
    const timestamp = this.deps.now();
    const placed = await this.deps.courier.send({ group, messageId, payload, timestamp });
    return this.deps.store.markSent(item.id, {
      serverTime: placed.serverTime ?? this.deps.now(),
      seq: placed.seq,
      deviceSeqs: null,
      delivered: false,
      forwardSecret: false,
    });
  }

  private log(error: AunError): void {
    this.deps.runtime.logger.log('info', 'outbox.not_sent', { code: error.code, message: error.message });
  }
}

/** Ids of group messages begin so (`protocol/05 §2.3`). */
const GROUP_MESSAGE = 'gm-';
const jsonValueSchema = z.json();
const payloadSchema = z.record(z.string(), jsonValueSchema);

/** Whether a payload still names files by their place instead of by reference. */
function hasPending(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return pendingIndex(value) !== null || Object.values(value).some(hasPending);
}
