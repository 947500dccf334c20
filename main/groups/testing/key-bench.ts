import type { Certificate } from '../../ports/identity';
import type { GroupKeyRecord } from '../../ports/group-store';
import { epochChain, membershipCommitment, signManifest, sortedAids } from '../../e2ee/v1/group';
import type { KeyDistribution } from '../../e2ee/v1/group';
import { openFromServer, sealForServer } from '../../e2ee/v1/group';
import { AgreementKey, NONCE_BYTES, pointOfKey } from '../../e2ee/v1/primitives';
import type { TestIdentity } from '../../e2ee/testing/parties';
import { AunError } from '../../runtime/errors';
import { silentLogger } from '../../runtime/logger';
import { systemRandom } from '../../runtime/runtime';
import { FakeTime } from '../../runtime/testing/fake-time';
import type { KeysContext } from '../keys/context';
import { KeyGateway } from '../keys/gateway';
import { KeyBook } from '../keys/key-book';
import { Keyless } from '../keys/keyless';
import { Ledger } from '../keys/ledger';
import type { GroupKeysDeps } from '../keys/types';
import { groupRecord, MemoryKeyStore } from './memory-key-store';

type Params = Readonly<Record<string, unknown>>;

/** One part of the key service, with a gateway that answers what a test says and letters that are only written down. */
export class KeyBench {
  readonly time = new FakeTime();
  readonly store = new MemoryKeyStore();
  readonly book = new KeyBook(this.store);
  readonly calls: { readonly method: string; readonly params: Params }[] = [];
  readonly letters: { readonly to: string; readonly payload: Params }[] = [];
  readonly forgotten: string[] = [];
  readonly certificates = new Map<string, Certificate>();
  /** Answers by method; an Error is thrown. */
  readonly answers = new Map<string, unknown>();
  /** Why somebody cannot be written to. */
  readonly unreachable = new Map<string, Error>();
  online = true;
  readonly context: KeysContext;

  constructor(
    readonly own: TestIdentity,
    readonly group: string,
  ) {
    const { time, store, book } = this;
    store.records.set(group, groupRecord({ group }));
    const ownKey = AgreementKey.fromPrivateKey(own.privateKey);
    const certificate = async (aid: string): Promise<Certificate> => {
      const found = this.certificates.get(aid);
      if (found === undefined) throw new AunError('not_found', aid);
      return found;
    };
    const deps: GroupKeysDeps = {
      aid: own.aid,
      deviceId: 'one',
      store,
      inTurn: (_group, step) => step(),
      rpc: { call: (method, params) => this.#call(method, params) },
      e2ee: {
        seal: async ({ to, payload }) => {
          const reason = this.unreachable.get(to);
          if (reason !== undefined) throw reason;
          this.letters.push({ to, payload });
          return { params: { payload: {} }, forwardSecret: true, protection: 'e2ee-v1', copies: 1 };
        },
        groupPeers: {
          certificate,
          certificateNamed: certificate,
          sealForServer: (secret, { publicKey }) =>
            sealForServer(
              secret,
              pointOfKey(publicKey),
              AgreementKey.generate((length) => systemRandom.bytes(length)),
              systemRandom.bytes(NONCE_BYTES),
            ),
          openFromServer: (blob) => openFromServer(blob, [ownKey]),
          forgetDevices: (aid) => this.forgotten.push(aid),
        },
      },
      identity: own,
      runtime: { clock: time, scheduler: time, random: systemRandom, logger: silentLogger },
      isOnline: () => this.online,
      now: () => time.now(),
    };
    const gateway = new KeyGateway(deps);
    this.context = {
      deps,
      book,
      gateway,
      ledger: new Ledger({ aid: own.aid, store, book, gateway, monotonic: () => time.monotonic() }),
      keyless: new Keyless(deps),
      alive: () => true,
      touched: () => undefined,
    };
    this.answers.set('message.send', { status: 'sent' });
    this.answers.set('group.e2ee.ack_rotation_key', { success: true });
    this.answers.set('group.get_join_requirements', { join_requirements: { mode: 'approval' } });
    this.epoch({ committed: 0 });
  }

  /** Somebody whose certificate can be had. */
  knows(identity: TestIdentity): void {
    const certificate = identity.certificate();
    if (certificate !== null) this.certificates.set(identity.aid, certificate);
  }

  /** What `get_epoch` answers from now on. */
  epoch(state: {
    committed: number;
    pending?: Params | null;
    rotation?: Params | null;
    more?: Params;
  }): void {
    this.answers.set('group.e2ee.get_epoch', {
      group_id: this.group,
      epoch: state.committed,
      committed_epoch: state.committed,
      pending_rotation: state.pending ?? null,
      committed_rotation: state.rotation ?? null,
      ...state.more,
    });
  }

  /** Who is in from now on. */
  members(members: readonly (string | Params)[]): void {
    const list = members.map((member) =>
      typeof member === 'string' ? { aid: member, role: 'member', status: 'active', online: true } : member,
    );
    this.answers.set('group.get_members', { members: list });
    this.answers.set('group.get_online_members', { members: list });
  }

  count(method: string): number {
    return this.calls.filter((call) => call.method === method).length;
  }

  async #call(method: string, params: Params): Promise<unknown> {
    this.calls.push({ method, params });
    const answer = this.answers.get(method);
    if (answer instanceof Error) throw answer;
    if (typeof answer === 'function') return Reflect.apply(answer, undefined, [params]);
    return answer;
  }
}

/** A key with everything that goes with it. */
export function keyRecord(
  group: string,
  epoch: number,
  members: readonly string[],
  patch: Partial<GroupKeyRecord> = {},
): GroupKeyRecord {
  const secret = patch.secret ?? systemRandom.bytes(32);
  const commitment = membershipCommitment(members, epoch, group, secret);
  return {
    epoch,
    secret,
    commitment,
    members: sortedAids(members),
    chain: null,
    chainDoubt: 'missing_epoch_chain',
    pendingRotation: null,
    origin: 'distributed',
    updatedAt: 0,
    ...patch,
  };
}

/** A distribution as somebody makes it in a rotation. */
export function distributionBy(
  sender: TestIdentity,
  facts: {
    readonly group: string;
    readonly epoch: number;
    readonly members: readonly string[];
    readonly secret: Uint8Array;
    readonly rotationId: string | null;
    readonly previousChain?: string | null;
  },
): KeyDistribution {
  const { group, epoch, members, secret, rotationId } = facts;
  const commitment = membershipCommitment(members, epoch, group, secret);
  return {
    type: 'e2ee.group_key_distribution',
    group_id: group,
    epoch,
    group_secret: Buffer.from(secret).toString('base64'),
    commitment,
    member_aids: sortedAids(members),
    distributed_by: sender.aid,
    distributed_at: 1_767_225_600_000,
    manifest: signManifest(sender, {
      manifest_version: 1,
      group_id: group,
      epoch,
      prev_epoch: rotationId === null ? epoch : epoch - 1,
      member_aids: [...members],
      added: [],
      removed: [],
      initiator_aid: sender.aid,
      issued_at: 1_767_225_600_000,
    }),
    epoch_chain: epochChain(facts.previousChain ?? null, epoch, commitment, sender.aid),
    ...(rotationId === null ? {} : { rotation_id: rotationId }),
  };
}

/** A rotation as the gateway tells it. */
export function rotationTold(
  facts: {
    readonly id: string;
    readonly target: number;
    readonly commitment: string;
    readonly expected: readonly string[];
    readonly owner: string;
  },
  more: Params = {},
): Params {
  return {
    rotation_id: facts.id,
    base_epoch: facts.target - 1,
    target_epoch: facts.target,
    status: 'distributing',
    key_commitment: facts.commitment,
    expected_members: facts.expected,
    lease_owner: facts.owner,
    lease_expires_at: 1_767_225_600_000 + 120_000,
    expired: false,
    ...more,
  };
}
