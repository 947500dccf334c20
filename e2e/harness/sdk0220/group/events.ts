import { X509Certificate } from 'node:crypto';
import { dictsOf, isDict, numberOf, textOf } from '../json';
import type { Dict } from '../json';
import { certificateFingerprint, verifyText } from '../primitives';
import { SeqTracker } from '../seq-tracker';
import { readSnapshots, stateHashOf } from './crypto';
import type { GroupDeps } from './deps';

const GAP_PAGE = 50;

/** The event log of groups, and the states on record (protocol/05 §7, §8.3; protocol/02 §14). */
export class GroupEvents {
  readonly #deps: GroupDeps;
  readonly #trackers = new Map<string, SeqTracker>();
  readonly #states = new Map<string, Dict>();
  readonly #onMembership: (event: Dict) => void;

  constructor(deps: GroupDeps, onMembership: (event: Dict) => void) {
    this.#deps = deps;
    this.#onMembership = onMembership;
  }

  /** The state of a group as this client has it on record. */
  state(group: string): Dict | null {
    return this.#states.get(group) ?? null;
  }

  contiguous(group: string): number {
    return this.#trackers.get(group)?.contiguous ?? 0;
  }

  /** One `event/group.changed`: shown at once, whatever is missing before it. */
  async onPush(event: Dict): Promise<void> {
    const group = textOf(event['group_id']);
    this.#deps.emit('group.changed', await this.#checked(event));
    const seq = numberOf(event['event_seq']);
    const tracker = this.#tracker(group);
    const hole = seq > 0 && tracker.onMessageSeq(seq);
    if (seq > 0 && tracker.contiguous > 0) this.#acknowledge(group);
    if (hole) void this.#fillGap(group);
    this.#onMembership(event);
  }

  /** `group.pull_events` of the application. */
  async pull(params: Dict): Promise<Dict> {
    const group = textOf(params['group_id']);
    const reply = await this.#deps.call('group.pull_events', params);
    const rows = dictsOf(reply['events']);
    const events: Dict[] = [];
    for (const row of rows) events.push(await this.#checked(row));
    const tracker = this.#tracker(group);
    tracker.onPullResult(rows.map((row) => numberOf(row['event_seq'])));
    tracker.force(isDict(reply['cursor']) ? numberOf(reply['cursor']['current_seq']) : 0);
    if (tracker.contiguous > 0 && rows.length > 0) this.#acknowledge(group);
    return { ...reply, events };
  }

  /** What a hole hid is shown, marked, and starts nothing. */
  async #fillGap(group: string): Promise<void> {
    const params = { group_id: group, after_event_seq: this.contiguous(group), limit: GAP_PAGE };
    const reply = await this.pull(params).catch(() => null);
    for (const event of dictsOf(reply?.['events'])) {
      if (event['event_type'] === 'group.message_created') continue;
      this.#deps.emit('group.changed', { ...event, _from_gap_fill: true });
    }
  }

  /** One `event/group.state_committed`; what does not fit is ignored without a word. */
  async onState(event: Dict): Promise<void> {
    const group = textOf(event['group_id']);
    if (isDict(event['client_signature']) && (await this.#verified(event)) !== true) return;
    const local = this.#states.get(group);
    if (local !== undefined && local['state_hash'] !== event['prev_state_hash']) {
      const reply = await this.#deps.call('group.get_state', { group_id: group }).catch(() => null);
      if (reply === null || !hashFits(reply)) return;
      this.#states.set(group, reply);
    } else {
      if (!hashFits(event)) return;
      this.#states.set(group, event);
    }
    this.#deps.emit('group.state_committed', event);
  }

  forget(group: string): void {
    this.#trackers.delete(group);
    this.#states.delete(group);
  }

  /** The event with `_verified` when it carries a signature. */
  async #checked(event: Dict): Promise<Dict> {
    const verdict = await this.#verified(event);
    return verdict === null ? event : { ...event, _verified: verdict };
  }

  /** Verdict on the signature of the request behind an event; null when there is none (protocol/05 §7.7). */
  async #verified(event: Dict): Promise<boolean | null> {
    const signature = event['client_signature'];
    if (!isDict(signature)) return null;
    const method = textOf(signature['_method']);
    const aid = textOf(signature['aid']);
    const fingerprint = textOf(signature['cert_fingerprint']).trim().toLowerCase();
    if (method === '' || aid === '') return false;
    const { identity, ownAid, peers } = this.#deps;
    const certificate =
      aid === ownAid ? identity().certificate : await peers.certificate(aid, fingerprint).catch(() => null);
    if (!(certificate instanceof X509Certificate)) return false;
    if (fingerprint !== '' && certificateFingerprint(certificate) !== fingerprint) return false;
    const text = [method, aid, textOf(signature['timestamp']), textOf(signature['params_hash'])].join('|');
    return verifyText(certificate.publicKey, text, textOf(signature['signature']));
  }

  #acknowledge(group: string): void {
    const params = { group_id: group, event_seq: this.contiguous(group) };
    this.#deps.saveCursor(`group_event:${group}`, params.event_seq);
    this.#deps.call('group.ack_events', params).catch((error: unknown) => {
      this.#deps.emit('ack.failed', { error });
    });
  }

  #tracker(group: string): SeqTracker {
    const known = this.#trackers.get(group);
    if (known !== undefined) return known;
    const fresh = new SeqTracker(() => this.#deps.timing.now());
    fresh.restore(this.#deps.loadCursor(`group_event:${group}`));
    this.#trackers.set(group, fresh);
    return fresh;
  }
}

function hashFits(state: Dict): boolean {
  const snapshots = readSnapshots(state);
  if (snapshots === null) return false;
  const hash = stateHashOf({
    groupId: textOf(state['group_id']),
    version: numberOf(state['state_version']),
    keyEpoch: numberOf(state['key_epoch']),
    previous: textOf(state['prev_state_hash']),
    ...snapshots,
  });
  return hash === state['state_hash'];
}
