import { dictsOf, isDict, numberOf, textOf } from '../json';
import type { Dict } from '../json';
import type { GroupDeps } from './deps';
import type { Rotations } from './rotation';

/** What a successful call stands for among the events, and whether members may lead what follows. */
const CALLS: Readonly<Record<string, { action: string; membersLead: boolean; onlyJoined: boolean }>> = {
  'group.add_member': { action: 'member_added', membersLead: false, onlyJoined: false },
  'group.kick': { action: 'member_removed', membersLead: false, onlyJoined: false },
  'group.remove_member': { action: 'member_removed', membersLead: false, onlyJoined: false },
  'group.leave': { action: 'member_left', membersLead: false, onlyJoined: false },
  'group.review_join_request': { action: 'join_approved', membersLead: false, onlyJoined: true },
  'group.batch_review_join_request': { action: 'join_approved', membersLead: false, onlyJoined: true },
  'group.use_invite_code': { action: 'invite_code_used', membersLead: true, onlyJoined: true },
  'group.request_join': { action: 'joined', membersLead: true, onlyJoined: true },
};
const [OTHERS_WAIT_MS, JOINER_WAIT_MS, CALL_WAIT_MS] = [3000, 6000, 5000];
const NAMES = ['aid', 'applicant_aid', 'actor_aid', 'member_aid', 'target_aid', 'new_member_aid', 'used_by'];

/** Which changes of a membership lead to a new epoch, and when (protocol/02 §11.1). */
export class RotationTriggers {
  readonly #deps: GroupDeps;
  readonly #rotations: Rotations;

  constructor(deps: GroupDeps, rotations: Rotations) {
    this.#deps = deps;
    this.#rotations = rotations;
  }

  /** After a call that changed a membership; takes at most five seconds of the caller's time. */
  async afterCall(method: string, params: Dict, result: Dict): Promise<void> {
    const rule = CALLS[method];
    if (rule === undefined || 'error' in result) return;
    if (rule.onlyJoined && !showsJoin(result)) return;
    const group = groupOf(params, result);
    const expected = epochIn(result);
    const people = peopleIn(rule.action, { ...params, ...result });
    if (!this.#rotations.firstTime(triggerOf(group, rule.action, people, expected, result))) return;
    const { timing, stopped } = this.#deps;
    const work = this.#rotations.elect(group, expected, rule.membersLead);
    await Promise.race([work, timing.sleep(CALL_WAIT_MS, stopped)]);
  }

  /** After a pushed event; never waits. */
  onEvent(event: Dict): void {
    const group = textOf(event['group_id']);
    const action = textOf(event['action']);
    const expected = epochIn(event);
    const people = peopleIn(action, event);
    const once = (): boolean => this.#rotations.firstTime(triggerOf(group, action, people, expected, event));
    switch (action) {
      case 'member_left':
      case 'member_removed':
        // Without the epoch nobody rotates.
        if (expected !== null && once()) void this.#rotations.elect(group, expected, false);
        return;
      case 'member_added':
      case 'join_approved':
        if (!once()) return;
        if (expected === null) this.#backfill(group, people);
        else void this.#rotations.elect(group, expected, false);
        return;
      case 'joined':
      case 'invite_code_used':
        if (once()) this.#joined(group, people, expected);
        return;
      default:
    }
  }

  #joined(group: string, people: string[], expected: number | null): void {
    const isJoiner = people.includes(this.#deps.ownAid);
    if (!isJoiner) this.#backfill(group, people);
    this.#deps.timing.after(isJoiner ? JOINER_WAIT_MS : OTHERS_WAIT_MS, () => {
      if (!this.#deps.stopped.aborted) void this.#rotations.elect(group, expected, true);
    });
  }

  #backfill(group: string, people: string[]): void {
    this.#rotations.backfill(group, people).catch((error: unknown) => {
      this.#deps.emit('e2ee.orchestration_error', { stage: 'backfill_key', group_id: group, error });
    });
  }
}

function groupOf(params: Dict, result: Dict): string {
  const group = isDict(result['group']) ? result['group'] : {};
  return textOf(group['group_id']) || textOf(result['group_id']) || textOf(params['group_id']);
}

/** The epoch before the change: the first number of three, at the top, then in the group. */
function epochIn(source: Dict): number | null {
  const group = isDict(source['group']) ? source['group'] : {};
  for (const place of [source, group]) {
    for (const name of ['old_epoch', 'current_epoch', 'e2ee_epoch']) {
      if (typeof place[name] === 'number') return numberOf(place[name]);
    }
  }
  return null;
}

function showsJoin(result: Dict): boolean {
  const joined = (source: Dict): boolean =>
    ['approved', 'joined'].includes(textOf(source['status'])) ||
    source['approved'] === true ||
    isDict(source['member']);
  return joined(result) || dictsOf(result['results']).some(joined);
}

/** Everybody a change may be about. For joins the actor counts, too, even when that is who let somebody in. */
function peopleIn(action: string, source: Dict): string[] {
  const nested = [source['member'], source['request'], source['invite_code'], ...dictsOf(source['results'])];
  const removal = action === 'member_left' || action === 'member_removed';
  const names = removal ? ['member_aid', 'removed_aid', 'left_aid', 'aid'] : NAMES;
  const found = [source, ...nested.filter(isDict)].flatMap((place) =>
    names.map((name) => textOf(place[name])).filter((aid) => aid !== ''),
  );
  return [...new Set(found)].sort();
}

function triggerOf(
  group: string,
  action: string,
  people: string[],
  expected: number | null,
  source: Dict,
): string {
  if (expected !== null) return `${group}:${action}:aid:${people.join(',')}:epoch:${String(expected)}`;
  const seq = numberOf(source['event_seq']);
  if (seq > 0) return `${group}:${action}:event:${String(seq)}`;
  return `${group}:${action}:aid:${people[0] ?? '-'}`;
}
