import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { E2eeEngine } from '../../ports/e2ee';
import type { AccountStore, StoreHost } from '../../ports/store';
import { silentLogger } from '../../runtime/logger';
import { systemClock, systemRandom } from '../../runtime/runtime';
import { FakeTime } from '../../runtime/testing/fake-time';
import { createInlineStoreHost } from '../../store/inline-host';
import { Inbox } from '../inbox';
import { FakeGateway } from './fake-gateway';
import { nothingEncrypted } from './nothing-encrypted';

const ME = 'me01.aun.test';
const BOB = 'bobby.aun.test';

/** An inbox over a real database and a gateway in memory, for tests. */
export class InboxScene {
  readonly gateway = new FakeGateway();
  readonly time = new FakeTime();
  /** How often the inbox said that the gateway began its numbers again. */
  resets = 0;

  private constructor(
    private readonly folder: string,
    private readonly host: StoreHost,
    readonly store: AccountStore,
  ) {}

  static async begin(): Promise<InboxScene> {
    const folder = await mkdtemp(join(tmpdir(), 'parley-inbox-'));
    const host = createInlineStoreHost({ clock: systemClock, logger: silentLogger });
    return new InboxScene(folder, host, await host.open(join(folder, 'parley.db'), systemRandom.bytes(32)));
  }

  async inbox(e2ee: E2eeEngine = nothingEncrypted): Promise<Inbox> {
    const { gateway, time, store } = this;
    const made = new Inbox({
      aid: ME,
      deviceId: 'd1',
      slotId: 'main',
      store,
      rpc: gateway,
      e2ee,
      controlsStored: () => undefined,
      runtime: { clock: time, random: systemRandom, scheduler: time, logger: silentLogger },
      isOnline: () => gateway.online,
      now: () => time.now(),
      publish: () => undefined,
      progress: () => undefined,
      onServerReset: () => (this.resets += 1),
      onFailure: () => undefined,
    });
    await made.load();
    return made;
  }

  /** What Bob's messages say, oldest first; of other kinds the name of the kind. */
  async texts(): Promise<string[]> {
    const { messages } = await this.store.page(BOB, { limit: 500 });
    return messages.map(({ content }) => (content.kind === 'text' ? content.text : content.kind));
  }

  async end(): Promise<void> {
    await this.host.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
