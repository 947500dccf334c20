import { describe, expect, it } from 'vitest';
import type { MembershipChange } from '../../ports/groups';
import { keyRecord } from '../testing/key-bench';
import { MemoryKeyStore } from '../testing/memory-key-store';
import { isCommittedKey, isLive, stalenessOf } from './authority';
import { judgeChain } from './chain';
import { KeyBook } from './key-book';
import { turnOf } from './leader';
import { Occasions, occasionOf, reactionTo } from './triggers';
import { readEpochState, readRoster, readRotationReply } from './wire';
import type { Keyholder } from './wire';
import { epochChain } from '../../e2ee/v1/group';

const GROUP = 'group.aun.test/g-tables3';
const member = (aid: string, role: Keyholder['role'] = 'member', floor = 0): Keyholder => ({
  aid,
  role,
  floor,
  online: true,
});

describe('the book of keys', () => {
  const book = (): { book: KeyBook; store: MemoryKeyStore } => {
    const store = new MemoryKeyStore();
    return { book: new KeyBook(store), store };
  };
  const key = (epoch: number, patch = {}) => keyRecord(GROUP, epoch, ['a', 'b'], patch);

  it('refuses an epoch below the current one in a transition, and takes it as an old one', async () => {
    const { book: b } = book();
    await b.transition(GROUP, key(3));
    expect(await b.transition(GROUP, key(2))).toBe('refused');
    expect(await b.epoch(GROUP, key(2))).toBe('stored');
    expect(b.current(GROUP)?.epoch).toBe(3);
  });

  it('replaces another key of the same epoch only while it is pending or unbound', async () => {
    const { book: b } = book();
    await b.transition(GROUP, key(2, { pendingRotation: 'rot-1' }));
    expect(await b.transition(GROUP, key(2))).toBe('stored');
    expect(await b.transition(GROUP, key(2))).toBe('refused');
    expect(await b.epoch(GROUP, key(2, { chainDoubt: 'unbound_server' }))).toBe('refused');
    await b.epoch(GROUP, key(1, { chainDoubt: 'unbound_server' }));
    expect(await b.epoch(GROUP, key(1))).toBe('stored');
  });

  it('clears the mark of a pending key when the same key comes committed, and never sets it again', async () => {
    const { book: b } = book();
    const pending = key(2, { pendingRotation: 'rot-1' });
    await b.transition(GROUP, pending);
    expect(await b.transition(GROUP, { ...pending, pendingRotation: null })).toBe('merged');
    expect(b.get(GROUP, 2)?.pendingRotation).toBeNull();
    await b.transition(GROUP, pending);
    expect(b.get(GROUP, 2)?.pendingRotation).toBeNull();
  });

  it('goes back to the key before when a pending one is discarded, and only for its rotation', async () => {
    const { book: b } = book();
    await b.transition(GROUP, key(1));
    await b.transition(GROUP, key(2, { pendingRotation: 'rot-1' }));
    expect(await b.discard(GROUP, 2, 'rot-other')).toBe(false);
    expect(await b.discard(GROUP, 2, 'rot-1')).toBe(true);
    expect(b.current(GROUP)?.epoch).toBe(1);
  });

  it('has every key in the database before anybody can see it', async () => {
    const { book: b, store } = book();
    b.onKey((group, epoch) => expect(store.keys.get(group)?.has(epoch)).toBe(true));
    const order: string[] = [];
    const slow = store.saveGroupKey.bind(store);
    store.saveGroupKey = async (group, record) => {
      order.push(b.get(group, record.epoch) === null ? 'unseen' : 'seen');
      await slow(group, record);
    };
    await b.transition(GROUP, key(1));
    expect(order).toEqual(['unseen']);
    const again = new KeyBook(store);
    await again.load(GROUP);
    expect(again.current(GROUP)).toEqual(b.current(GROUP));
  });
});

describe('the chain of epochs', () => {
  const commitment = 'ab'.repeat(32);
  const claim = (chain: string | null, rotationId: string | null) => ({
    epoch: 2,
    chain,
    commitment,
    rotator: 'a',
    rotationId,
  });
  const previous = keyRecord(GROUP, 1, ['a'], { chain: 'cd'.repeat(32), chainDoubt: null });
  const right = epochChain(previous.chain, 2, commitment, 'a');
  const wrong = 'ef'.repeat(32);

  it.each([
    ['a rotation without a chain is refused', claim(null, 'rot'), null, previous, false, null],
    ['no chain at all is a doubt', claim(null, null), null, previous, true, 'missing_epoch_chain'],
    ['nothing before it is a doubt', claim(right, 'rot'), null, null, true, 'missing_prev_chain'],
    ['one that fits is verified', claim(right, 'rot'), null, previous, true, null],
    [
      'one that fits outside a rotation is a doubt',
      claim(right, null),
      null,
      previous,
      true,
      'missing_rotation_id',
    ],
    ['one that does not fit is refused', claim(wrong, 'rot'), null, previous, false, null],
    ['outside a rotation it is a doubt', claim(wrong, null), null, previous, true, 'chain_mismatch_legacy'],
    [
      'another one of the same epoch is refused',
      claim(right, 'rot'),
      keyRecord(GROUP, 2, [], { chain: wrong, pendingRotation: 'rot' }),
      previous,
      false,
      null,
    ],
    [
      'unless that is pending in another rotation',
      claim(right, 'rot'),
      keyRecord(GROUP, 2, [], { chain: wrong, pendingRotation: 'old' }),
      previous,
      true,
      null,
    ],
  ] as const)('%s', (_name, facts, held, before, accepted, doubt) => {
    const verdict = judgeChain(facts, held, before);
    expect(verdict.accepted).toBe(accepted);
    if (verdict.accepted) expect(verdict.doubt).toBe(doubt);
  });

  it('does not measure by a key that nothing proves: that one is wrong', () => {
    const unproven = { ...previous, chainDoubt: 'unbound_distribution' };
    expect(judgeChain(claim(wrong, 'rot'), null, unproven)).toMatchObject({
      accepted: true,
      previousIsWrong: true,
    });
  });
});

describe('who changes the key', () => {
  const members = [member('zoe', 'owner'), member('bob', 'admin'), member('amy'), member('eve')];
  it.each([
    ['bob', false, true, 'first'],
    ['zoe', false, true, 'later'],
    ['amy', false, true, 'never'],
    ['amy', true, true, 'later'],
    ['bob', true, false, 'later'],
    ['nobody', true, true, 'never'],
  ] as const)('%s (members may: %s, has the key: %s): %s', (own, membersMayLead, hasKey, turn) => {
    expect(turnOf(own, members, { membersMayLead, hasKey })).toBe(turn);
  });

  it('goes ahead without the key when there is nobody else', () => {
    expect(turnOf('zoe', [member('zoe', 'owner')], { membersMayLead: false, hasKey: false })).toBe('first');
  });
});

describe('changes of members', () => {
  const change = (patch: Partial<MembershipChange>): MembershipChange => ({
    group: GROUP,
    action: 'member_added',
    changed: ['bob'],
    oldEpoch: 3,
    eventSeq: 9,
    own: false,
    ...patch,
  });

  it.each([
    [{ action: 'member_removed' }, 0, false, []],
    [{ action: 'member_left' }, 0, false, []],
    [{ action: 'member_left', changed: ['me'] }, null, false, []],
    [{ action: 'member_added' }, 0, false, []],
    [{ action: 'member_added', oldEpoch: null }, 0, false, ['bob']],
    [{ action: 'join_approved', changed: ['me'] }, 6_000, false, []],
    [{ action: 'joined' }, 3_000, true, ['bob']],
    [{ action: 'invite_code_used', changed: ['me'] }, 6_000, true, []],
    [{ action: 'invite_code_used', changed: ['me'], own: true }, 0, true, []],
  ] as const)('%j: look after %s', (patch, lookAfter, membersMayLead, backfill) => {
    expect(reactionTo(change(patch), 'me')).toEqual({ lookAfter, membersMayLead, backfill });
  });

  it('are one occasion whether the answer or the event tells them, and two when they happen again', () => {
    let now = 0;
    const occasions = new Occasions(() => now);
    const told = occasionOf(change({ own: true, eventSeq: null }));
    expect(occasionOf(change({}))).toBe(told);
    expect([occasions.isNew(told), occasions.isNew(told)]).toEqual([true, false]);
    now = 10_000;
    expect(occasions.isNew(told)).toBe(true);
    expect(occasionOf(change({ oldEpoch: 4 }))).not.toBe(told);
    expect(occasionOf(change({ oldEpoch: null }))).toBe(`${GROUP}:member_added:event:9`);
  });
});

describe('what the gateway tells', () => {
  const rotation = (patch = {}) => ({
    rotation_id: 'rot-1',
    target_epoch: 2,
    key_commitment: '',
    expected_members: ['a', 'b'],
    ...patch,
  });

  it.each([
    [null],
    [[]],
    ['x'],
    [5],
    [{ pending_rotation: 5, committed_rotation: [], members: 'x', epoch: -1 }],
  ])('is read without a fault whatever it is: %j', (value) => {
    const state = readEpochState(value);
    if (state !== null)
      expect(state).toMatchObject({ committed: 0, pending: null, rotation: null, members: [] });
    expect(readRotationReply(value).done).toBe(false);
    expect(readRoster(value) ?? []).toEqual([]);
  });

  it('never says that something was done unless it says exactly that', () => {
    for (const success of [1, 'true', {}, undefined]) expect(readRotationReply({ success }).done).toBe(false);
    expect(readRotationReply({ success: true }).done).toBe(true);
  });

  it('of who left is not counted: other standings than active are no members', () => {
    const roster = readRoster({
      members: [{ aid: 'a', status: 'active' }, { aid: 'b' }, { aid: 'c', status: 'banned' }, {}],
    });
    expect(roster?.map(({ aid }) => aid)).toEqual(['a', 'b']);
  });

  it('makes the key stale when members differ, or when somebody came back under a floor', () => {
    const state = readEpochState({ committed_epoch: 2, committed_rotation: rotation() });
    if (state === null) throw new Error('unread');
    const of = (...members: Keyholder[]) => stalenessOf(state, members);
    expect(of(member('a'), member('b'))).toEqual({ stale: false, arrivals: false });
    expect(of(member('a'))).toEqual({ stale: true, arrivals: false });
    expect(of(member('a'), member('b'), member('c'))).toEqual({ stale: true, arrivals: true });
    expect(of(member('a'), member('b', 'member', 3))).toEqual({ stale: true, arrivals: true });
    expect(of(member('a'), member('b', 'member', 900))).toEqual({ stale: false, arrivals: false });
  });

  it('lets a key be sealed with only if its own rotation made it', () => {
    const key = keyRecord(GROUP, 2, ['a', 'b']);
    const state = (patch: object) => {
      const read = readEpochState({ committed_epoch: 2, committed_rotation: rotation(patch) });
      if (read === null) throw new Error('unread');
      return read;
    };
    expect(isCommittedKey(state({ key_commitment: key.commitment }), GROUP, key)).toBe(true);
    expect(isCommittedKey(state({ key_commitment: 'ab'.repeat(32) }), GROUP, key)).toBe(false);
    const pending = { ...key, pendingRotation: 'rot-2' };
    expect(isCommittedKey(state({}), GROUP, pending)).toBe(false);
    expect(isCommittedKey(state({}), GROUP, { ...pending, pendingRotation: 'rot-1' })).toBe(true);
  });

  it('makes a pending rotation live until its lease ends by the corrected clock', () => {
    const pending =
      readEpochState({ pending_rotation: rotation({ lease_expires_at: 200_000_000_000 }) })?.pending ?? null;
    expect(isLive(pending, 199_999_999_999)).toBe(true);
    expect(isLive(pending, 200_000_000_000)).toBe(false);
  });
});
