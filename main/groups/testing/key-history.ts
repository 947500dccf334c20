import { createHash } from 'node:crypto';
import { isSettled } from '../keys/key-book';
import { SeededRandom } from '../../messaging/testing/simulation/seeded-random';
import type { KeyParty } from './key-party';
import { KeyWorld } from './key-world';
import { closed } from './simulated-groups';

const GROUP = 'group.aun.test/g-history1';
const NAMES = ['anna', 'bert', 'carl', 'dora', 'emil'].map((name) => `${name}.aun.test`);
/** Rounds after the storm; what is not settled then is wrong. */
const CALM_ROUNDS = 160;
const ROUND = 4_000;

interface Waiting {
  readonly author: string;
  readonly device: string;
  readonly text: string;
  busy: boolean;
}

/** Somebody's time in the group: the numbers of messages they may have. */
interface Stay {
  readonly from: number;
  to: number | null;
}

/**
 * One random history of a group: people come and go, programs are killed, lines are cut, clocks move on; then calm, and in the end
 * what everybody holds and read is compared with what they may.
 */
class KeyHistory {
  readonly #random: SeededRandom;
  readonly #world: KeyWorld;
  readonly #devices = new Map<string, string[]>();
  readonly #waiting: Waiting[] = [];
  readonly #stays = new Map<string, Stay[]>();
  /** Who may hold the key of an epoch: its members, and who came while it was the committed one. */
  readonly #allowed = new Map<number, Set<string>>();
  #weather = 0;
  #written = 0;
  readonly #log: string[] = [];

  constructor(readonly seed: number) {
    this.#random = new SeededRandom(seed);
    this.#world = new KeyWorld(this.#random);
  }

  async run(): Promise<void> {
    await this.#begin();
    const steps = 8 + this.#random.below(16);
    for (let step = 0; step < steps; step += 1) await this.#step();
    await this.#calm();
    this.#compare();
  }

  async #begin(): Promise<void> {
    const { gateway } = this.#world;
    gateway.fault = (moment, method) => {
      if (this.#random.unit() < this.#weather) {
        this.#log.push(`!${moment}:${method.split('.').at(-1) ?? ''}`);
        throw closed(method);
      }
    };
    const people = NAMES.slice(0, 3 + this.#random.below(3));
    for (const aid of people) {
      const devices = this.#random.chance(0.2) ? ['one', 'two'] : ['one'];
      this.#devices.set(aid, devices);
      for (const device of devices) await this.#world.party(aid, { device });
    }
    const modes = ['open', 'approval', 'invite_only'] as const;
    const mode = this.#random.pick(modes);
    this.#log.push(mode);
    const [anna] = this.#world.parties;
    const creation = anna?.create(GROUP, mode);
    this.#entered(NAMES[0] ?? '');
    await this.#world.pass(2_000);
    void creation;
    for (const aid of people.slice(1)) if (this.#random.chance(0.6)) await this.#admit(aid);
  }

  async #step(): Promise<void> {
    const random = this.#random;
    const actions: readonly (readonly [weight: number, name: string, run: () => void | Promise<void>])[] = [
      [6, 'write', () => this.#write()],
      [3, 'admit', () => this.#admit(random.pick([...this.#devices.keys()]))],
      [2, 'kick', () => this.#kick()],
      [1, 'leave', () => this.#leave()],
      [1, 'ban', () => this.#ban()],
      [1, 'role', () => this.#role()],
      [2, 'offline', () => random.pick(this.#world.parties).offline()],
      [2, 'online', () => this.#online(random.pick(this.#world.parties))],
      [2, 'kill', () => this.#kill()],
      [2, 'rotate', () => this.#repair()],
      [1, 'weather', () => void (this.#weather = random.chance(0.5) ? 0 : random.unit() * 0.25)],
      [1, 'keyless', () => this.#keyless()],
      [2, 'wait', () => this.#world.pass(random.below(9_000), 1_500)],
    ];
    const total = actions.reduce((sum, [weight]) => sum + weight, 0);
    let at = random.below(total);
    const chosen = actions.find(([weight]) => (at -= weight) < 0);
    this.#log.push(chosen?.[1] ?? '');
    await chosen?.[2]();
    await this.#world.settle(random.chance(0.4) ? random.below(3) : 5);
    this.#pump();
    this.#world.receive(GROUP);
  }

  #members(): string[] {
    return [...this.#world.gateway.group(GROUP).members.keys()];
  }

  #actor(): KeyParty | null {
    const { members } = this.#world.gateway.group(GROUP);
    const able = this.#world.parties.filter(({ aid, isOnline }) => {
      const role = members.get(aid)?.role;
      return isOnline && (role === 'owner' || role === 'admin');
    });
    return able.length === 0 ? null : this.#random.pick(able);
  }

  async #admit(aid: string): Promise<void> {
    const { gateway, parties } = this.#world;
    const group = gateway.group(GROUP);
    if (group.members.has(aid)) return;
    if (group.joinMode !== 'approval' && this.#random.chance(0.7)) {
      const own = parties.find((party) => party.aid === aid && party.isOnline);
      if (own === undefined) return;
      this.#log.push(`(${aid} joins at ${group.committed})`);
      own.join(GROUP, group.joinMode === 'open' ? 'joined' : 'invite_code_used');
    } else {
      const actor = this.#actor();
      if (actor === null) return;
      this.#log.push(`(${actor.aid} adds ${aid} at ${group.committed})`);
      actor.add(GROUP, aid);
    }
    this.#entered(aid);
    await this.#world.settle(this.#random.below(4));
  }

  #kick(): void {
    const actor = this.#actor();
    const { gateway } = this.#world;
    const others = this.#members().filter(
      (aid) => aid !== actor?.aid && gateway.group(GROUP).members.get(aid)?.role !== 'owner',
    );
    if (actor === null || others.length === 0) return;
    const aid = this.#random.pick(others);
    this.#log.push(`(${actor.aid} kicks ${aid} at ${gateway.group(GROUP).committed})`);
    this.#left(aid);
    actor.kick(GROUP, aid);
  }

  #leave(): void {
    const { members } = this.#world.gateway.group(GROUP);
    const able = this.#world.parties.filter(
      ({ aid, isOnline }) => isOnline && members.has(aid) && members.get(aid)?.role !== 'owner',
    );
    if (able.length === 0) return;
    const party = this.#random.pick(able);
    this.#log.push(`(${party.aid} leaves at ${this.#world.gateway.group(GROUP).committed})`);
    this.#left(party.aid);
    party.leave(GROUP);
  }

  #ban(): void {
    const member = this.#world.gateway.group(GROUP).members.get(this.#random.pick(this.#members()));
    if (member?.role === 'member') member.banned = !member.banned;
  }

  #role(): void {
    const member = this.#world.gateway.group(GROUP).members.get(this.#random.pick(this.#members()));
    if (member !== undefined && member.role !== 'owner')
      member.role = member.role === 'admin' ? 'member' : 'admin';
  }

  #online(party: KeyParty): void {
    if (!party.isOnline) party.online();
  }

  async #kill(): Promise<void> {
    const party = this.#random.pick(this.#world.parties);
    this.#log.push(`(${party.aid} ${party.parts.device})`);
    for (const item of this.#waiting)
      if (item.author === party.aid && item.device === party.parts.device) item.busy = false;
    await this.#world.restart(party);
  }

  #repair(): void {
    const party = this.#random.pick(this.#world.parties);
    if (party.isOnline && this.#members().includes(party.aid))
      void party.keys.repair(GROUP).catch(() => undefined);
  }

  #keyless(): void {
    const { keyless } = this.#world.gateway;
    const aid = this.#random.pick([...this.#devices.keys()]);
    if (keyless.has(aid)) keyless.delete(aid);
    else keyless.add(aid);
  }

  #write(): void {
    const members = new Set(this.#members());
    const able = this.#world.parties.filter(({ aid }) => members.has(aid));
    const party = this.#random.pick(able);
    this.#written += 1;
    this.#waiting.push({
      author: party.aid,
      device: party.parts.device,
      text: `text ${this.#written}`,
      busy: false,
    });
  }

  /** Every outbox tries its first message; what is refused stays. */
  #pump(): void {
    const members = new Set(this.#members());
    for (const item of [...this.#waiting]) {
      if (!members.has(item.author)) this.#waiting.splice(this.#waiting.indexOf(item), 1);
      const party = this.#world.parties.find(
        ({ aid, parts }) => aid === item.author && parts.device === item.device,
      );
      if (item.busy || party?.isOnline !== true) continue;
      item.busy = true;
      party
        .send(GROUP, item.text)
        .then(() => {
          if (party.isDead()) return;
          const at = this.#waiting.indexOf(item);
          if (at >= 0) this.#waiting.splice(at, 1);
        })
        .catch(() => {
          if (!party.isDead()) item.busy = false;
        });
    }
  }

  #entered(aid: string): void {
    const { messages, committed } = this.#world.gateway.group(GROUP);
    this.#stays.set(aid, [...(this.#stays.get(aid) ?? []), { from: messages.length, to: null }]);
    this.#allow(committed, [aid]);
  }

  #left(aid: string): void {
    const last = this.#stays.get(aid)?.at(-1);
    if (last !== undefined) last.to = this.#world.gateway.group(GROUP).messages.length;
  }

  #allow(epoch: number, aids: readonly string[]): void {
    const known = this.#allowed.get(epoch) ?? new Set<string>();
    for (const aid of aids) known.add(aid);
    this.#allowed.set(epoch, known);
  }

  async #calm(): Promise<void> {
    this.#weather = 0;
    const { gateway, parties } = this.#world;
    gateway.keyless.clear();
    for (const { banned, aid } of [...gateway.group(GROUP).members].map(([name, m]) => ({
      aid: name,
      banned: m.banned,
    })))
      if (banned) Object.assign(gateway.group(GROUP).members.get(aid) ?? {}, { banned: false });
    for (const party of parties) {
      if (party.isOnline) party.offline();
      party.online();
    }
    for (let round = 0; round < CALM_ROUNDS; round += 1) {
      await this.#world.pass(ROUND, ROUND / 2);
      this.#pump();
      this.#world.receive(GROUP);
      if (round > 3 && this.#atRest()) break;
    }
    for (const party of parties) if (this.#members().includes(party.aid)) this.#sayGoodbye(party);
    for (let round = 0; round < 20 && this.#waiting.length > 0; round += 1) {
      this.#pump();
      await this.#world.pass(ROUND, ROUND / 2);
    }
    await this.#world.settle(8);
    this.#world.receive(GROUP);
    await this.#world.pass(ROUND, ROUND / 2);
  }

  #sayGoodbye(party: KeyParty): void {
    this.#written += 1;
    this.#waiting.push({
      author: party.aid,
      device: party.parts.device,
      text: `text ${this.#written}`,
      busy: false,
    });
  }

  #atRest(): boolean {
    const members = new Set(this.#members());
    const inside = this.#world.parties.filter(({ aid }) => members.has(aid));
    return (
      this.#waiting.length === 0 &&
      inside.every(
        (party) => party.keys.state(GROUP).state === 'secured' && this.#missing(party).length === 0,
      )
    );
  }

  /** What somebody must have read and has not. */
  #missing(party: KeyParty): string[] {
    const group = this.#world.gateway.group(GROUP);
    const read = new Set(party.read.get(GROUP));
    const stay = this.#stays.get(party.aid)?.at(-1);
    if (stay?.to !== null) return [];
    const floor = group.members.get(party.aid)?.floor ?? 0;
    return group.messages
      .filter(({ seq, epoch, messageId }) => seq > stay.from && epoch >= floor && !read.has(messageId))
      .map(({ messageId, epoch }) => `${messageId} of epoch ${epoch}`);
  }

  #compare(): void {
    const group = this.#world.gateway.group(GROUP);
    const members = new Set(this.#members());
    if (this.#waiting.length > 0)
      this.#fail(`never left: ${this.#waiting.map(({ author, text }) => `${author} ${text}`).join(', ')}`);
    if (group.rotation === null || !sameNames(group.rotation.expected, members))
      this.#fail(
        `the key of ${group.rotation?.expected.join(', ') ?? 'nobody'} serves ${[...members].join(', ')}`,
      );
    for (const { target, expected } of group.begun) this.#allow(target, expected);
    const known = new Map<number, string>();
    for (const party of this.#world.parties) this.#compareParty(party, members, known);
  }

  #compareParty(party: KeyParty, members: ReadonlySet<string>, known: Map<number, string>): void {
    const { committed } = this.#world.gateway.group(GROUP);
    const who = `${party.aid} ${party.parts.device}`;
    for (const record of party.keys.epochs(GROUP)) {
      if (this.#allowed.get(record.epoch)?.has(party.aid) !== true)
        this.#fail(`${who} holds epoch ${record.epoch}`);
      if (!isSettled(record)) {
        if (members.has(party.aid) && record.pendingRotation !== null)
          this.#fail(`${who}: ${record.epoch} is pending`);
        continue;
      }
      const secret = createHash('sha256').update(record.secret).digest('hex');
      if ((known.get(record.epoch) ?? secret) !== secret)
        this.#fail(`${who} has another key of ${record.epoch}`);
      known.set(record.epoch, secret);
    }
    this.#compareReading(party, who);
    if (!members.has(party.aid)) return;
    if (!isSettled(party.keys.epochs(GROUP)[0] ?? null) || party.keys.epochs(GROUP)[0]?.epoch !== committed)
      this.#fail(`${who} lacks the committed epoch ${committed}`);
    const { state } = party.keys.state(GROUP);
    if (state !== 'secured') this.#fail(`${who} is ${state}`);
    const missing = this.#missing(party);
    if (missing.length > 0) this.#fail(`${who} could not read ${missing.join(', ')}`);
  }

  /** Nobody reads twice, and nobody what was written outside their time. */
  #compareReading(party: KeyParty, who: string): void {
    const read = party.read.get(GROUP) ?? [];
    if (new Set(read).size !== read.length) this.#fail(`${who} read something twice`);
    const { messages } = this.#world.gateway.group(GROUP);
    const stays = this.#stays.get(party.aid) ?? [];
    for (const text of read) {
      const seq = messages.find(({ messageId }) => messageId === text)?.seq ?? 0;
      const inside = stays.some(({ from, to }) => seq > from && (to === null || seq <= to));
      if (!inside) this.#fail(`${who} read ${text}, which was written without them`);
    }
  }

  #fail(what: string): never {
    throw new Error(`seed ${this.seed}: ${what}\n  ${this.#log.join(', ')}`);
  }
}

function sameNames(names: readonly string[], members: ReadonlySet<string>): boolean {
  return names.length === members.size && names.every((name) => members.has(name));
}

/** Runs the history of a seed. @throws Error that says what is wrong and what happened before */
export async function runKeyHistory(seed: number): Promise<void> {
  await new KeyHistory(seed).run();
}
