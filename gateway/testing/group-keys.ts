import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { JsonObject } from '../../shared/aun/canonical-json';
import { sha256Hex } from '../ca/keys';
import { rotationText } from '../group-keys/texts';
import { jsonObject } from '../wire/frames';
import type { TestClient } from './network';
import { TestNetwork } from './network';
import { field } from './socket';

/** What a test may change in a rotation it begins. */
export interface RotationChoice {
  readonly base?: number;
  readonly target?: number;
  readonly members: readonly string[];
  readonly acks?: readonly string[];
  readonly id?: string;
  readonly leaseMs?: number;
  readonly commitment?: string;
  /** Replaces or adds params after the rotation has been signed. */
  readonly after?: JsonObject;
  /** Signing time in ms. */
  readonly at?: number;
}

/** Somebody in groups: calls signed, rotations driven by hand. */
export class GroupPerson {
  readonly client: TestClient;
  readonly #network: TestNetwork;

  constructor(network: TestNetwork, client: TestClient) {
    this.#network = network;
    this.client = client;
  }

  /** Registers, connects and publishes a prekey, without which nobody is let into a group. */
  static async join(network: TestNetwork, name: string): Promise<GroupPerson> {
    const client = await network.join(name);
    await client.call(
      'message.e2ee.put_prekey',
      client.identity.prekey('device-1', network.gateway.clock.now()),
    );
    return new GroupPerson(network, client);
  }

  get aid(): string {
    return this.client.identity.aid;
  }

  /** A signed call. */
  call(method: string, params: JsonObject): Promise<JsonObject> {
    const now = this.#network.gateway.clock.now();
    return this.client.call(method, this.client.identity.signed(method, params, now));
  }

  /** Creates a group and gives back its id. */
  async create(name: string, more: JsonObject = {}): Promise<string> {
    const reply = await this.call('group.create', { name, ...more });
    return field(jsonObject.parse(reply['group']), 'group_id');
  }

  /** `begin_rotation` from the committed epoch, properly signed unless told otherwise. */
  async begin(group: string, choice: RotationChoice): Promise<JsonObject> {
    const base = choice.base ?? (await this.epoch(group));
    const timestamp = String(Math.floor((choice.at ?? this.#network.gateway.clock.now()) / 1000));
    const rotationId = choice.id ?? `rot-${randomBytes(16).toString('hex')}`;
    const commitment = choice.commitment ?? sha256Hex(rotationId);
    const claim = {
      groupId: group,
      baseEpoch: base,
      targetEpoch: choice.target ?? base + 1,
      aid: this.aid,
      timestamp,
      rotationId,
      reason: 'membership_changed',
      keyCommitment: commitment,
      manifestHash: '',
      epochChain: '',
      expectedMembers: choice.members,
      requiredAcks: choice.acks ?? [this.aid],
    };
    return this.call('group.e2ee.begin_rotation', {
      group_id: group,
      base_epoch: claim.baseEpoch,
      target_epoch: claim.targetEpoch,
      rotation_id: rotationId,
      reason: claim.reason,
      key_commitment: commitment,
      expected_members: claim.expectedMembers,
      required_acks: claim.requiredAcks,
      lease_ms: choice.leaseMs ?? 120_000,
      rotation_signature: this.client.identity.sign(rotationText(claim)),
      rotation_timestamp: timestamp,
      rotation_sig_version: 'v2',
      ...choice.after,
    });
  }

  ack(rotation: JsonObject): Promise<JsonObject> {
    return this.client.call('group.e2ee.ack_rotation_key', {
      rotation_id: field(rotation, 'rotation_id'),
      key_commitment: field(rotation, 'key_commitment'),
      device_id: 'device-1',
    });
  }

  commit(rotation: JsonObject, more: JsonObject = {}): Promise<JsonObject> {
    return this.call('group.e2ee.commit_rotation', { rotation_id: field(rotation, 'rotation_id'), ...more });
  }

  /** A whole rotation; the result of the commit. */
  async rotate(group: string, members: readonly string[], keys: JsonObject = {}): Promise<JsonObject> {
    const rotation = rotationOf(await this.begin(group, { members }));
    await this.ack(rotation);
    return this.commit(rotation, { encrypted_keys: keys });
  }

  async epoch(group: string): Promise<number> {
    return z.number().parse((await this.client.call('group.e2ee.get_epoch', { group_id: group }))['epoch']);
  }

  /** A message with the outside of an envelope; nobody could open it. */
  say(group: string, epoch: number, more: JsonObject = {}): Promise<JsonObject> {
    return this.call('group.send', {
      group_id: group,
      type: 'e2ee.group_encrypted',
      encrypted: true,
      message_id: `gm-${randomBytes(8).toString('hex')}`,
      payload: { ...groupEnvelope(group, this.aid, epoch), ...more },
    });
  }
}

/** A network with two people who can be in groups; whoever asks disposes of the network. */
export async function beginGroupPair(): Promise<{
  readonly network: TestNetwork;
  readonly alice: GroupPerson;
  readonly bobby: GroupPerson;
}> {
  const network = await TestNetwork.start();
  const alice = await GroupPerson.join(network, 'alice');
  return { network, alice, bobby: await GroupPerson.join(network, 'bobby') };
}

/** The outside of a group envelope. */
export function groupEnvelope(group: string, from: string, epoch: number): JsonObject {
  return {
    type: 'e2ee.group_encrypted',
    version: '1',
    encryption_mode: 'epoch_group_key',
    suite: 'P256_HKDF_SHA256_AES_256_GCM',
    epoch,
    nonce: 'AAAA',
    ciphertext: 'AAAA',
    tag: 'AAAA',
    sender_signature: 'AAAA',
    sender_cert_fingerprint: 'sha256:00',
    aad: { group_id: group, from, message_id: 'gm-1', timestamp: 1, epoch },
  };
}

/** The rotation in an answer. */
export function rotationOf(answer: JsonObject): JsonObject {
  return jsonObject.parse(answer['rotation']);
}

/** 125 bytes that look like a key sealed to somebody. */
export function sealedKey(fill: number): string {
  return Buffer.alloc(125, fill).toString('base64');
}
