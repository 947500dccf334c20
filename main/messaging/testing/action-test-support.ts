import { expect, vi } from 'vitest';
import type { JsonObject } from '../../../shared/aun/canonical-json';
import type { Attachment } from '../../../shared/model/attachment';
import type { Message } from '../../../shared/model/message';
import type { E2eeEngine } from '../../ports/e2ee';
import type { AccountStore, NewAttachment, StoreChange } from '../../ports/store';
import { silentLogger } from '../../runtime/logger';
import { systemRandom } from '../../runtime/runtime';
import { FakeTime } from '../../runtime/testing/fake-time';
import { cleanUp, openTestStore } from '../../store/store-test-support';
import type { ActionDependencies } from '../action-support';
import { describePayload } from '../describe';
import { createMessageActions } from '../message-actions';
import type { MessageActions } from '../message-actions';
import { Outbox } from '../outbox';
import { noCourier, noGroupEnvelopes } from './no-groups';

export const ME = 'me.aun.test';
export const BOB = 'bob.aun.test';
export const EVE = 'evelyn.aun.test';

const sealer: E2eeEngine = {
  ...noGroupEnvelopes,
  seal: (message) =>
    Promise.resolve({
      params: { message_id: message.messageId, payload: message.payload },
      forwardSecret: true,
      protection: 'e2ee-v1',
      copies: 1,
    }),
  sealThought: () => Promise.reject(new Error('there are no thoughts here')),
  open: () => Promise.resolve([]),
  recognizes: () => true,
  onOnline: () => undefined,
  onOffline: () => undefined,
  lookup: () => Promise.resolve({ hasKeys: true, certificateFingerprint: null, exists: true }),
  stop: () => undefined,
};

/** A desk with a real store and a real outbox; gateway and files are pretended. */
export interface Desk {
  readonly store: AccountStore;
  readonly outbox: Outbox;
  readonly actions: MessageActions;
  readonly deps: ActionDependencies;
  readonly time: FakeTime;
  readonly changes: StoreChange[];
  readonly calls: { readonly method: string; readonly params: Readonly<Record<string, unknown>> }[];
  /** Answers calls besides `message.send`. */
  answer: (method: string, params: Readonly<Record<string, unknown>>) => unknown;
  readonly withdrawn: number[];
  /** What a download comes to. */
  downloads: Attachment['state'];
  /** Lets the outbox send what waits. */
  goOnline(): Promise<void>;
  /** A message of the peer, as it was opened. */
  receive(
    payload: JsonObject,
    parts?: { messageId?: string; protection?: 'e2ee-v1' | 'none' },
  ): Promise<Message>;
  /** Puts a file beside a draft and returns its id. */
  draft(conversation: string, parts?: Partial<NewAttachment>): Promise<number>;
  /** Payload that is stored of a message. */
  payloadOf(message: Message): Promise<unknown>;
}

const file: Omit<NewAttachment, 'conversation'> = {
  role: 'main',
  name: 'a.jpg',
  type: 'image/jpeg',
  size: 10,
  width: 640,
  height: 480,
  durationMs: null,
  encrypted: true,
  referenceJson: null,
  uploadJson: null,
  file: 'f-1',
  fileKey: new Uint8Array(32),
  state: 'here',
  problem: null,
};

export async function openDesk(): Promise<Desk> {
  const { store } = await openTestStore();
  const time = new FakeTime(1_790_000_000_000);
  const changes: StoreChange[] = [];
  const calls: Desk['calls'] = [];
  const withdrawn: number[] = [];
  let online = false;
  let received = 0;
  const publish = (change: StoreChange): void => void changes.push(change);
  const rpc: ActionDependencies['rpc'] = {
    call: async (method, params) => {
      calls.push({ method, params });
      return method === 'message.send'
        ? { status: 'sent', timestamp: time.now() }
        : desk.answer(method, params);
    },
  };
  const attachments: ActionDependencies['attachments'] = {
    async copy(ids, conversation) {
      const made: number[] = [];
      for (const id of ids) {
        const record = await store.attachment(id);
        if (record === null) throw new Error('no such file');
        const { name, type, size, width, height, durationMs } = record;
        made.push(await desk.draft(conversation, { name, type, size, width, height, durationMs }));
      }
      return made;
    },
    async discard(id) {
      await store.removeDraftAttachment(id);
    },
    async download(id) {
      publish(await store.updateAttachment(id, { state: desk.downloads }));
      const record = await store.attachment(id);
      const message = await store.message(record?.message ?? 0);
      const found = message?.attachments.find((each) => each.id === id);
      if (found === undefined) throw new Error('no such file');
      return found;
    },
    async withdraw(id) {
      if ((await store.attachmentsOf(id)).length > 0) withdrawn.push(id);
    },
  };
  const outbox = new Outbox({
    aid: ME,
    store,
    rpc,
    e2ee: sealer,
    attachments: { complete: (payload) => Promise.resolve(payload) },
    courier: noCourier,
    runtime: { clock: time, random: systemRandom, scheduler: time, logger: silentLogger },
    isOnline: () => online,
    now: () => time.now(),
    publish,
  });
  const deps: ActionDependencies = {
    aid: ME,
    store,
    outbox,
    rpc,
    courier: noCourier,
    attachments,
    now: () => time.now(),
    publish,
  };
  const desk: Desk = {
    store,
    outbox,
    deps,
    actions: createMessageActions(deps),
    time,
    changes,
    calls,
    answer: () => ({}),
    withdrawn,
    downloads: 'here',
    async goOnline() {
      online = true;
      await outbox.online();
      await vi.waitFor(async () => expect((await store.totals(time.now())).queued).toBe(0));
    },
    async receive(payload, parts = {}) {
      received += 1;
      time.advance(1_000);
      const { messageId = `in-${received}`, protection = 'e2ee-v1' } = parts;
      const change = await store.commitInbound(
        [
          {
            seq: received,
            messageId,
            sender: BOB,
            conversation: BOB,
            own: false,
            serverTime: time.now(),
            senderTime: time.now(),
            ...describePayload(payload, { ownAid: ME, sender: BOB, protection }),
            payloadJson: JSON.stringify(payload),
            rawJson: null,
            protection,
            forwardSecret: true,
          },
        ],
        null,
      );
      publish(change);
      const message = await store.find(BOB, messageId);
      if (message === null) throw new Error('not stored');
      return message;
    },
    async draft(conversation, parts = {}) {
      const { attachment } = await store.addAttachment({ ...file, conversation, ...parts });
      return attachment.id;
    },
    async payloadOf(message) {
      return JSON.parse((await store.payload(message.id)) ?? 'null') as unknown;
    },
  };
  cleanUp(() => outbox.stop());
  for (const peer of [BOB, EVE]) await store.openConversation(peer, 'direct', peer, time.now());
  return desk;
}
