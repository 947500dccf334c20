import { beforeEach, describe, expect, it } from 'vitest';
import { MUTED_FOREVER } from '../../../shared/model/conversation';
import type { SignatureStanding } from '../../../shared/model/group';
import type { MembershipChange } from '../../ports/groups';
import type { AccountStore } from '../../ports/store';
import { openTestStore } from '../../store/store-test-support';
import { ALICE, BOB, CAROL, GROUP, groupRecord, memberOf } from '../desk/testing/desk-fixture';
import { GroupRecords } from '../sync/records';
import { GroupEffects } from './effects';
import type { FreshEvent } from './log';
import { readEvent } from './read';

const UNTIL = 1_800_000_000_000;

let store: AccountStore;
let records: GroupRecords;
let effects: GroupEffects;
let did: unknown[];
let changes: MembershipChange[];

/** An event as it is on disk for the first time. */
function fresh(
  raw: Readonly<Record<string, unknown>>,
  signature: SignatureStanding = 'unsigned',
): FreshEvent {
  const event = readEvent({
    group_id: GROUP,
    event_seq: 1,
    actor_aid: ALICE,
    created_at: 7_000_000_000_000,
    ...raw,
  });
  if (event === null) throw new Error('no event');
  const { seq, action, actor, target, values, known } = event;
  const entry = { seq, at: 0, action, actor, target, values: { ...values }, signature };
  return { event, record: { entry, line: true, action: known } };
}

const live = (raw: Readonly<Record<string, unknown>>, signature?: SignatureStanding): Promise<void> =>
  effects.fresh(GROUP, [fresh(raw, signature)], true);

const standing = async (): Promise<string | undefined> => (await store.conversation(GROUP))?.standing;

/** We are BOB. */
beforeEach(async () => {
  ({ store } = await openTestStore());
  did = [];
  changes = [];
  records = new GroupRecords({ store, publish: () => undefined, changed: () => undefined });
  await store.saveGroup(groupRecord({ role: 'member', owner: ALICE }), 'accepted');
  await store.replaceMembers(GROUP, [memberOf(ALICE, { role: 'owner' }), memberOf(BOB), memberOf(CAROL)]);
  await records.load();
  effects = new GroupEffects({
    ...{ aid: BOB, store, records, now: () => 5 },
    keys: { membershipChanged: (change) => void changes.push(change) },
    membersChanged: () => void did.push('members'),
    refreshSoon: (_group, stale) => void did.push(Object.keys(stale)),
    lost: (_group, how) => Promise.resolve(did.push(how)),
    dissolved: () => Promise.resolve(did.push('dissolved')),
    wake: () => void did.push('wake'),
    logged: () => void did.push('logged'),
  });
});

describe('what events of others make stale', () => {
  it.each([
    ['member_added', ['record', 'members', 'requests']],
    ['joined', ['record', 'members', 'requests']],
    ['join_approved', ['record', 'members', 'requests']],
    ['invite_code_used', ['record', 'members', 'requests']],
    ['member_left', ['record', 'members']],
    ['member_removed', ['record', 'members']],
    ['role_changed', ['record', 'members', 'requests']],
    ['owner_transferred', ['record', 'members', 'requests']],
    ['announcement_updated', ['settings']],
    ['rules_updated', ['settings']],
    ['join_requirements_updated', ['record', 'settings']],
    ['update', ['record', 'settings']],
    ['upsert', ['record', 'settings']],
    ['join_requested', ['requests']],
    ['join_rejected', ['requests']],
    ['something_of_tomorrow', ['record', 'members', 'settings', 'requests']],
  ])('%s', async (action, stale) => {
    await live({ action, member_aid: CAROL });
    expect(did).toEqual([stale, 'logged']);
  });

  it('nothing for an invitation code that was made', async () => {
    await live({ action: 'invite_code_created', invite_code: { code: 'abcd' } });
    expect(did).toEqual(['logged']);
  });
});

describe('what we hear about ourselves', () => {
  it('a role is ours at once, and a role nobody knows changes nothing', async () => {
    await live({ action: 'role_changed', member_aid: BOB, new_role: 'admin' });
    expect(records.require(GROUP).role).toBe('admin');
    await live({ action: 'role_changed', member_aid: BOB, new_role: 'emperor' });
    expect(records.require(GROUP).role).toBe('admin');
  });

  it.each([
    ['member_removed', { membership: 'removed', by: ALICE }],
    ['member_left', { membership: 'left', by: null }],
  ])('%s puts us out', async (action, how) => {
    await live({ action, member_aid: BOB });
    expect(did).toEqual([how, 'logged']);
  });

  it('a mute counts until its end, and its end lets what waits go', async () => {
    await live({ action: 'member_banned', subject: BOB, expires_at: UNTIL, reason: 'too loud' });
    expect(records.require(GROUP)).toMatchObject({ mutedUntil: UNTIL, muteReason: 'too loud' });
    expect(await store.groupMember(GROUP, BOB)).toMatchObject({ mutedUntil: UNTIL, muteReason: 'too loud' });
    expect(did).not.toContain('wake');
    await live({ action: 'member_unbanned', subject: BOB });
    expect(records.require(GROUP)).toMatchObject({ mutedUntil: null, muteReason: '' });
    expect(did).toContain('wake');
  });

  it('a mute without an end is one for good', async () => {
    await live({ action: 'member_banned', subject: BOB });
    expect(records.require(GROUP).mutedUntil).toBe(MUTED_FOREVER);
  });

  it('a mute that fills a hole behind its own end is not believed', async () => {
    const end = fresh({ action: 'member_unbanned', subject: BOB, event_seq: 7 });
    const mute = fresh({ action: 'member_banned', subject: BOB, expires_at: UNTIL, event_seq: 5 });
    const others = fresh({ action: 'member_banned', subject: CAROL, expires_at: UNTIL, event_seq: 6 });
    for (const each of [end, mute, others]) {
      await records.commitEvents(GROUP, [each.record], null);
      await effects.fresh(GROUP, [each], true);
    }
    expect(records.require(GROUP).mutedUntil).toBeNull();
    expect(await store.groupMember(GROUP, BOB)).toMatchObject({ mutedUntil: null });
    expect(await store.groupMember(GROUP, CAROL)).toMatchObject({ mutedUntil: UNTIL });
  });

  it('a mute of somebody else is theirs, and of somebody unknown nobody’s', async () => {
    await live({ action: 'member_banned', subject: CAROL, expires_at: UNTIL });
    await live({ action: 'member_banned', subject: 'nobody.aun.test', expires_at: UNTIL });
    expect(records.require(GROUP).mutedUntil).toBeNull();
    expect(await store.groupMember(GROUP, CAROL)).toMatchObject({ mutedUntil: UNTIL });
    expect(await store.groupMember(GROUP, 'nobody.aun.test')).toBeNull();
  });

  it('a refusal of our request ends it with its reason, and one we never made says nothing', async () => {
    await live({ action: 'join_rejected', aid: BOB, reason: 'full' });
    expect(records.require(GROUP)).toMatchObject({ membership: 'member', rejection: null });
    await records.change(GROUP, { membership: 'pending', requestedAt: 1 });
    await live({ action: 'join_rejected', aid: BOB, reason: 'full' });
    expect(records.require(GROUP)).toMatchObject({
      membership: 'none',
      requestedAt: null,
      rejection: 'full',
    });
  });
});

describe('being let in', () => {
  const outside = async (facts = {}): Promise<void> => {
    await records.change(GROUP, { membership: 'none', ...facts }, 'pending');
  };

  it('by somebody unknown is a request', async () => {
    await outside();
    await live({ action: 'member_added', member_aid: BOB });
    expect(records.require(GROUP)).toMatchObject({ membership: 'member', addedBy: ALICE });
    expect(await standing()).toBe('pending');
  });

  it('by our own signed joining is none; by a joining that only the gateway tells it is', async () => {
    await outside();
    await live({ action: 'joined', actor_aid: BOB }, 'unsigned');
    expect(await standing()).toBe('pending');
    await outside();
    await live({ action: 'joined', actor_aid: BOB }, 'verified');
    expect(await standing()).toBe('accepted');
  });

  it('by an approval is none where we asked', async () => {
    await outside();
    await live({ action: 'join_approved', member_aid: BOB });
    expect(await standing()).toBe('pending');
    await outside({ requestedAt: 4 });
    await live({ action: 'join_approved', member_aid: BOB });
    expect(await standing()).toBe('accepted');
  });

  it('takes nothing back from a group that was accepted', async () => {
    await live({ action: 'member_added', member_aid: BOB });
    expect(await standing()).toBe('accepted');
  });
});

describe('the group as a whole', () => {
  it('rests, and goes on', async () => {
    await live({ action: 'suspended' });
    expect(records.require(GROUP).status).toBe('suspended');
    expect(did).not.toContain('wake');
    await live({ action: 'resumed' });
    expect(records.require(GROUP).status).toBe('active');
    expect(did).toContain('wake');
  });

  it('ends', async () => {
    await live({ action: 'dissolved' });
    expect(did).toEqual(['dissolved', 'logged']);
  });

  it('has an announcement that is news unless it is ours; one without words is only read anew', async () => {
    await live({ action: 'announcement_updated', announcement: { content: 'Hear!' } }, 'verified');
    const first = records.require(GROUP);
    expect(first.announcement).toMatchObject({ content: 'Hear!', updatedBy: ALICE, signature: 'verified' });
    expect(first.announcementSeen).toBe(false);
    await live({ action: 'announcement_updated' });
    expect(records.require(GROUP).announcement).toMatchObject({ content: 'Hear!' });
    await live({ action: 'rules_updated', actor_aid: BOB, rules: { content: 'Be kind' } });
    expect(records.require(GROUP)).toMatchObject({ rulesSeen: true, rules: { content: 'Be kind' } });
  });
});

describe('keys hear of members', () => {
  const added = (seq: number, aid: string): FreshEvent =>
    fresh({ action: 'member_added', member_aid: aid, event_seq: seq, old_epoch: seq });

  it('one by one as it happens', async () => {
    await effects.fresh(GROUP, [added(1, CAROL), added(2, ALICE)], true);
    expect(changes.map(({ changed, oldEpoch, eventSeq }) => [changed, oldEpoch, eventSeq])).toEqual([
      [[CAROL], 1, 1],
      [[ALICE], 2, 2],
    ]);
  });

  it('once for each kind when it happened while we were away', async () => {
    const removed = fresh({ action: 'member_removed', member_aid: CAROL, event_seq: 3 });
    await effects.fresh(GROUP, [added(1, CAROL), added(2, ALICE), added(4, CAROL), removed], false);
    expect(changes.map(({ action, changed }) => [action, changed])).toEqual([
      ['member_added', [CAROL, ALICE]],
      ['member_removed', [CAROL]],
    ]);
  });

  it('not of a copy without a number', async () => {
    await effects.unnumbered(
      GROUP,
      fresh({ action: 'member_removed', member_aid: CAROL, event_seq: 0 }).event,
    );
    expect(changes).toEqual([]);
  });
});
