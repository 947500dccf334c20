import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterEach } from 'vitest';
import type { JsonObject } from '../../../shared/aun/canonical-json';
import type { Attachment } from '../../../shared/model/attachment';
import { ReplyError } from '../../../gateway/testing/socket';
import { TestNetwork } from '../../../gateway/testing/network';
import type { TestClient } from '../../../gateway/testing/network';
import { createTransfers } from '../../gateway';
import { toRpcError } from '../../gateway/rpc-errors';
import { temporaryFolder } from '../../identity/testing/temporary-folder';
import { describePayload } from '../../messaging/describe';
import { noDesktop } from '../../ports/desktop';
import type { Attachments } from '../../ports/attachments';
import type { Desktop } from '../../ports/desktop';
import type { RpcCaller } from '../../ports/session';
import type { AccountStore, AttachmentRecord, StoreChange } from '../../ports/store';
import type { Transfers } from '../../ports/transfers';
import { AunError } from '../../runtime/errors';
import { silentLogger } from '../../runtime/logger';
import { systemClock, systemRandom } from '../../runtime/runtime';
import { FakeTime } from '../../runtime/testing/fake-time';
import { createInlineStoreHost } from '../../store/inline-host';
import { createAttachments } from '../index';

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Calls of a test's client, with the errors of the real one. Every call can be looked at, delayed or broken first. */
export class TestRpc implements RpcCaller {
  readonly calls: string[] = [];
  online = true;
  before: (method: string, params: Readonly<Record<string, unknown>>) => void | Promise<void> = () =>
    undefined;
  after: (method: string, answer: unknown) => unknown = (_method, answer) => answer;

  constructor(private readonly client: TestClient) {}

  async call(method: string, params: Readonly<Record<string, unknown>>): Promise<unknown> {
    this.calls.push(method);
    if (!this.online) throw new AunError('connection_closed', 'offline', { retryable: true });
    await this.before(method, params);
    try {
      return this.after(
        method,
        await this.client.call(method, JSON.parse(JSON.stringify(params)) as JsonObject),
      );
    } catch (thrown) {
      if (!(thrown instanceof ReplyError)) throw thrown;
      throw toRpcError(method, { code: thrown.code, message: thrown.message, data: thrown.data });
    }
  }

  count(method: string): number {
    return this.calls.filter((called) => called === method).length;
  }
}

/** One account with its files. */
export class TestPerson {
  readonly time = new FakeTime();
  readonly changes: StoreChange[] = [];
  readonly progress: { attachment: number; done: number; total: number }[] = [];
  desktop: Partial<Desktop> = {};
  mayFetch: (conversation: string, bytes: number) => boolean = () => false;
  attachments: Attachments;
  /** Stands before the real transfers when a test wants it. */
  intercept: Transfers['request'] | null = null;
  private counter = 0;

  constructor(
    readonly aid: string,
    readonly folder: string,
    readonly store: AccountStore,
    readonly rpc: TestRpc,
    readonly transfers: Transfers,
  ) {
    this.attachments = this.restart();
  }

  /** The application is started again on the same database; what ran before is just left. */
  restart(): Attachments {
    this.attachments = createAttachments({
      account: this.aid,
      folder: this.folder,
      store: this.store,
      rpc: this.rpc,
      transfers: {
        request: (request) => (this.intercept ?? this.transfers.request.bind(this.transfers))(request),
      },
      desktop: {
        ...noDesktop,
        chooseFiles: (request) => (this.desktop.chooseFiles ?? noDesktop.chooseFiles)(request),
        chooseSave: (request) => (this.desktop.chooseSave ?? noDesktop.chooseSave)(request),
      },
      runtime: { clock: this.time, random: systemRandom, scheduler: this.time, logger: silentLogger },
      mayFetch: (conversation, bytes) => this.mayFetch(conversation, bytes),
      emit: (_event, { attachment, done, total }) => this.progress.push({ attachment, done, total }),
      publish: (change) => void this.changes.push(change),
    });
    this.attachments.online();
    return this.attachments;
  }

  /** Takes a file as the window hands it over. */
  async take(
    bytes: Uint8Array,
    about: Partial<{ name: string; type: string; voice: boolean; to: string }> = {},
  ): Promise<Attachment> {
    const { name = 'file.bin', type = 'application/octet-stream', voice = false, to = PEER } = about;
    const upload = await this.attachments.begin({ conversation: to, name, type, size: bytes.length, voice });
    for (let at = 0; at < bytes.length; at += 100_000) {
      await this.attachments.append(upload, bytes.subarray(at, at + 100_000));
    }
    return this.attachments.finish(upload);
  }

  /** Queues draft attachments as one message; returns its id and payload. */
  async enqueue(ids: readonly number[], to = PEER): Promise<{ message: number; payload: JsonObject }> {
    this.counter += 1;
    const payload = { type: 'file', attachments: ids.map((_id, index) => ({ pending: index })) };
    const context = { ownAid: this.aid, sender: this.aid, protection: 'e2ee-v1' as const };
    const change = await this.store.enqueue({
      conversation: to,
      messageId: `out-${this.counter}`,
      requestId: `request-${this.counter}`,
      payloadJson: JSON.stringify(payload),
      ...describePayload(payload, context),
      attachments: ids,
      sortAt: this.time.now() + this.counter,
      sender: this.aid,
    });
    const [message] = change.messages;
    if (message === undefined) throw new Error('nothing was queued');
    return { message: message.id, payload };
  }

  /** Receives a payload as the inbox stores it; returns the rows of its attachments. */
  async receive(
    sender: string,
    payload: JsonObject,
    protection: 'e2ee-v1' | 'none' = 'e2ee-v1',
  ): Promise<{ message: number; rows: AttachmentRecord[] }> {
    this.counter += 1;
    const described = describePayload(payload, { ownAid: this.aid, sender, protection });
    const change = await this.store.commitInbound(
      [
        {
          seq: this.counter,
          messageId: `in-${this.counter}`,
          sender,
          conversation: sender,
          own: false,
          serverTime: this.time.now(),
          senderTime: null,
          ...described,
          payloadJson: JSON.stringify(payload),
          rawJson: null,
          protection,
          forwardSecret: false,
        },
      ],
      null,
    );
    const [message] = change.messages;
    if (message === undefined) throw new Error('nothing was stored');
    return { message: message.id, rows: await this.store.attachmentsOf(message.id) };
  }

  async row(id: number): Promise<AttachmentRecord> {
    const row = await this.store.attachment(id);
    if (row === null) throw new Error('there is no such row');
    return row;
  }

  /** Names in the folder of files. */
  async files(): Promise<string[]> {
    return readdir(this.folder).catch(() => []);
  }

  /** Decrypted bytes of what the window may show. */
  async shown(
    address: string | null,
    range: { start: number; end: number | null } | null = null,
  ): Promise<Buffer | null> {
    if (address === null) return null;
    const part = await this.attachments.read(address, range);
    if (part === null) return null;
    const pieces: Uint8Array[] = [];
    for await (const piece of part.body) pieces.push(piece);
    return Buffer.concat(pieces);
  }
}

/** Whom messages go to when a test does not care. */
export const PEER = 'bobby.aun.test';
export const ALICE = 'alice.aun.test';

/** A network with storage, and people on it. */
export class AttachmentWorld {
  private constructor(readonly network: TestNetwork) {}

  static async start(options: Parameters<typeof TestNetwork.start>[0] = {}): Promise<AttachmentWorld> {
    return new AttachmentWorld(await TestNetwork.start(options));
  }

  async dispose(): Promise<void> {
    await this.network.dispose();
  }

  get faults(): TestNetwork['gateway']['admin']['storage']['faults'] {
    return this.network.gateway.admin.storage.faults;
  }

  /** Somebody with an empty database; the same name may come again with another one. */
  async person(name: string): Promise<TestPerson> {
    const identity = this.network.identities.get(`${name}.aun.test`) ?? (await this.network.register(name));
    const client = await this.network.connect(identity);
    const folder = await temporaryFolder();
    const host = createInlineStoreHost({ clock: systemClock, logger: silentLogger });
    const store = await host.open(path.join(folder, 'parley.db'), systemRandom.bytes(32), identity.aid);
    for (const peer of [ALICE, PEER]) {
      if (peer !== identity.aid) await store.openConversation(peer, 'direct', peer, systemClock.now());
    }
    const transfers = createTransfers({
      network: {
        issuer: 'aun.test',
        pinnedGatewayUrl: this.network.gateway.url,
        rootPem: this.network.gateway.rootPem,
      },
      runtime: { clock: systemClock, random: systemRandom, scheduler: new FakeTime(), logger: silentLogger },
    });
    const files = path.join(folder, 'attachments');
    await mkdir(files, { recursive: true });
    const person = new TestPerson(identity.aid, files, store, new TestRpc(client), transfers);
    cleanups.push(async () => {
      await person.attachments.stop();
      await client.leave();
      await host.close();
    });
    return person;
  }
}
