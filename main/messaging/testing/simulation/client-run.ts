import { silentLogger } from '../../../runtime/logger';
import type { Runtime } from '../../../runtime/runtime';
import type { FakeTime } from '../../../runtime/testing/fake-time';
import type { AccountStore } from '../../../ports/store';
import { noAttachments } from '../no-attachments';
import { noCourier } from '../no-groups';
import { Inbox } from '../../inbox';
import { Outbox } from '../../outbox';
import { mortalStore } from './mortal-store';
import { createPlainEnvelopes } from './plain-envelopes';
import type { SeededRandom } from './seeded-random';
import type { SimulatedNetwork } from './simulated-network';

/** One run of the client, from its start to its kill: the real inbox and the real outbox on the real database. */
export class ClientRun {
  private readonly mortal;
  private readonly inbox: Inbox;
  private readonly outbox: Outbox;
  private dead = false;

  private constructor(
    lasting: AccountStore,
    private readonly network: SimulatedNetwork,
    private readonly options: ClientOptions,
  ) {
    this.mortal = mortalStore(lasting);
    const { store } = this.mortal;
    const { time, random, aid, locked } = options;
    const runtime: Runtime = { clock: time, random, scheduler: time, logger: silentLogger };
    const alive = (): boolean => !this.dead && network.online;
    const shared = {
      aid,
      store,
      rpc: {
        call: (method: string, params: Readonly<Record<string, unknown>>) =>
          // A killed program's requests go nowhere; those that were under way are answered to nobody.
          this.dead ? new Promise<never>(() => undefined) : network.call(method, params),
      },
      e2ee: createPlainEnvelopes(locked),
      runtime,
      isOnline: alive,
      now: () => time.now(),
      publish: () => undefined,
    };
    this.outbox = new Outbox({ ...shared, attachments: noAttachments, courier: noCourier });
    this.inbox = new Inbox({
      ...shared,
      deviceId: 'd1',
      slotId: 'main',
      progress: () => undefined,
      controlsStored: () => undefined,
      onServerReset: () => undefined,
      onFailure: () => undefined,
    });
  }

  /** Starts the program on what the last run left. */
  static async start(
    store: AccountStore,
    network: SimulatedNetwork,
    options: ClientOptions,
  ): Promise<ClientRun> {
    const run = new ClientRun(store, network, options);
    await run.inbox.load();
    await run.outbox.load();
    network.hear = (name, params) => {
      if (!run.dead) run.inbox.event(name, params);
    };
    return run;
  }

  /** The session got online. */
  online(): void {
    this.network.online = true;
    this.inbox.online();
    void this.outbox.online();
  }

  offline(): void {
    this.network.disconnect();
    this.inbox.offline();
    this.outbox.offline();
  }

  /** Queues a text; resolves when it is accepted. */
  async write(to: string, text: string): Promise<void> {
    await this.mortal.store.openConversation(
      to,
      to === this.options.aid ? 'self' : 'direct',
      to,
      this.options.time.now(),
    );
    await this.outbox.sendText(to, text, text);
  }

  heal(): Promise<unknown> {
    return this.inbox.heal(null);
  }

  /** Ends the program as a power cut does. */
  kill(): void {
    this.dead = true;
    this.mortal.kill();
    this.network.disconnect();
    this.network.hear = () => undefined;
    this.inbox.offline();
    this.outbox.offline();
  }
}

export interface ClientOptions {
  readonly aid: string;
  readonly time: FakeTime;
  readonly random: SeededRandom;
  /** Messages that cannot be opened yet. */
  readonly locked: (messageId: string) => boolean;
}
