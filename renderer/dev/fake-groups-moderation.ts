import { MUTED_FOREVER } from '../../shared/model/conversation';
import type { GroupLogEntry } from '../../shared/model/group';
import { start } from './fake-data';
import { fail, pause, scene, type Handlers } from './fake-engine';
import { addMember, change, changeMember, check, log } from './fake-groups-change';
import { day, invite, member, minute, stateOf } from './fake-groups-data';

type Names =
  | 'group.kick'
  | 'group.mute'
  | 'group.unmute'
  | 'group.setRole'
  | 'group.transfer'
  | 'group.requests'
  | 'group.review'
  | 'group.invites'
  | 'group.createInvite'
  | 'group.revokeInvite'
  | 'group.bans'
  | 'group.log'
  | 'group.exportLog'
  | 'group.keys'
  | 'group.repairKeys'
  | 'group.calmLoop'
  | 'group.devices'
  | 'group.forgetDevice';

function page<Row>(rows: readonly Row[], offset: number, limit: number): Row[] {
  return rows.slice(offset, offset + limit);
}

/** How many rows a list is said to have; the scene `long-lists` plays lists of which only the beginning is drawn. */
function counted(rows: readonly unknown[]): number {
  return scene.has('long-lists') ? rows.length + 400 : rows.length;
}

function describes(row: GroupLogEntry, needle: string): boolean {
  const words = [row.actor, row.target, row.action, ...Object.values(row.values)].join(' ');
  return words.toLowerCase().includes(needle);
}

const same = <Fact>(fact: Fact): Fact => fact;
const forgotten = new Set<string>();

/** Moderation, invites, requests, keys and devices. Development only. */
export const fakeGroupModeration: Handlers<Names> = {
  'group.kick': async ({ account, group, aid, ban, reason }) => {
    const state = check(account, group, 'kick', aid);
    await pause(200);
    if (ban) {
      const title = state.members.find((one) => one.aid === aid)?.title ?? aid;
      state.bans.push({ aid, title, by: account, reason, at: Date.now(), until: null, member: false });
      log(account, group, 'member_banned', aid, reason === '' ? {} : { reason });
    }
    changeMember(account, group, aid, null);
    log(account, group, 'member_removed', aid);
    return change(account, group, (facts) => ({
      ...facts,
      keys: {
        ...facts.keys,
        epoch: facts.keys.epoch + 1,
        withoutKeys: facts.keys.withoutKeys.filter((one) => one !== aid),
      },
    }));
  },
  'group.mute': async ({ account, group, aid, seconds, reason }) => {
    const state = check(account, group, 'mute', aid);
    await pause(200);
    const until = seconds === 0 ? MUTED_FOREVER : Date.now() + seconds * 1000;
    const known = state.members.find((one) => one.aid === aid);
    state.bans = state.bans.filter((one) => one.aid !== aid);
    state.bans.push({
      aid,
      title: known?.title ?? aid,
      by: account,
      reason,
      at: Date.now(),
      until: seconds === 0 ? null : until,
      member: known !== undefined,
    });
    changeMember(account, group, aid, (one) => ({ ...one, mutedUntil: until, muteReason: reason }));
    log(account, group, 'member_banned', aid, {
      ...(seconds === 0 ? {} : { until: String(until) }),
      ...(reason === '' ? {} : { reason }),
    });
    return change(account, group, same);
  },
  'group.unmute': ({ account, group, aid }) => {
    const state = check(account, group, 'mute', aid);
    state.bans = state.bans.filter((one) => one.aid !== aid);
    changeMember(account, group, aid, (one) => ({ ...one, mutedUntil: null, muteReason: '' }));
    log(account, group, 'member_unbanned', aid);
    return change(account, group, same);
  },
  'group.setRole': ({ account, group, aid, role }) => {
    const state = check(account, group, 'set_role', aid);
    const old = state.members.find((one) => one.aid === aid)?.role ?? 'member';
    changeMember(account, group, aid, (one) => ({ ...one, role }));
    log(account, group, 'role_changed', aid, { role, old_role: old });
    return change(account, group, same);
  },
  'group.transfer': ({ account, group, aid }) => {
    check(account, group, 'transfer', aid);
    changeMember(account, group, aid, (one) => ({ ...one, role: 'owner' }));
    changeMember(account, group, account, (one) => ({ ...one, role: 'admin' }));
    log(account, group, 'owner_transferred', aid);
    return change(account, group, (facts) => ({ ...facts, owner: aid, role: 'admin' }));
  },
  'group.requests': ({ account, group, status, limit, offset }) => {
    const { requests } = check(account, group, 'review');
    const found = requests.filter((one) => one.status === status);
    return { requests: page(found, offset, limit), total: counted(found) };
  },
  'group.review': async ({ account, group, decisions }) => {
    const state = check(account, group, 'review');
    await pause(250);
    const results = decisions.map(({ aid, approve, reason }) => {
      const asked = state.requests.find((one) => one.aid === aid && one.status === 'pending');
      if (asked === undefined) return { aid, code: 'group_request_not_found' as const };
      if (approve && aid.startsWith('marta') && scene.has('failing-row'))
        return { aid, code: 'group_member_without_keys' as const };
      state.requests = state.requests.map((one) =>
        one === asked
          ? { ...one, status: approve ? 'approved' : 'rejected', reviewedBy: account, reason }
          : one,
      );
      if (approve)
        addMember(account, group, member(aid, asked.title, { joinedAt: Date.now(), online: true }));
      log(account, group, approve ? 'join_approved' : 'join_rejected', aid, reason === '' ? {} : { reason });
      return { aid, code: null };
    });
    return { group: change(account, group, same), results };
  },
  'group.invites': ({ account, group, limit, offset }) => {
    const { invites } = check(account, group, 'manage_invites');
    return { invites: page(invites, offset, limit), total: counted(invites) };
  },
  'group.createInvite': ({ account, group, maxUses, expiresInSeconds, code }) => {
    const state = check(account, group, 'invite');
    if (state.invites.some((one) => one.code === code)) fail('already_exists');
    const made = invite(group, code === '' ? `door-${Math.random().toString(36).slice(2, 8)}` : code, {
      maxUses,
      usedCount: 0,
      createdAt: Date.now(),
      expiresAt: Date.now() + expiresInSeconds * 1000,
    });
    state.invites.unshift(made);
    log(account, group, 'invite_code_created', null, { code: made.code });
    return made;
  },
  'group.revokeInvite': ({ account, group, code }) => {
    const state = check(account, group, 'manage_invites');
    state.invites = state.invites.map((one) => (one.code === code ? { ...one, status: 'revoked' } : one));
    log(account, group, 'invite_code_revoked', null, { code });
    return {};
  },
  'group.bans': ({ account, group, limit, offset }) => {
    const { bans } = check(account, group, 'mute');
    return { bans: page(bans, offset, limit), total: counted(bans) };
  },
  'group.log': ({ account, group, query, actions, before, limit }) => {
    const needle = query.toLowerCase();
    const found = stateOf(account, group)
      .log.filter((row) => before === null || row.seq < before)
      .filter((row) => actions.length === 0 || actions.includes(row.action))
      .filter((row) => needle === '' || describes(row, needle))
      .reverse();
    return { entries: found.slice(0, limit), more: found.length > limit };
  },
  'group.exportLog': async () => {
    await pause(200);
    return { saved: !scene.has('give-up') };
  },
  'group.keys': ({ account, group }) => {
    const { keys } = stateOf(account, group).group;
    const origins = ['made_here', 'distributed', 'handed_on', 'answered', 'server'] as const;
    const count = Math.min(keys.epoch, 40);
    const epochs = Array.from({ length: count }, (_, index) => ({
      epoch: keys.epoch - index,
      at: start - index * 11 * day - 40 * minute,
      origin: origins[index % (keys.serverHolds ? 5 : 4)] ?? 'made_here',
      doubt: index === 3 ? 'the key before it was never seen here' : null,
    }));
    return { keys, epochs };
  },
  'group.repairKeys': async ({ account, group }) => {
    await pause(500);
    return change(account, group, (facts) => ({
      ...facts,
      keys: { ...facts.keys, state: 'secured', refreshPending: false },
    }));
  },
  'group.calmLoop': ({ account, group, how, seconds }) => {
    const agents = stateOf(account, group).group.loop?.agents ?? [];
    if (how === 'mute')
      for (const aid of agents)
        changeMember(account, group, aid, (one) => ({ ...one, mutedUntil: Date.now() + seconds * 1000 }));
    return change(account, group, (facts) => ({
      ...facts,
      loop: null,
      dispatchMode: how === 'mention_mode' ? 'mention' : facts.dispatchMode,
    }));
  },
  'group.devices': () => ({
    devices: [
      { device: '5f0c1a', slot: 'default', name: 'studio-laptop', lastPullAt: start - minute, own: true },
      { device: 'b81e77', slot: 'default', name: 'Pixel 9', lastPullAt: start - 3 * day, own: false },
      { device: '11d0ce', slot: 'work', name: '', lastPullAt: null, own: false },
    ].filter(({ device }) => !forgotten.has(device)),
  }),
  'group.forgetDevice': ({ device }) => {
    forgotten.add(device);
    return {};
  },
};
