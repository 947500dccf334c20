import { generateKeyPairSync } from 'node:crypto';
import { TestIdentity } from '../../e2ee/testing/parties';
import { FakeTime } from '../../runtime/testing/fake-time';
import { systemRandom } from '../../runtime/runtime';
import type { Random } from '../../runtime/runtime';
import { KeyParty } from './key-party';
import { MemoryKeyStore } from './memory-key-store';
import { SimulatedGroups } from './simulated-groups';

/** Turns of the event loop that everything gets to come to rest. */
const TURNS = 6;

/** Identities are dear: they are made once for all tests of a file. */
const identities = new Map<string, TestIdentity>();

export async function identityOf(aid: string): Promise<TestIdentity> {
  const known = identities.get(aid);
  if (known !== undefined) return known;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const identity = new TestIdentity(aid, privateKey);
  await identity.renew();
  identities.set(aid, identity);
  return identity;
}

/** Several devices with real key services around one simulated gateway; time moves only when told to. */
export class KeyWorld {
  readonly time = new FakeTime();
  readonly gateway = new SimulatedGroups(this.time);
  readonly people = new Map<string, TestIdentity>();
  readonly parties: KeyParty[] = [];

  constructor(private readonly random: Random = systemRandom) {}

  /** Somebody's device, online unless told otherwise. */
  async party(
    aid: string,
    options: { device?: string; store?: MemoryKeyStore; offline?: boolean } = {},
  ): Promise<KeyParty> {
    this.people.set(aid, await identityOf(aid));
    const party = new KeyParty({
      aid,
      device: options.device ?? 'one',
      people: this.people,
      gateway: this.gateway,
      runtime: { clock: this.time, scheduler: this.time, random: this.random },
      store: options.store ?? new MemoryKeyStore(),
    });
    this.parties.push(party);
    if (options.offline === true) await party.keys.load();
    else await party.start();
    await this.settle();
    return party;
  }

  /** Kills a program and starts it again on what it had written. */
  async restart(party: KeyParty): Promise<KeyParty> {
    party.kill();
    this.parties.splice(this.parties.indexOf(party), 1);
    const { aid, device, store } = party.parts;
    const next = await this.party(aid, { device, store, offline: true });
    next.continueFrom(party);
    next.online();
    await this.settle();
    return next;
  }

  /** Lets promises run; no time passes. */
  async settle(turns = TURNS): Promise<void> {
    for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Lets time pass in steps, with everything coming to rest after each. */
  async pass(ms: number, step = 500): Promise<void> {
    await this.settle();
    for (let left = ms; left > 0; left -= step) {
      this.time.advance(Math.min(step, left));
      await this.settle();
    }
  }

  /** Everybody fetches the messages of a group. */
  receive(group: string): void {
    for (const party of this.parties) party.receive(group);
  }
}
