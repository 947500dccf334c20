import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EpochStore } from '../group-keys/epoch-store';
import type { MemberRole } from './group-members';
import { GatewayStore } from './store';

const ALICE = 'alice.aun.test';
const BOB = 'bob.aun.test';
const CAROL = 'carol.aun.test';

let folder = '';
let store: GatewayStore;
let group = 0;

function makeGroup(base: string): number {
  return store.groups.insert(
    {
      base,
      domain: 'aun.test',
      name: 'A group',
      visibility: 'private',
      description: '',
      metadata: '{}',
      avatarRef: '',
      protocol: 'group_e2ee',
      groupAid: null,
      owner: ALICE,
    },
    1,
  );
}

function enter(aid: string, role: MemberRole = 'member', joinSeq = 0, into = group): void {
  store.groupMembers.insert({
    group: into,
    aid,
    role,
    memberType: 'human',
    joinedAt: 1,
    joinSeq,
    joinEventSeq: joinSeq,
    joinEpoch: 0,
    minReadEpoch: 0,
  });
}

const names = (of = group): string[] => store.groupMembers.all(of).map((member) => member.aid);
const instance = (aid: string, deviceId = 'd1') => ({ aid, deviceId, slot: '' });

function pulls(aid: string, now: number, deviceId = 'd1', start = 0): void {
  store.groupCursors.seen(
    group,
    { ...instance(aid, deviceId), slotId: '', deviceName: '', deviceType: '' },
    { messageSeq: start, eventSeq: start },
    now,
  );
}

/** Does something in a transaction that fails. */
function undone(work: () => void): void {
  expect(() =>
    store.transaction(() => {
      work();
      throw new Error('undone');
    }),
  ).toThrow('undone');
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aun-store-'));
  store = new GatewayStore(folder);
  group = makeGroup('g-one');
  enter(ALICE, 'owner');
  enter(BOB);
});

afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('members that are kept', () => {
  it('are the same rows until somebody comes, goes or gets another role', () => {
    const before = store.groupMembers.all(group);
    expect(store.groupMembers.all(group)).toBe(before);
    enter(CAROL);
    expect(names()).toEqual([ALICE, BOB, CAROL]);
    store.groupMembers.setRole(group, CAROL, 'admin');
    expect(names()).toEqual([ALICE, CAROL, BOB]);
    expect(store.groupMembers.get(group, CAROL)?.role).toBe('admin');
    store.groupMembers.remove(group, BOB);
    expect(names()).toEqual([ALICE, CAROL]);
    expect(store.groupMembers.get(group, BOB)).toBeNull();
    expect(before.map((member) => member.aid)).toEqual([ALICE, BOB]);
  });

  it('know nothing of a change that was undone, even when they were read in the middle of it', () => {
    expect(names()).toEqual([ALICE, BOB]);
    undone(() => {
      enter(CAROL);
      store.groupMembers.setRole(group, BOB, 'admin');
      expect(names()).toEqual([ALICE, BOB, CAROL]);
    });
    expect(names()).toEqual([ALICE, BOB]);
    expect(store.groupMembers.get(group, BOB)?.role).toBe('member');
    undone(() => {
      store.groupMembers.remove(group, BOB);
      expect(names()).toEqual([ALICE]);
    });
    expect(names()).toEqual([ALICE, BOB]);
  });

  it('have joined before everything once the numbers of their group begin again', () => {
    enter(CAROL, 'member', 7);
    expect(store.groupMembers.all(group)[2]?.joinSeq).toBe(7);
    store.groups.reset(group);
    expect(store.groupMembers.all(group)[2]?.joinSeq).toBe(0);
    expect(store.groupMembers.get(group, CAROL)?.joinEventSeq).toBe(0);
  });

  it('are right in every one of very many groups', () => {
    const groups = Array.from({ length: 150 }, (_unused, index) => makeGroup(`g-many${index}`));
    groups.forEach((id, index) => enter(`person${index}.aun.test`, 'owner', 0, id));
    for (const round of [0, 1]) {
      groups.forEach((id, index) => expect(names(id), `round ${round}`).toEqual([`person${index}.aun.test`]));
    }
    expect(names()).toEqual([ALICE, BOB]);
  });
});

describe('what members have taken', () => {
  const progress = (aid: string) => store.groupCursors.progress(group).get(aid);

  it('is the furthest of their instances, whatever was asked before', () => {
    expect(progress(BOB)).toBeUndefined();
    pulls(BOB, 100);
    expect(progress(BOB)).toEqual({ ack: 0, pull: 100 });
    pulls(BOB, 90, 'd2');
    store.groupCursors.advance(group, instance(BOB, 'd2'), 'message_seq', 5);
    store.groupCursors.advance(group, instance(BOB), 'message_seq', 3);
    expect(progress(BOB)).toEqual({ ack: 5, pull: 100 });
    expect(store.groupCursors.drop(group, BOB, 'd2', null)).toBe(1);
    expect(progress(BOB)).toEqual({ ack: 3, pull: 100 });
    store.groupMembers.remove(group, BOB);
    expect(progress(BOB)).toBeUndefined();
  });

  it('is not what was undone', () => {
    pulls(BOB, 100);
    expect(progress(BOB)?.ack).toBe(0);
    undone(() => {
      store.groupCursors.advance(group, instance(BOB), 'message_seq', 9);
      expect(progress(BOB)?.ack).toBe(9);
      expect(store.groupCursors.hasTaken(group, instance(BOB), 8)).toBe(true);
    });
    expect(progress(BOB)?.ack).toBe(0);
    expect(store.groupCursors.hasTaken(group, instance(BOB), 8)).toBe(false);
  });

  it('is right when more have moved than are looked at one by one', () => {
    const many = Array.from({ length: 80 }, (_unused, index) => `person${index}.aun.test`);
    for (const aid of many) pulls(aid, 1);
    expect(progress(many[0] ?? '')?.pull).toBe(1);
    many.forEach((aid, index) => {
      store.groupCursors.advance(group, instance(aid), 'message_seq', index);
    });
    expect(many.map((aid) => progress(aid)?.ack)).toEqual(many.map((_unused, index) => index));
  });

  it('begins anew for somebody who comes back, and when the numbers begin again', () => {
    pulls(BOB, 1);
    store.groupCursors.advance(group, instance(BOB), 'message_seq', 9);
    expect(store.groupCursors.hasTaken(group, instance(BOB), 8)).toBe(true);
    store.groupMembers.remove(group, BOB);
    enter(BOB, 'member', 4);
    expect(store.groupCursors.hasTaken(group, instance(BOB), 4)).toBe(false);
    pulls(BOB, 2, 'd1', 4);
    store.groupCursors.advance(group, instance(BOB), 'message_seq', 5);
    expect(store.groupCursors.hasTaken(group, instance(BOB), 4)).toBe(true);
    store.groups.reset(group);
    expect(store.groupCursors.hasTaken(group, instance(BOB), 0)).toBe(false);
    expect(progress(BOB)).toBeUndefined();
  });
});

describe('the newest epoch that is kept', () => {
  it('follows commits, and not those that are undone', () => {
    const epochs = new EpochStore(store.database);
    const commit = (epoch: number): void =>
      epochs.commit({
        group,
        epoch,
        rotationId: `rotation ${epoch}`,
        keyCommitment: '',
        expectedMembers: [ALICE],
        epochChain: '',
        rotatedBy: ALICE,
        committedAt: epoch,
        startMessageSeq: 1,
        startEventSeq: 1,
      });
    expect(epochs.committed(group)).toBe(0);
    commit(1);
    expect(epochs.committed(group)).toBe(1);
    undone(() => {
      commit(2);
      expect(epochs.latest(group)?.rotationId).toBe('rotation 2');
    });
    expect(epochs.committed(group)).toBe(1);
    commit(2);
    expect(epochs.latest(group)?.rotationId).toBe('rotation 2');
  });
});
