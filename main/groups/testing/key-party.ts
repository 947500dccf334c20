import { z } from 'zod';
import type { JsonObject } from '../../../shared/aun/canonical-json';
import type { Certificate } from '../../ports/identity';
import { sealGroupEnvelope, checkGroupRow, openGroupEnvelope } from '../../e2ee/v1/group/envelope';
import { openFromServer, sealForServer } from '../../e2ee/v1/group';
import { AgreementKey, NONCE_BYTES, pointOfKey } from '../../e2ee/v1/primitives';
import type { TestIdentity } from '../../e2ee/testing/parties';
import { AunError } from '../../runtime/errors';
import { silentLogger } from '../../runtime/logger';
import type { Logger } from '../../runtime/logger';
import type { Runtime } from '../../runtime/runtime';
import { createGroupKeys } from '../keys';
import { groupRecord } from './memory-key-store';
import type { MemoryKeyStore } from './memory-key-store';
import type { SimulatedEvent, SimulatedGroups } from './simulated-groups';

/** Everybody's identities, by AID. */
export type People = ReadonlyMap<string, TestIdentity>;

const letterSchema = z.object({ to: z.string(), inner: z.record(z.string(), z.json()) });

/** What a run of the program lives on, and what outlives it. */
export interface PartyParts {
  readonly aid: string;
  readonly device: string;
  readonly people: People;
  readonly gateway: SimulatedGroups;
  readonly runtime: Omit<Runtime, 'logger'>;
  readonly store: MemoryKeyStore;
  readonly logger?: Logger;
}

/** One device of somebody with the real key service: its inbox, its group messages, and what it could read. */
export class KeyParty {
  readonly keys;
  readonly store: MemoryKeyStore;
  /** Texts it read, by group. */
  readonly read = new Map<string, string[]>();
  /** Devices lists it was told to forget. */
  readonly forgotten: string[] = [];
  #dead = false;
  #isOnline = false;
  #unread: {
    group: string;
    row: Readonly<Record<string, unknown>>;
    epoch: number;
    sender: string;
    seq: number;
  }[] = [];
  readonly #cursors = new Map<string, number>();

  constructor(readonly parts: PartyParts) {
    const { aid, device, people, gateway, runtime } = parts;
    this.store = mortal(parts.store, () => this.#dead);
    const identity = this.#identity();
    const rpc = gateway.rpcOf(aid, device);
    const never = new Promise<never>(() => undefined);
    const ownKey = AgreementKey.fromPrivateKey(identity.privateKey);
    const certificateOf = (name: string): Certificate => {
      const certificate = people.get(name)?.certificate() ?? null;
      if (certificate === null) throw new AunError('not_found', name);
      return certificate;
    };
    this.keys = createGroupKeys({
      aid,
      deviceId: device,
      store: this.store,
      inTurn: (_group, step) => step(),
      rpc: {
        // Requests of a program that was killed go nowhere, and their answers reach nobody.
        call: async (method, params) => {
          if (this.isDead()) return never;
          try {
            const answer = await rpc.call(method, params);
            return this.isDead() ? await never : answer;
          } catch (thrown) {
            if (this.isDead()) return never;
            throw thrown;
          }
        },
      },
      e2ee: {
        seal: async ({ to, messageId, timestamp, payload }) => {
          if (gateway.keyless.has(to)) throw new AunError('recipient_without_keys', to);
          return {
            params: { message_id: messageId, timestamp, payload: { to, inner: payload } },
            forwardSecret: true,
            protection: 'e2ee-v1',
            copies: 1,
          };
        },
        groupPeers: {
          certificate: async (name) => certificateOf(name),
          certificateNamed: async (name) => certificateOf(name),
          sealForServer: (secret, certificate) =>
            sealForServer(
              secret,
              pointOfKey(certificate.publicKey),
              AgreementKey.generate((length) => runtime.random.bytes(length)),
              runtime.random.bytes(NONCE_BYTES),
            ),
          openFromServer: (blob) => openFromServer(blob, [ownKey]),
          forgetDevices: (name) => this.forgotten.push(name),
        },
      },
      identity,
      runtime: { ...runtime, logger: parts.logger ?? silentLogger },
      isOnline: () => this.#isOnline && !this.#dead,
      now: () => runtime.clock.now(),
    });
    this.keys.onKey((group) => this.#openAgain(group));
    gateway.device(aid, device);
  }

  get aid(): string {
    return this.parts.aid;
  }

  /** Whether the program was killed. */
  isDead(): boolean {
    return this.#dead;
  }

  get isOnline(): boolean {
    return this.#isOnline;
  }

  /** Starts the program and goes online. */
  async start(): Promise<this> {
    await this.keys.load();
    this.online();
    return this;
  }

  online(): void {
    const { gateway, aid, device } = this.parts;
    this.#isOnline = true;
    gateway.connect(
      aid,
      device,
      (event) => this.#hear(event),
      () => this.#letters(),
    );
    this.#letters();
    this.#syncMembership();
    this.keys.online();
  }

  offline(): void {
    this.#isOnline = false;
    this.parts.gateway.disconnect(this.aid, this.parts.device);
    this.keys.offline();
  }

  /** Ends the program as a power cut does; its store goes on in another party. */
  kill(): void {
    this.#dead = true;
    this.offline();
  }

  /** Puts a group into the database as the sync does. */
  knows(group: string): void {
    const { gateway, aid } = this.parts;
    const told = gateway.groups.get(group);
    if (told === undefined) return;
    const role = told.members.get(aid)?.role ?? null;
    this.store.records.set(
      group,
      groupRecord({
        group,
        role,
        membership: role === null ? 'removed' : 'member',
        joinMode: told.joinMode,
        committedEpoch: told.committed,
      }),
    );
    const now = [...told.members].map(([name, member]) => {
      const known = this.store.members.get(group)?.get(name);
      const { role: theirs } = member;
      return [
        name,
        {
          aid: name,
          role: theirs,
          kind: 'human',
          joinedAt: null,
          mutedUntil: null,
          muteReason: '',
          hasKeys: known?.hasKeys ?? true,
        },
      ] as const;
    });
    this.store.members.set(group, new Map(now));
  }

  /** Makes a group with its first key. */
  async create(group: string, joinMode: 'open' | 'approval' | 'invite_only'): Promise<void> {
    this.parts.gateway.create(group, this.aid, joinMode);
    this.knows(group);
    await this.keys.created(group);
  }

  add(group: string, aid: string, role: 'admin' | 'member' = 'member'): void {
    const oldEpoch = this.parts.gateway.admit(group, aid, 'member_added', role);
    this.#own(group, 'member_added', aid, oldEpoch);
  }

  kick(group: string, aid: string): void {
    const oldEpoch = this.parts.gateway.remove(group, aid, 'member_removed');
    this.#own(group, 'member_removed', aid, oldEpoch);
  }

  join(group: string, action: 'joined' | 'invite_code_used' = 'joined'): void {
    const oldEpoch = this.parts.gateway.admit(group, this.aid, action);
    this.knows(group);
    this.#own(group, action, this.aid, oldEpoch);
  }

  leave(group: string): void {
    this.parts.gateway.remove(group, this.aid, 'member_left');
    this.knows(group);
    void this.keys.leftGroup(group, false);
  }

  /** Seals and sends a text. @throws AunError as `sendingKey`, gateway errors */
  async send(group: string, text: string, messageId = text): Promise<void> {
    const { gateway, aid, device } = this.parts;
    for (const strict of [false, true]) {
      const key = await this.keys.sendingKey(group, strict);
      const payload = this.#sealed(group, text, messageId, key.epoch, key.secret);
      try {
        await gateway
          .rpcOf(aid, device)
          .call('group.send', { group_id: group, message_id: messageId, payload });
        return;
      } catch (thrown) {
        if (strict || !(thrown instanceof AunError) || !thrown.message.includes('epoch')) throw thrown;
      }
    }
  }

  /** Pulls and opens what is new in a group; what cannot be opened is asked for. */
  receive(group: string): void {
    if (!this.#isOnline || this.#dead) return;
    const told = this.parts.gateway.groups.get(group);
    if (told?.members.has(this.aid) !== true) return;
    const after = this.#cursors.get(group) ?? 0;
    for (const message of this.parts.gateway.pull(group, this.aid, after)) {
      this.#cursors.set(group, message.seq);
      const row = { group_id: group, sender_aid: message.sender, payload: message.payload };
      const { epoch, sender, seq } = message;
      this.#unread.push({ group, row, epoch, sender, seq });
    }
    this.#openAgain(group);
    for (const { group: of, epoch, sender } of this.#unread)
      if (of === group) this.keys.missing(group, epoch, sender);
  }

  /** Continues where a former run of the same device stopped. */
  continueFrom(former: KeyParty): this {
    for (const [group, texts] of former.read) this.read.set(group, texts);
    for (const [group, seq] of former.#cursors) this.#cursors.set(group, seq);
    this.#unread = former.#unread;
    return this;
  }

  unreadCount(group: string): number {
    return this.#unread.filter((each) => each.group === group).length;
  }

  #openAgain(group: string): void {
    if (this.#dead) return;
    this.#unread = this.#unread.filter((each) => {
      if (each.group !== group) return true;
      const text = this.#opened(group, each.row, each.sender);
      if (text === null) return true;
      this.read.set(group, [...(this.read.get(group) ?? []), text]);
      return false;
    });
  }

  #opened(group: string, row: Readonly<Record<string, unknown>>, sender: string): string | null {
    const checked = checkGroupRow(group, row);
    const key = this.parts.people.get(sender)?.publicKey;
    if ('ok' in checked || key === undefined) return null;
    const opened = openGroupEnvelope(checked, key, this.keys.secret(group, checked.epoch));
    return opened.ok ? z.object({ text: z.string() }).parse(JSON.parse(opened.plaintext)).text : null;
  }

  #sealed(group: string, text: string, messageId: string, epoch: number, secret: Uint8Array): JsonObject {
    const { runtime } = this.parts;
    const identity = this.#identity();
    return sealGroupEnvelope(
      { fingerprint: identity.certificate()?.fingerprint ?? '', sign: (data) => identity.sign(data) },
      {
        group,
        from: this.aid,
        messageId,
        timestamp: runtime.clock.now(),
        epoch,
        secret,
        payload: { type: 'text', text },
        nonce: runtime.random.bytes(NONCE_BYTES),
      },
    );
  }

  #identity(): TestIdentity {
    const identity = this.parts.people.get(this.aid);
    if (identity === undefined) throw new RangeError(`nobody is ${this.aid}`);
    return identity;
  }

  #own(group: string, action: SimulatedEvent['action'], changed: string, oldEpoch: number): void {
    if (this.#dead) return;
    this.knows(group);
    this.keys.membershipChanged({ group, action, changed: [changed], oldEpoch, eventSeq: null, own: true });
  }

  #hear({ group, action, changed, oldEpoch, eventSeq }: SimulatedEvent): void {
    if (this.#dead) return;
    this.knows(group);
    const out = changed === this.aid && (action === 'member_left' || action === 'member_removed');
    if (out) void this.keys.leftGroup(group, false);
    else this.keys.membershipChanged({ group, action, changed: [changed], oldEpoch, eventSeq, own: false });
  }

  /** What happened while nobody listened: the list of groups is compared with the database. */
  #syncMembership(): void {
    for (const group of this.parts.gateway.groups.keys()) {
      const known = this.store.records.get(group)?.membership;
      const isIn = this.parts.gateway.groups.get(group)?.members.has(this.aid) === true;
      if (!isIn && known === undefined) continue;
      this.knows(group);
      if (!isIn && known === 'member') void this.keys.leftGroup(group, false);
      if (isIn && known !== 'member')
        this.keys.membershipChanged({
          group,
          action: 'joined',
          changed: [this.aid],
          oldEpoch: null,
          eventSeq: null,
          own: false,
        });
      else if (isIn) this.keys.state(group);
    }
  }

  /** Empties the inbox into the table of control messages, as the inbox does in the transaction of its cursor. */
  #letters(): void {
    if (this.#dead || !this.#isOnline) return;
    const inbox = this.parts.gateway.inboxes.get(`${this.aid} ${this.parts.device}`) ?? [];
    for (const { from, messageId, own, payload, at } of inbox.splice(0)) {
      const letter = letterSchema.parse(payload);
      this.store.addControl({ from, messageId, own, payloadJson: JSON.stringify(letter.inner), at });
    }
    this.keys.handleControls();
  }
}

/** Lends a store to one run: after its end calls are neither carried out nor answered. */
function mortal(lasting: MemoryKeyStore, isDead: () => boolean): MemoryKeyStore {
  const never = new Promise<never>(() => undefined);
  return new Proxy(lasting, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        if (isDead()) return never;
        const answer: unknown = Reflect.apply(member, target, args);
        return answer instanceof Promise
          ? answer.then((value: unknown) => (isDead() ? never : value))
          : answer;
      };
    },
  });
}
