import type { Message } from '../../../../shared/model/message';
import type { AccountStore } from '../../../ports/store';
import { FakeTime } from '../../../runtime/testing/fake-time';
import { ClientRun } from './client-run';
import { SeededRandom } from './seeded-random';
import { CALM, SimulatedNetwork } from './simulated-network';
import type { Fact, Weather } from './simulated-network';

const ME = 'me01.aun.test';
const PEERS = ['bobby.aun.test', 'carol.aun.test'] as const;
const EVERYBODY = [ME, ...PEERS];
/** Turns of the event loop that everything gets to come to rest after a step. */
const TURNS = 4;
/** Rounds of ten seconds after the storm; what is not there then is lost. */
const CALM_ROUNDS = 60;

/** Lets promises and queued work run. */
async function settle(turns = TURNS): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

function weatherOf(random: SeededRandom): Weather {
  const bad = (): number => (random.chance(0.4) ? random.unit() * 0.4 : 0);
  return {
    requestLost: bad(),
    replyLost: bad(),
    replyDelayed: bad(),
    pushLost: bad(),
    pushDoubled: bad(),
    pushDelayed: bad(),
  };
}

/** One random history: what happens, and in the end what the database holds compared with the truth. */
class History {
  private readonly random: SeededRandom;
  private readonly time = new FakeTime();
  private readonly network: SimulatedNetwork;
  private readonly accepted: { to: string; text: string }[] = [];
  private readonly locked = new Set<string>();
  private client: ClientRun | null = null;
  private written = 0;
  /** What happened, for the report of a failure. */
  readonly log: string[] = [];

  constructor(
    seed: number,
    private readonly store: AccountStore,
  ) {
    this.random = new SeededRandom(seed);
    this.network = new SimulatedNetwork({ me: ME, peers: PEERS }, this.random);
  }

  async run(): Promise<void> {
    await this.start();
    const steps = 6 + this.random.below(14);
    this.network.weather = weatherOf(this.random);
    for (let step = 0; step < steps; step += 1) await this.step();
    await this.calm();
    await this.compare();
  }

  private async start(): Promise<void> {
    this.client = await ClientRun.start(this.store, this.network, {
      aid: ME,
      time: this.time,
      random: this.random,
      locked: (messageId) => this.locked.has(messageId),
    });
    if (this.random.chance(0.8)) this.client.online();
    await settle();
  }

  private async step(): Promise<void> {
    const { random, network } = this;
    const actions: readonly (readonly [weight: number, name: string, run: () => void | Promise<void>])[] = [
      [8, 'peer', () => this.peersWrite()],
      [5, 'write', () => this.write()],
      [2, 'other device', () => network.otherDeviceWrites(random.pick(PEERS), this.text())],
      [3, 'wait', () => this.time.advance(random.below(15_000))],
      [2, 'release', () => network.release()],
      [2, 'offline', () => this.client?.offline()],
      [3, 'online', () => this.client?.online()],
      [2, 'restart', () => this.restartGateway()],
      [2, 'kill', () => this.kill()],
      [1, 'purge', () => network.purge(random.unit())],
      [1, 'lose', () => network.loseOne(random.chance(0.5))],
      [1, 'reset', () => this.reset()],
      [1, 'recall', () => this.recall()],
      [1, 'weather', () => void (network.weather = weatherOf(random))],
      [1, 'unlock', () => this.locked.clear()],
    ];
    const total = actions.reduce((sum, [weight]) => sum + weight, 0);
    let at = random.below(total);
    const chosen = actions.find(([weight]) => (at -= weight) < 0);
    this.log.push(chosen?.[1] ?? '');
    await chosen?.[2]();
    // Sometimes the next thing happens before everything has come to rest.
    await settle(random.chance(0.3) ? random.below(3) : TURNS);
  }

  private text(): string {
    this.written += 1;
    return `text ${this.written}`;
  }

  private peersWrite(): void {
    const count = this.random.chance(0.1) ? 40 + this.random.below(260) : 1 + this.random.below(4);
    for (let each = 0; each < count; each += 1) {
      const from = this.random.pick(PEERS);
      this.network.peerWrites(from, this.text());
      if (this.random.chance(0.05)) this.locked.add([...this.network.facts.keys()].at(-1) ?? '');
    }
  }

  private async write(): Promise<void> {
    const to = this.random.pick(EVERYBODY);
    const text = this.text();
    const { client } = this;
    // Accepted is what the call said; a kill in the middle leaves it open.
    void client?.write(to, text).then(() => this.accepted.push({ to, text }));
    await settle(this.random.below(3));
  }

  private restartGateway(): void {
    this.client?.offline();
    this.time.advance(2_000);
    this.client?.online();
  }

  private async kill(): Promise<void> {
    this.client?.kill();
    await this.start();
  }

  private reset(): void {
    this.client?.offline();
    this.network.reset(this.random.chance(0.5));
    if (this.random.chance(0.7)) this.client?.online();
  }

  private recall(): void {
    const known = this.network.recallable();
    if (known.length > 0) this.network.peerRecalls(this.random.pick(known));
  }

  /** The storm is over: everything that can arrive arrives. */
  private async calm(): Promise<void> {
    this.network.weather = CALM;
    this.locked.clear();
    this.network.release();
    this.client?.offline();
    await settle();
    this.client?.online();
    for (let round = 0; round < CALM_ROUNDS; round += 1) {
      await settle();
      this.time.advance(10_000);
      if (round % 10 === 9 && (await this.atRest())) break;
    }
    await settle(8);
    await this.client?.heal();
    await settle(8);
  }

  private async atRest(): Promise<boolean> {
    const { queued } = await this.store.totals(this.time.now());
    return queued === 0;
  }

  private async compare(): Promise<void> {
    const stored = new Map<string, Message>();
    for (const conversation of EVERYBODY) {
      let last = Number.NEGATIVE_INFINITY;
      for (const message of await allOf(this.store, conversation)) {
        if (stored.has(message.messageId)) this.fail(`${message.messageId} is there twice`);
        stored.set(message.messageId, message);
        if (message.sortAt < last) this.fail(`${message.messageId} stands before older ones`);
        last = message.sortAt;
      }
    }
    const facts = new Map(this.network.facts);
    for (const sent of this.network.outgoing) {
      const fact = facts.get(sent.messageId);
      facts.set(sent.messageId, fact ?? ownFact(sent));
    }
    for (const fact of facts.values()) this.compareFact(fact, stored.get(fact.messageId));
    for (const message of stored.values()) {
      if (facts.has(message.messageId)) continue;
      if (message.own && message.state !== null && message.state !== 'sent') continue;
      this.fail(`${message.messageId} was never written by anybody: ${JSON.stringify(message.content)}`);
    }
    this.compareOutgoing();
  }

  private compareFact(fact: Fact, message: Message | undefined): void {
    if (message === undefined) {
      if (fact.standing === 'certain') this.fail(`${fact.text} of ${fact.from} is lost`);
      return;
    }
    if (message.sender !== fact.from) this.fail(`${fact.text} is shown as written by ${message.sender}`);
    const { content } = message;
    if (content.kind === 'recalled' && fact.recalled) return;
    if (content.kind === 'text' && content.text === fact.text) return;
    if (fact.standing === 'possible') return;
    this.fail(`${fact.text} is shown as ${JSON.stringify(content)}`);
  }

  /** Everything that was accepted left, once, in its order. */
  private compareOutgoing(): void {
    for (const peer of EVERYBODY) {
      const left = this.network.outgoing.filter(({ to }) => to === peer).map(({ text }) => text);
      const accepted = this.accepted.filter(({ to }) => to === peer).map(({ text }) => text);
      if (new Set(left).size !== left.length) this.fail(`something left twice: ${left.join(', ')}`);
      const missing = accepted.filter((text) => !left.includes(text));
      if (missing.length > 0) this.fail(`did not leave: ${missing.join(', ')}`);
      const order = left.map((text) => Number(text.slice(5)));
      if (order.some((number, index) => number < (order[index - 1] ?? 0)))
        this.fail(`left in another order: ${left.join(', ')}`);
    }
  }

  private fail(what: string): never {
    throw new Error(`seed ${this.random.seed}: ${what}\n  ${this.log.join(', ')}`);
  }
}

function ownFact(sent: { to: string; messageId: string; text: string }): Fact {
  return {
    messageId: sent.messageId,
    from: ME,
    to: sent.to,
    text: sent.text,
    standing: 'certain',
    recalled: false,
  };
}

async function allOf(store: AccountStore, conversation: string): Promise<Message[]> {
  const all: Message[] = [];
  for (;;) {
    const oldest = all[0];
    const before = oldest === undefined ? {} : { before: { sortAt: oldest.sortAt, id: oldest.id } };
    const page = await store.page(conversation, { limit: 500, ...before });
    all.unshift(...page.messages);
    if (!page.hasOlder) return all;
  }
}

/** Runs the history of a seed on an empty database. @throws Error that says what is wrong and what happened before */
export async function runHistory(seed: number, store: AccountStore): Promise<void> {
  await new History(seed, store).run();
}
