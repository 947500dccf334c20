import { z } from 'zod';
import { signatureOf } from '../groups/signed';
import { namedGroup } from '../groups/calls';
import type { SessionCall } from '../rpc/method';
import { parseParams, withoutNulls } from '../rpc/method';
import { jsonObject } from '../wire/frames';
import type { StateRow } from './state-store';
import { GroupStateStore } from './state-store';
import { stateHash } from './texts';

const MAX_SNAPSHOT = 256 * 1024;
const version = z.number().int().positive().max(Number.MAX_SAFE_INTEGER);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const commitSchema = z.object({
  state_version: version,
  state_hash: hash,
  prev_state_hash: z.union([z.literal(''), hash]).default(''),
  key_epoch: z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER),
  membership_snapshot: z.string().max(MAX_SNAPSHOT),
  policy_snapshot: z.string().max(MAX_SNAPSHOT).default('{}'),
});
const membersSchema = z.array(z.object({ aid: z.string(), role: z.string() }));

function render(state: StateRow): Record<string, unknown> {
  return {
    state_version: state.version,
    state_hash: state.hash,
    prev_state_hash: state.previous,
    key_epoch: state.keyEpoch,
    membership_snapshot: state.membership,
    policy_snapshot: state.policy,
  };
}

/** `group.get_state`: zeros and empty texts before the first commit (`protocol/05 §9.2`). */
export function getState(call: SessionCall): unknown {
  const { gateway, session } = call;
  const { groups, store } = gateway;
  const group = groups.find(namedGroup(call), session);
  groups.requireAlive(group);
  groups.requireMember(group, session.aid);
  return { ...groups.idsFor(group, session), ...render(new GroupStateStore(store.database).get(group.id)) };
}

/** The hash of the two texts, or null when they are no members and no policy. */
function hashOf(input: z.infer<typeof commitSchema>, groupId: string): string | null {
  try {
    const members = membersSchema.parse(JSON.parse(input.membership_snapshot));
    const policy = jsonObject.parse(JSON.parse(input.policy_snapshot === '' ? '{}' : input.policy_snapshot));
    return stateHash({
      groupId,
      version: input.state_version,
      keyEpoch: input.key_epoch,
      members,
      policy,
      previous: input.prev_state_hash,
    });
  } catch {
    return null;
  }
}

/**
 * `group.commit_state` (`protocol/02 §14`): the next version on top of the stored one, by a leader, with a hash that
 * recomputes. What does not fit is answered with `success: false` and the state there is.
 */
export function commitState(call: SessionCall): unknown {
  const { gateway, session } = call;
  const { groups, store, clock } = gateway;
  const input = parseParams(commitSchema, withoutNulls(call.params));
  const group = groups.find(namedGroup(call), session);
  groups.requireAlive(group);
  groups.requireRole(group, session.aid, 'admin');
  const ids = groups.idsFor(group, session);
  const states = new GroupStateStore(store.database);
  const stored = states.get(group.id);
  const no = (reason: string): unknown => ({
    success: false,
    reason,
    ...ids,
    state_version: stored.version,
    state_hash: stored.hash,
  });
  if (input.state_version !== stored.version + 1 || input.prev_state_hash !== stored.hash) {
    return no('state_conflict');
  }
  // The hash names the group in Form A for V1, as everything sealed does.
  if (hashOf(input, groups.idFor(group, { generation: 'v1' })) !== input.state_hash)
    return no('state_hash_mismatch');
  const state: StateRow = {
    version: input.state_version,
    hash: input.state_hash,
    previous: input.prev_state_hash,
    keyEpoch: input.key_epoch,
    membership: input.membership_snapshot,
    policy: input.policy_snapshot,
  };
  groups.transaction(() => {
    states.put(group.id, state, clock.now());
    const signature = signatureOf(call);
    groups.notify(
      group,
      groups.members(group).map((member) => member.aid),
      'group.state_committed',
      {
        module_id: 'group',
        ...render(state),
        actor_aid: session.aid,
        created_at: clock.now(),
        ...(signature === null ? {} : { client_signature: signature }),
      },
    );
  });
  return { success: true, ...ids, state_version: state.version, state_hash: state.hash };
}
