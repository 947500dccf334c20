import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { JsonObject } from '../../shared/aun/canonical-json';
import { createAttachments } from '../attachments';
import { png } from '../attachments/testing/pictures';
import { ALICE, AttachmentWorld, PEER } from '../attachments/testing/world';
import type { TestPerson } from '../attachments/testing/world';
import { noDesktop } from '../ports/desktop';
import type { Attachments } from '../ports/attachments';
import type { E2eeEngine } from '../ports/e2ee';
import type { RpcCaller } from '../ports/session';
import type { AccountStore } from '../ports/store';
import type { Transfers } from '../ports/transfers';
import { silentLogger } from '../runtime/logger';
import { systemRandom } from '../runtime/runtime';
import { FakeTime } from '../runtime/testing/fake-time';
import { Outbox } from './outbox';
import { noCourier, noGroupEnvelopes } from './testing/no-groups';

/** One run of the application. It may die before or after any step that leaves a trace outside of it. */
class Life {
  steps = 0;
  dead = false;
  /** Called when it dies. */
  died: () => void = () => undefined;

  constructor(
    private readonly dieAt: number,
    private readonly afterwards: boolean,
  ) {}

  async step<T>(work: () => Promise<T>): Promise<T> {
    if (this.dead) throw new Error('this run is over');
    this.steps += 1;
    const last = this.steps === this.dieAt;
    if (last && !this.afterwards) this.die();
    const result = await work();
    if (last) this.die();
    return result;
  }

  private die(): never {
    this.dead = true;
    this.died();
    throw new Error('killed');
  }
}

/** A store whose every call is a step. */
function mortalStore(store: AccountStore, life: Life): AccountStore {
  return new Proxy(store, {
    get(target, name, receiver): unknown {
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): Promise<unknown> =>
        life.step(() => Promise.resolve(Reflect.apply(value, target, args)));
    },
  });
}

interface Run {
  readonly outbox: Outbox;
  readonly attachments: Attachments;
  readonly time: FakeTime;
  readonly life: Life;
}

let world: AttachmentWorld;
beforeAll(async () => {
  world = await AttachmentWorld.start();
});
afterEach(() => {
  world.faults.clear();
  world.network.gateway.admin.storage.setQuota(ALICE, null);
});
afterAll(() => world.dispose());

/** What arrived at the gateway, by message id: the payloads that were sealed. */
class Sent {
  readonly byId = new Map<string, { to: string; payload: JsonObject; times: number }>();
  readonly order: string[] = [];
}

const sentSchema = z.looseObject({
  to: z.string(),
  message_id: z.string(),
  payload: z.record(z.string(), z.json()),
});

function startRun(person: TestPerson, sent: Sent, life = new Life(0, false)): Run {
  const time = new FakeTime();
  const store = mortalStore(person.store, life);
  const runtime = { clock: time, random: systemRandom, scheduler: time, logger: silentLogger };
  const rpc: RpcCaller = {
    call: (method, params) =>
      life.step(() => {
        if (method !== 'message.send') return person.rpc.call(method, params);
        const { to, message_id: id, payload } = sentSchema.parse(params);
        const times = (sent.byId.get(id)?.times ?? 0) + 1;
        if (times === 1) sent.order.push(id);
        sent.byId.set(id, { to, payload: sent.byId.get(id)?.payload ?? payload, times });
        return Promise.resolve({
          status: times > 1 ? 'duplicate' : 'sent',
          timestamp: 1_767_225_600_500 + sent.order.length,
        });
      }),
  };
  const transfers: Transfers = {
    request: (request) =>
      life.step(() => (person.intercept ?? person.transfers.request.bind(person.transfers))(request)),
  };
  const attachments = createAttachments({
    account: ALICE,
    folder: person.folder,
    store,
    rpc,
    transfers,
    desktop: noDesktop,
    runtime,
    mayFetch: () => false,
    emit: () => undefined,
    publish: () => undefined,
  });
  attachments.online();
  const outbox = new Outbox({
    aid: ALICE,
    store,
    rpc,
    e2ee: sealer,
    attachments,
    courier: noCourier,
    runtime,
    isOnline: () => true,
    now: () => time.now(),
    publish: () => undefined,
  });
  return { outbox, attachments, time, life };
}

const sealer: E2eeEngine = {
  ...noGroupEnvelopes,
  seal: ({ messageId, payload }) =>
    Promise.resolve({
      params: { message_id: messageId, payload },
      forwardSecret: true,
      protection: 'e2ee-v1' as const,
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

async function messages(person: TestPerson, conversation = PEER) {
  return (await person.store.page(conversation, { limit: 100 })).messages;
}

async function stateOf(
  person: TestPerson,
  id: number,
): Promise<{ state: string | null; reason: string | null } | null> {
  const message = await person.store.message(id);
  return message === null ? null : { state: message.state, reason: message.stateReason };
}

function filePayload(count: number): JsonObject {
  return { type: 'file', attachments: Array.from({ length: count }, (_, index) => ({ pending: index })) };
}

async function objectCount(person: TestPerson): Promise<number> {
  const quota = await person.rpc.call('storage.get_quota', {});
  return z.looseObject({ object_count: z.number() }).parse(quota).object_count;
}

const linkSchema = z.looseObject({
  attachments: z.array(
    z.looseObject({
      object_key: z.string(),
      thumbnail: z.looseObject({ object_key: z.string() }).optional(),
    }),
  ),
});

describe('a message with files', () => {
  it('leaves once its files are on the server, and waits visibly until then', async () => {
    const alice = await world.person('alice');
    const sent = new Sent();
    const { outbox } = startRun(alice, sent);
    world.faults.bytesPerSecond = 400_000;
    const { id } = await alice.take(systemRandom.bytes(300_000));
    const message = await outbox.sendPayload({
      conversation: PEER,
      payload: filePayload(1),
      requestId: 'r',
      attachments: [id],
    });
    expect(message.attachments).toHaveLength(1);
    await vi.waitFor(async () =>
      expect(await stateOf(alice, message.id)).toEqual({ state: 'queued', reason: 'uploading' }),
    );
    expect(await alice.attachments.drafts(PEER)).toEqual([]);
    await vi.waitFor(async () => expect((await stateOf(alice, message.id))?.state).toBe('sent'), 10_000);
    const [only] = [...sent.byId.values()];
    expect(linkSchema.parse(only?.payload).attachments[0]?.object_key).toMatch(/^att\//);
    expect(JSON.parse((await alice.store.payload(message.id)) ?? '')).toEqual(only?.payload);
    await outbox.stop();
  });

  it('does not hold up what is for others, but what comes after it in its conversation', async () => {
    const alice = await world.person('alice');
    const sent = new Sent();
    const { outbox } = startRun(alice, sent);
    world.faults.bytesPerSecond = 100_000;
    const { id } = await alice.take(systemRandom.bytes(200_000));
    await alice.store.openConversation('carol.aun.test', 'direct', 'carol.aun.test', 0);
    await outbox.sendPayload({
      conversation: PEER,
      payload: filePayload(1),
      requestId: 'r1',
      attachments: [id],
    });
    await outbox.sendText(PEER, 'after it', 'r2');
    await outbox.sendText('carol.aun.test', 'meanwhile', 'r3');
    await vi.waitFor(() => expect(sent.byId.size).toBe(1));
    expect([...sent.byId.values()][0]?.to).toBe('carol.aun.test');
    world.faults.clear();
    await vi.waitFor(() => expect(sent.byId.size).toBe(3), 10_000);
    expect([...sent.byId.values()].map(({ payload }) => payload['type'])).toEqual(['text', 'file', 'text']);
    await outbox.stop();
  });

  it('goes back to the draft when it is cancelled while it uploads, and the next one goes', async () => {
    const alice = await world.person('alice');
    const sent = new Sent();
    const { outbox } = startRun(alice, sent);
    world.faults.bytesPerSecond = 100_000;
    const { id } = await alice.take(systemRandom.bytes(1_000_000));
    const message = await outbox.sendPayload({
      conversation: PEER,
      payload: { ...filePayload(1), text: 'look' },
      requestId: 'r1',
      attachments: [id],
    });
    await outbox.sendText(PEER, 'next', 'r2');
    await vi.waitFor(() => expect(alice.rpc.count('storage.create_upload_session')).toBe(1));
    expect(await outbox.cancel(message.id)).toBe('look');
    await vi.waitFor(() => expect(sent.byId.size).toBe(1));
    expect(await alice.attachments.drafts(PEER)).toMatchObject([{ id, state: 'here' }]);
    expect(await messages(alice)).toHaveLength(1);
    world.faults.clear();
    await outbox.sendPayload({
      conversation: PEER,
      payload: filePayload(1),
      requestId: 'r3',
      attachments: [id],
    });
    await vi.waitFor(() => expect(sent.byId.size).toBe(2), 10_000);
    await outbox.stop();
  });

  it('is taken out of the outbox when the upload of its file is cancelled', async () => {
    const alice = await world.person('alice');
    const sent = new Sent();
    const { outbox, attachments } = startRun(alice, sent);
    world.faults.bytesPerSecond = 100_000;
    const { id } = await alice.take(systemRandom.bytes(1_000_000));
    const message = await outbox.sendPayload({
      conversation: PEER,
      payload: filePayload(1),
      requestId: 'r1',
      attachments: [id],
    });
    await vi.waitFor(() => expect(alice.rpc.count('storage.create_upload_session')).toBe(1));
    await attachments.cancel(id);
    await vi.waitFor(async () => expect(await stateOf(alice, message.id)).toBeNull());
    expect(await attachments.drafts(PEER)).toMatchObject([{ id, state: 'here' }]);
    expect(sent.byId.size).toBe(0);
    await outbox.stop();
  });

  it('fails with a reason when the storage is full, and goes when the user tries again', async () => {
    const alice = await world.person('alice');
    const sent = new Sent();
    const { outbox } = startRun(alice, sent);
    world.network.gateway.admin.storage.setQuota(ALICE, 1);
    const { id } = await alice.take(systemRandom.bytes(100));
    const message = await outbox.sendPayload({
      conversation: PEER,
      payload: filePayload(1),
      requestId: 'r1',
      attachments: [id],
    });
    await outbox.sendText(PEER, 'next', 'r2');
    await vi.waitFor(async () =>
      expect(await stateOf(alice, message.id)).toEqual({ state: 'failed', reason: 'storage_full' }),
    );
    await vi.waitFor(() => expect(sent.byId.size).toBe(1));
    world.network.gateway.admin.storage.setQuota(ALICE, null);
    await outbox.retry(message.id);
    await vi.waitFor(async () => expect((await stateOf(alice, message.id))?.state).toBe('sent'));
    await outbox.stop();
  });

  it('waits and is tried again when the storage server is away', async () => {
    const alice = await world.person('alice');
    const sent = new Sent();
    const { outbox, time } = startRun(alice, sent);
    alice.rpc.online = false;
    const { id } = await alice.take(systemRandom.bytes(100));
    const message = await outbox.sendPayload({
      conversation: PEER,
      payload: filePayload(1),
      requestId: 'r1',
      attachments: [id],
    });
    await vi.waitFor(async () =>
      expect(await stateOf(alice, message.id)).toEqual({ state: 'queued', reason: 'retrying' }),
    );
    alice.rpc.online = true;
    await vi.waitFor(async () => {
      time.advance(2_000);
      expect((await stateOf(alice, message.id))?.state).toBe('sent');
    });
    await outbox.stop();
  });

  it('stays in the queue when the application ends while it uploads', async () => {
    const alice = await world.person('alice');
    const sent = new Sent();
    const first = startRun(alice, sent);
    world.faults.bytesPerSecond = 100_000;
    const { id } = await alice.take(systemRandom.bytes(1_000_000));
    const message = await first.outbox.sendPayload({
      conversation: PEER,
      payload: filePayload(1),
      requestId: 'r1',
      attachments: [id],
    });
    await vi.waitFor(() => expect(alice.rpc.count('storage.create_upload_session')).toBe(1));
    await first.outbox.stop();
    await first.attachments.stop();
    expect(await stateOf(alice, message.id)).toEqual({ state: 'queued', reason: 'uploading' });
    world.faults.clear();
    const second = startRun(alice, sent);
    await second.attachments.start();
    await second.outbox.load();
    await second.outbox.online();
    await vi.waitFor(async () => expect((await stateOf(alice, message.id))?.state).toBe('sent'), 10_000);
    await second.outbox.stop();
  });

  it('is refused when even its words are longer than a message', async () => {
    const alice = await world.person('alice');
    const { outbox } = startRun(alice, new Sent());
    const { id } = await alice.take(Buffer.from('x'));
    const payload = { ...filePayload(1), text: 'x'.repeat(800_000) };
    await expect(
      outbox.sendPayload({ conversation: PEER, payload, requestId: 'r', attachments: [id] }),
    ).rejects.toMatchObject({ code: 'message_too_large' });
    expect(await alice.attachments.drafts(PEER)).toHaveLength(1);
    await outbox.stop();
  });

  it.each([
    ['before', false, 5_000],
    ['after', true, 5_000],
    ['before', false, 90_000],
    ['after', true, 90_000],
  ])(
    'arrives once, with every file once, wherever it is killed: %s each step, %s, %i bytes',
    async (_when, afterwards, size) => {
      let steps = Number.POSITIVE_INFINITY;
      for (let dieAt = 1; dieAt <= steps; dieAt += 1) {
        const alice = await world.person('alice');
        const sent = new Sent();
        const before = await objectCount(alice);
        const { id } = await alice.take(systemRandom.bytes(size));
        await alice.attachments.describe(id, {
          width: null,
          height: null,
          durationMs: null,
          thumbnail: png(8, 8, false),
        });
        const outgoing = { conversation: PEER, payload: filePayload(1), requestId: 'r', attachments: [id] };
        const life = new Life(dieAt, afterwards);
        const first = startRun(alice, sent, life);
        const done = new Promise<void>((resolve) => (life.died = resolve));
        await first.outbox.sendPayload(outgoing).catch(() => undefined);
        const settled = async (): Promise<void> => {
          const [message] = await messages(alice);
          if (message?.state !== 'sent') throw new Error('it is on its way');
        };
        await Promise.race([done, vi.waitFor(settled, 10_000)]);
        const wasKilled = life.dead;
        life.dead = true;
        await Promise.all([first.outbox.stop(), first.attachments.stop()]);
        if (!wasKilled) steps = life.steps;
        const second = startRun(alice, sent);
        await second.attachments.start();
        await second.outbox.load();
        await second.outbox.online();
        // The window repeats a request whose answer it never saw.
        await second.outbox.sendPayload(outgoing);
        await vi.waitFor(settled, 10_000);
        expect([...sent.byId.keys()]).toEqual((await messages(alice)).map(({ messageId }) => messageId));
        const [arrived] = [...sent.byId.values()];
        const [link] = linkSchema.parse(arrived?.payload).attachments;
        expect(JSON.stringify(arrived?.payload)).not.toContain('pending');
        for (const key of [link?.object_key, link?.thumbnail?.object_key]) {
          await alice.rpc.call('storage.head_object', { object_key: key ?? '' });
        }
        expect((await objectCount(alice)) - before).toBe(2);
        await second.outbox.stop();
        await second.attachments.stop();
      }
      expect(steps).toBeGreaterThan(15);
    },
    120_000,
  );
});
