import { randomUUID } from 'node:crypto';
import { SdkError, messageOf } from '../errors';
import { dictsOf, isDict, numberOf, textOf } from '../json';
import type { Dict } from '../json';
import { certificateFingerprint } from '../primitives';
import { sameMembers } from './crypto';
import type { EpochView, GroupDeps } from './deps';
import { epochOfGroup, membersIn, waitFor } from './deps';
import { GROUP_ENVELOPE, isGroupCiphertext, openGroup, sealGroup } from './envelope';
import type { GroupOpenContext } from './envelope';
import type { EpochKey } from './key-book';
import type { Recovery } from './recovery';
import type { Rotations } from './rotation';

const FORBIDDEN = ['persist', 'delivery_mode', 'queue_routing', 'affinity_ttl_ms'];
/** Words in a refusal after which the message is sealed once more with a newer key (protocol/02 §9). */
const STALE_WORDS = [
  'e2ee epoch too old',
  'epoch below sender membership floor',
  'e2ee epoch rotation pending',
  'e2ee epoch not committed',
  'e2ee epoch changed during send',
];

export interface GroupOutboxParts {
  deps: GroupDeps;
  rotations: Rotations;
  recovery: Recovery;
  openContext: () => GroupOpenContext;
  /** The first sealed message of a session marks what is in the group as received. */
  touch: (group: string) => Promise<void>;
}

/** Sending into groups, and thoughts (protocol/02 §9). */
export class GroupOutbox {
  readonly #parts: GroupOutboxParts;

  constructor(parts: GroupOutboxParts) {
    this.#parts = parts;
  }

  /** `group.send`; sealed unless `encrypt` is false. */
  async send(params: Dict): Promise<Dict> {
    const { deps } = this.#parts;
    for (const key of FORBIDDEN) {
      if (key in params) throw new SdkError('ValidationError', `group.send does not accept ${key}`);
    }
    const { encrypt, ...rest } = params;
    if (encrypt === false) return deps.call('group.send', rest);
    const { payload } = params;
    if (!isDict(payload)) throw new SdkError('ValidationError', 'payload must be an object');
    const messageId = textOf(params['message_id']) || `gm-${randomUUID()}`;
    const timestamp = numberOf(params['timestamp'], deps.timing.now());
    return this.#withRetry(textOf(params['group_id']), async (group, key) => {
      const envelope = this.#seal(group, key, messageId, timestamp, payload, params, null);
      return deps.call('group.send', {
        group_id: group,
        payload: envelope,
        type: GROUP_ENVELOPE,
        encrypted: true,
        message_id: messageId,
        timestamp,
      });
    });
  }

  /** `group.thought.put`, prepared like a message. */
  async thoughtPut(params: Dict, context: Dict): Promise<Dict> {
    const { deps } = this.#parts;
    const thoughtId = textOf(params['thought_id']) || `gt-${randomUUID()}`;
    const timestamp = numberOf(params['timestamp'], deps.timing.now());
    const payload = isDict(params['payload']) ? params['payload'] : {};
    const group = textOf(params['group_id']);
    const plain = { group_id: group, thought_id: thoughtId, timestamp, context };
    // 0.2.20 lets a thought through in the clear although its manual says otherwise.
    if (params['encrypt'] === false) return deps.call('group.thought.put', { ...plain, payload });
    return this.#withRetry(group, async (_group, key) =>
      deps.call('group.thought.put', {
        ...plain,
        type: GROUP_ENVELOPE,
        encrypted: true,
        payload: this.#seal(group, key, thoughtId, timestamp, payload, params, context),
      }),
    );
  }

  /** Opens the items of a `group.thought.get` reply; what cannot be opened is marked `decrypt_failed`. */
  async openThoughts(reply: Dict): Promise<Dict> {
    const { deps, openContext } = this.#parts;
    const sender = textOf(reply['sender_aid']);
    if (sender !== deps.ownAid) await deps.peers.ensureSender(sender, '');
    const thoughts = dictsOf(reply['thoughts']).map((item) => {
      if (!isGroupCiphertext(item)) return item;
      const row = { ...item, group_id: reply['group_id'], sender_aid: sender };
      const opened = openGroup(row, openContext());
      return opened.kind === 'opened'
        ? { ...item, payload: opened.payload, encrypted: true, e2ee: opened.e2ee }
        : { ...item, decrypt_failed: true };
    });
    return { ...reply, thoughts };
  }

  async #withRetry(group: string, work: (group: string, key: EpochKey) => Promise<Dict>): Promise<Dict> {
    await this.#parts.touch(group);
    const first = await this.#prepare(group, 0);
    try {
      return await work(group, first);
    } catch (error) {
      const text = messageOf(error).toLowerCase();
      if (!STALE_WORDS.some((words) => text.includes(words))) throw error;
      return work(group, await this.#prepare(group, first.epoch));
    }
  }

  /** Steps 2 to 5 of protocol/02 §9. A `newerThan` above 0 is the strict mode of the one repetition. */
  async #prepare(group: string, newerThan: number): Promise<EpochKey> {
    const { deps, rotations, recovery } = this.#parts;
    const { book } = deps;
    let view = await epochOfGroup(deps, group);
    if (view.pending !== null) rotations.retryAfter(group, view.pending);
    const local = (): number => book.current(group)?.epoch ?? 0;
    if (view.epoch === 0 && local() === 1) {
      await rotations.syncCreation(group);
      view = await epochOfGroup(deps, group);
      if (view.epoch === 0) throw new SdkError('StateError', `group ${group} creation is not synchronised`);
    }
    if (newerThan > 0) {
      const moved = await waitFor(deps, async () => {
        view = await epochOfGroup(deps, group);
        return view.epoch > newerThan;
      });
      if (!moved) {
        throw new SdkError('StateError', `group ${group} epoch rotation has not completed`);
      }
    }
    if (view.epoch > local()) {
      void recovery.recover(group, view.epoch, '');
      const arrived = await waitFor(deps, () => local() >= view.epoch);
      if (!arrived) {
        throw new SdkError(
          'StateError',
          `group ${group} local epoch ${String(local() || null)} is behind server epoch ${String(view.epoch)}; ` +
            'key recovery has not completed',
        );
      }
    }
    await epochOfGroup(deps, group);
    await membersIn(deps, group);
    view = await this.#freshMembership(group, await epochOfGroup(deps, group));
    return this.#committedKey(group, view);
  }

  /** The committed members must be the members there are, or a rotation is tried at once. */
  async #freshMembership(group: string, view: EpochView): Promise<EpochView> {
    const { deps, rotations } = this.#parts;
    if (view.epoch === 0 || view.expectedMembers.length === 0) return view;
    const actual = async (): Promise<string[]> => (await membersIn(deps, group)).map((each) => each.aid);
    if (sameMembers(view.expectedMembers, await actual())) return view;
    await rotations.elect(group, view.epoch, false);
    const again = await epochOfGroup(deps, group);
    if (sameMembers(again.expectedMembers, await actual())) return again;
    throw new SdkError(
      'StateError',
      `group ${group} committed membership is stale at epoch ${String(again.epoch)}; ` +
        'key rotation repair has not completed',
    );
  }

  /** The local key of the committed epoch, once it is the one that was committed. */
  async #committedKey(group: string, view: EpochView): Promise<EpochKey> {
    const { deps, recovery } = this.#parts;
    const { committed, epoch } = view;
    const fitting = (): EpochKey | null => {
      const key = deps.book.record(group, epoch);
      if (key === null) return null;
      const commitment = textOf(committed?.['key_commitment']);
      if (commitment !== '' && commitment !== key.commitment) return null;
      if (key.pendingRotationId === '') return key;
      return key.pendingRotationId === committed?.['rotation_id'] ? key : null;
    };
    let key = fitting();
    if (key === null) {
      await recovery.recover(group, epoch, '');
      key = fitting();
    }
    if (key === null) {
      throw new SdkError('StateError', `group ${group}: refuse to send with uncommitted group key`);
    }
    if (key.pendingRotationId !== '') deps.book.settle(group, epoch, key.pendingRotationId);
    return key;
  }

  #seal(
    group: string,
    key: EpochKey,
    messageId: string,
    timestamp: number,
    payload: Dict,
    params: Dict,
    context: Dict | null,
  ): Dict {
    const { deps } = this.#parts;
    const identity = deps.identity();
    return sealGroup({
      senderKey: identity.key,
      senderFingerprint: certificateFingerprint(identity.certificate),
      groupId: group,
      epoch: key.epoch,
      secret: Buffer.from(key.secret, 'base64'),
      from: deps.ownAid,
      messageId,
      timestamp,
      payload,
      headers: params['protected_headers'] ?? params['headers'],
      context,
    }).envelope;
  }
}
