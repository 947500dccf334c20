import type { RpcCaller } from '../../ports/session';
import { rotationSignature } from '../../e2ee/v1/group';
import type { Identity } from '../../ports/identity';
import { AunError } from '../../runtime/errors';
import type { JoinMode } from '../../../shared/model/group';
import { failureOf, isOutside, isPassing } from './failures';
import { LEASE } from './limits';
import { readEpochState, readJoinMode, readRoster, readRotationReply, readServerKey } from './wire';
import type { EpochState, Keyholder, RotationReply } from './wire';

/** A change of key as it is begun. */
export interface RotationPlan {
  readonly rotationId: string;
  readonly base: number;
  readonly reason: 'create_group' | 'membership_changed' | 'manual';
  readonly commitment: string;
  /** In the order of the member list. */
  readonly members: readonly string[];
}

/** The calls about keys (`protocol/02 §11.4`, §12), with answers read at once. `wireId` is the id as the gateway gave it. */
export class KeyGateway {
  constructor(
    private readonly deps: {
      readonly aid: string;
      readonly deviceId: string;
      readonly rpc: RpcCaller;
      readonly identity: Pick<Identity, 'sign'>;
      readonly now: () => number;
    },
  ) {}

  /** @throws AunError gateway errors, `protocol_error` */
  async epoch(wireId: string): Promise<EpochState> {
    const state = readEpochState(await this.deps.rpc.call('group.e2ee.get_epoch', { group_id: wireId }));
    if (state === null) throw new AunError('protocol_error', 'get_epoch: no object');
    return state;
  }

  /** Everybody who is in now. @throws AunError gateway errors, `protocol_error` */
  async members(wireId: string): Promise<readonly Keyholder[]> {
    const roster = readRoster(await this.deps.rpc.call('group.get_members', { group_id: wireId }));
    if (roster === null) throw new AunError('protocol_error', 'get_members: no list');
    return roster;
  }

  /** Who is connected, or null when the gateway does not tell. */
  async online(wireId: string): Promise<ReadonlySet<string> | null> {
    try {
      const roster = readRoster(await this.deps.rpc.call('group.get_online_members', { group_id: wireId }));
      return roster === null ? null : new Set(roster.filter(({ online }) => online).map(({ aid }) => aid));
    } catch (thrown) {
      if (isPassing(failureOf(thrown))) throw thrown;
      return null;
    }
  }

  /** How one gets in, by the first of three ways that tells (`protocol/02 §10.3`); `unknown` when none does. */
  async joinMode(wireId: string): Promise<JoinMode> {
    const ways = [
      ['group.get_join_requirements', { group_id: wireId }],
      ['group.get_settings', { group_id: wireId, keys: ['join.mode'] }],
      ['group.get', { group_id: wireId }],
    ] as const;
    for (const [method, params] of ways) {
      try {
        const mode = readJoinMode(await this.deps.rpc.call(method, params));
        if (mode !== null) return mode;
      } catch (thrown) {
        const error = failureOf(thrown);
        if (isPassing(error) || isOutside(error)) throw thrown;
      }
    }
    return 'unknown';
  }

  /** Claims the next epoch (signed, `protocol/02 §13.2`). @throws AunError gateway errors */
  async begin(wireId: string, plan: RotationPlan): Promise<RotationReply> {
    const { aid, rpc, identity, now } = this.deps;
    const facts = {
      group: wireId,
      baseEpoch: plan.base,
      targetEpoch: plan.base + 1,
      aid,
      timestamp: String(Math.floor(now() / 1000)),
      rotationId: plan.rotationId,
      reason: plan.reason,
      keyCommitment: plan.commitment,
      expectedMembers: plan.members,
      requiredAcks: [aid],
    };
    return readRotationReply(
      await rpc.call('group.e2ee.begin_rotation', {
        group_id: wireId,
        base_epoch: facts.baseEpoch,
        target_epoch: facts.targetEpoch,
        rotation_id: plan.rotationId,
        reason: plan.reason,
        key_commitment: plan.commitment,
        expected_members: plan.members,
        required_acks: facts.requiredAcks,
        lease_ms: LEASE,
        ...rotationSignature(identity, facts),
      }),
    );
  }

  async heartbeat(rotationId: string): Promise<RotationReply> {
    return this.#step('heartbeat_rotation', { rotation_id: rotationId, lease_ms: LEASE });
  }

  async acknowledge(rotationId: string, commitment: string): Promise<RotationReply> {
    const { deviceId } = this.deps;
    return this.#step('ack_rotation_key', {
      rotation_id: rotationId,
      key_commitment: commitment,
      device_id: deviceId,
    });
  }

  async commit(
    rotationId: string,
    sealedKeys: Readonly<Record<string, string>> | null,
  ): Promise<RotationReply> {
    const keys = sealedKeys === null ? {} : { encrypted_keys: sealedKeys };
    return this.#step('commit_rotation', { rotation_id: rotationId, ...keys });
  }

  async abort(
    rotationId: string,
    reason: 'distribution_failed' | 'self_ack_failed' | 'membership_changed_during_rotation' | 'client_abort',
  ): Promise<RotationReply> {
    return this.#step('abort_rotation', { rotation_id: rotationId, reason });
  }

  /** Our key of an epoch as the server holds it; null when it holds none. @throws AunError gateway errors */
  async serverKey(wireId: string, epoch: number): Promise<string | null> {
    const key = readServerKey(
      await this.deps.rpc.call('group.e2ee.get_epoch_key', { group_id: wireId, epoch }),
    );
    return key === null || (key.epoch !== 0 && key.epoch !== epoch) ? null : key.blob;
  }

  async #step(name: string, params: Readonly<Record<string, unknown>>): Promise<RotationReply> {
    return readRotationReply(await this.deps.rpc.call(`group.e2ee.${name}`, params));
  }
}

/** Whether members who lead nothing may change keys, and the server holds them (`protocol/02 §11.5`, §12). */
export function isOpenMode(mode: JoinMode): boolean {
  return mode === 'open' || mode === 'invite_only';
}
