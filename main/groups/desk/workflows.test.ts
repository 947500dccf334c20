import { describe, expect, it } from 'vitest';
import { MUTED_FOREVER } from '../../../shared/model/conversation';
import { AunError } from '../../runtime/errors';
import { ALICE, BOB, CAROL, GROUP, groupRecord, openDesk, owned, refused } from './testing/desk-fixture';
import type { DeskParams } from './contract';

const DAVE = 'dave1.aun.test';
const NEW: DeskParams<'create'> = {
  name: 'Team',
  description: '',
  visibility: 'private',
  joinMode: 'approval',
  question: '',
  picture: null,
  members: [],
  requestId: 'request-0001',
};

describe('making a group', () => {
  const made = (params: Readonly<Record<string, unknown>>): unknown => ({
    group: {
      group_id: `group.aun.test/${String(params['group_id'])}`,
      name: params['name'],
      status: 'active',
      my_role: 'owner',
    },
  });

  it('asks for V1 encryption, makes its first key and adds people one after the other', async () => {
    const fixture = await openDesk();
    fixture.answer = (method, params) => (method === 'group.create' ? made(params) : {});
    const { group, failed } = await fixture.desk.commands.create({
      ...NEW,
      question: 'Why?',
      members: [
        { aid: BOB, kind: 'human' },
        { aid: CAROL, kind: 'ai' },
        { aid: ALICE, kind: 'human' },
      ],
    });
    expect(failed).toEqual([]);
    expect(fixture.did).toEqual([
      'group.create',
      'joined',
      'keys.created',
      'group.add_member',
      'group.add_member',
    ]);
    expect(fixture.calls[0]?.params).toMatchObject({
      name: 'Team',
      visibility: 'private',
      join_mode: 'approval',
      join_question: 'Why?',
      group_e2ee_protocol: 'group_e2ee',
    });
    expect(fixture.calls.map(({ params }) => [params['aid'], params['member_type']]).slice(1)).toEqual([
      [BOB, 'human'],
      [CAROL, 'ai'],
    ]);
    expect(fixture.record(group.group)).toMatchObject({ membership: 'member', role: 'owner', owner: ALICE });
    expect(fixture.changes.map(({ action, changed, own }) => [action, changed, own])).toEqual([
      ['member_added', [BOB], true],
      ['member_added', [CAROL], true],
    ]);
  });

  it('names who could not be added and goes on', async () => {
    const fixture = await openDesk();
    fixture.answer = (method, params) => {
      if (method === 'group.create') return made(params);
      if (params['aid'] === BOB)
        throw refused(-32004, 'target has not enabled group e2ee', 'e2ee_capability_missing');
      if (params['aid'] === DAVE) throw refused(-33004, 'already a member', 'already_member');
      return {};
    };
    const { failed } = await fixture.desk.commands.create({
      ...NEW,
      members: [BOB, DAVE, CAROL].map((aid) => ({ aid, kind: 'human' as const })),
    });
    expect(failed).toEqual([{ aid: BOB, code: 'group_member_without_keys' }]);
  });

  it('stops adding when the connection is gone and names the rest', async () => {
    const fixture = await openDesk();
    fixture.answer = (method, params) => {
      if (method === 'group.create') return made(params);
      if (params['aid'] !== BOB) throw new AunError('connection_closed', 'gone', { retryable: true });
      return {};
    };
    const { failed } = await fixture.desk.commands.create({
      ...NEW,
      members: [BOB, CAROL, DAVE].map((aid) => ({ aid, kind: 'human' as const })),
    });
    expect(failed).toEqual([
      { aid: CAROL, code: 'connection_closed' },
      { aid: DAVE, code: 'connection_closed' },
    ]);
    expect(fixture.methods().filter((method) => method === 'group.add_member')).toHaveLength(2);
  });

  it('finds what a call made whose answer was lost', async () => {
    const fixture = await openDesk();
    let base = '';
    fixture.answer = (method, params) => {
      if (method === 'group.create') {
        base = String(params['group_id']);
        throw new AunError('request_timeout', 'no answer', { retryable: true });
      }
      return { items: [{ group_id: `group.aun.test/${base}`, name: 'Team', role: 'owner' }] };
    };
    const { group } = await fixture.desk.commands.create(NEW);
    expect(group.group).toBe(`group.aun.test/${base}`);
    expect(fixture.methods()).toEqual(['group.create', 'group.list_my']);
  });

  it('makes no second group when the same request comes again', async () => {
    const fixture = await openDesk();
    fixture.answer = (method, params) => (method === 'group.create' ? made(params) : {});
    const [one, two] = await Promise.all([
      fixture.desk.commands.create(NEW),
      fixture.desk.commands.create(NEW),
    ]);
    const three = await fixture.desk.commands.create(NEW);
    expect(new Set([one, two, three].map(({ group }) => group.group)).size).toBe(1);
    expect(fixture.methods()).toEqual(['group.create']);
    const other = await fixture.desk.commands.create({ ...NEW, requestId: 'request-0002' });
    expect(other.group.group).not.toBe(one.group.group);
  });

  it('takes the id that is taken for its own only when it is', async () => {
    const fixture = await openDesk();
    fixture.answer = (method) => {
      if (method === 'group.create') throw refused(-32602, 'group_id already exists', 'id_taken');
      return { items: [] };
    };
    await expect(fixture.desk.commands.create(NEW)).rejects.toMatchObject({ code: 'group_name_taken' });
  });

  it('makes nothing when the picture is none', async () => {
    const fixture = await openDesk();
    fixture.pictures = {
      ...fixture.pictures,
      publish: () => Promise.reject(new AunError('attachment_unsupported', 'no picture')),
    };
    await expect(fixture.desk.commands.create({ ...NEW, picture: 'AAAA' })).rejects.toMatchObject({
      code: 'attachment_unsupported',
    });
    expect(fixture.methods()).toEqual([]);
  });
});

describe('getting in', () => {
  it('uses a code with the domain only where it is another one', async () => {
    const fixture = await openDesk();
    fixture.answer = () => ({ status: 'joined', group: { group_id: GROUP, name: 'Team' }, old_epoch: 3 });
    const { join } = fixture.desk.commands;
    await join({ invitation: 'aun://group.aun.test/g-abc123/invite/IC-77aabb', message: '', answer: '' });
    await join({ invitation: 'ic-77aabb@other.net', message: '', answer: '' });
    expect(fixture.calls.map(({ params }) => params['code'])).toEqual(['ic-77aabb', 'ic-77aabb@other.net']);
    expect(fixture.changes[0]).toMatchObject({
      action: 'invite_code_used',
      changed: [ALICE],
      oldEpoch: 3,
      own: true,
    });
    expect(fixture.record()).toMatchObject({ membership: 'member', role: 'member', addedBy: null });
  });

  it('asks the question, then waits, then is refused with the reason of the record', async () => {
    const fixture = await openDesk();
    fixture.answer = (method, params) => {
      if (method === 'group.get_public_info') throw refused(-32004, 'group is not public', 'not_public');
      if (params['answer'] === undefined) return { status: 'question_required', question: 'Why?' };
      return {
        status: 'pending',
        request: { aid: ALICE, status: 'pending', created_at: 1_790_000_000, expires_at: 1_790_086_400 },
      };
    };
    const { join } = fixture.desk.commands;
    expect(await join({ invitation: GROUP, message: '', answer: '' })).toEqual({
      state: 'question',
      question: 'Why?',
      group: null,
    });
    const waiting = await join({ invitation: GROUP, message: 'hi', answer: 'because' });
    expect(waiting.state).toBe('pending');
    expect(waiting.group).toMatchObject({
      membership: 'pending',
      name: 'g-abc123',
      requestedAt: 1_790_000_000_000,
      requestExpiresAt: 1_790_086_400_000,
    });
  });

  it('a request that waits already is no error', async () => {
    const fixture = await openDesk();
    fixture.answer = (method) => {
      if (method === 'group.request_join')
        throw refused(-33007, 'join request already pending', 'join_pending');
      return { group: { group_id: GROUP, name: 'Public' } };
    };
    expect(await fixture.desk.commands.join({ invitation: GROUP, message: '', answer: '' })).toMatchObject({
      state: 'pending',
      group: { name: 'Public' },
    });
  });

  it('who is in already is in', async () => {
    const fixture = await owned();
    fixture.answer = () => {
      throw refused(-33004, 'already a member', 'already_member');
    };
    expect(await fixture.desk.commands.join({ invitation: GROUP, message: '', answer: '' })).toMatchObject({
      state: 'joined',
      group: { group: GROUP },
    });
    expect(fixture.did).toEqual(['group.request_join', 'refreshList', 'joined']);
  });

  it('an own request that ran out no longer waits once we are online', async () => {
    const fixture = await openDesk();
    const now = fixture.time.now();
    await fixture.put(
      groupRecord({ membership: 'pending', role: null, requestedAt: 1, requestExpiresAt: now + 1000 }),
      [],
    );
    fixture.desk.online();
    expect(fixture.record().membership).toBe('pending');
    fixture.time.advance(1000);
    fixture.desk.online();
    await expect.poll(() => fixture.record().membership).toBe('none');
  });

  it('a private group and a bare code say nothing of themselves', async () => {
    const fixture = await openDesk();
    fixture.answer = () => {
      throw refused(-32004, 'group is not public', 'not_public');
    };
    const { preview } = fixture.desk.commands;
    expect(await preview({ invitation: 'aun://group.aun.test/g-abc123/invite/ic-77aabb' })).toEqual({
      preview: null,
      group: GROUP,
      code: 'ic-77aabb',
      domain: 'aun.test',
    });
    expect(await preview({ invitation: 'ic-77aabb' })).toEqual({
      preview: null,
      group: null,
      code: 'ic-77aabb',
      domain: null,
    });
    await expect(preview({ invitation: 'https://example.com/x' })).rejects.toMatchObject({
      code: 'link_invalid',
    });
  });
});

describe('moderating', () => {
  it('bans before it removes', async () => {
    const fixture = await owned();
    fixture.answer = (method) =>
      method === 'group.kick' ? { group: { group_id: GROUP }, old_epoch: 4 } : {};
    await fixture.desk.commands.kick({ group: GROUP, aid: BOB, ban: true, reason: 'spam' });
    expect(fixture.did).toEqual(['group.ban', 'group.kick']);
    expect(fixture.calls[0]?.params).toMatchObject({ subject: BOB, expires_in_seconds: 0, reason: 'spam' });
    expect(await fixture.store.groupMember(GROUP, BOB)).toBeNull();
    expect(fixture.changes).toEqual([
      { group: GROUP, action: 'member_removed', changed: [BOB], oldEpoch: 4, eventSeq: null, own: true },
    ]);
  });

  it('who went by themselves is gone all the same', async () => {
    const fixture = await owned();
    fixture.answer = () => {
      throw refused(-33005, 'not a member of this group', 'not_member');
    };
    await fixture.desk.commands.kick({ group: GROUP, aid: BOB, ban: false, reason: '' });
    expect(await fixture.store.groupMember(GROUP, BOB)).toBeNull();
    expect(fixture.changes).toEqual([]);
  });

  it('shows a mute with its end, or without one, and takes it away', async () => {
    const fixture = await owned();
    const { mute, unmute, member } = fixture.desk.commands;
    await mute({ group: GROUP, aid: BOB, seconds: 600, reason: 'loud' });
    expect(await member({ group: GROUP, aid: BOB })).toMatchObject({
      member: { mutedUntil: fixture.time.now() + 600_000, muteReason: 'loud' },
    });
    fixture.answer = () => ({ ban: { subject: BOB, expires_at: 0 } });
    await mute({ group: GROUP, aid: BOB, seconds: 0, reason: '' });
    expect((await member({ group: GROUP, aid: BOB })).member?.mutedUntil).toBe(MUTED_FOREVER);
    await unmute({ group: GROUP, aid: BOB });
    expect((await member({ group: GROUP, aid: BOB })).member?.mutedUntil).toBeNull();
  });

  it('keeps somebody outside out', async () => {
    const fixture = await owned();
    await fixture.desk.commands.mute({ group: GROUP, aid: CAROL, seconds: 0, reason: '' });
    expect(fixture.calls[0]).toMatchObject({ method: 'group.ban', params: { subject: CAROL } });
    expect(await fixture.store.groupMember(GROUP, CAROL)).toBeNull();
  });

  it('decides on many requests in one call, each with its own result', async () => {
    const fixture = await owned();
    fixture.answer = () => ({
      results: [
        { aid: BOB, ok: true, status: 'approved', member: { aid: BOB, role: 'member' } },
        { aid: CAROL, ok: false, error: 'join request not found' },
        { aid: DAVE, ok: false, error: { code: -33002, message: 'group member limit reached' } },
      ],
      old_epoch: 2,
    });
    const decisions = [BOB, CAROL, DAVE, 'erin1.aun.test'].map((aid) => ({ aid, approve: true, reason: '' }));
    const { results } = await fixture.desk.commands.review({ group: GROUP, decisions });
    expect(results).toEqual([
      { aid: BOB, code: null },
      { aid: CAROL, code: 'group_request_not_found' },
      { aid: DAVE, code: 'group_full' },
      { aid: 'erin1.aun.test', code: 'gateway_refused' },
    ]);
    expect(fixture.methods()).toEqual(['group.batch_review_join_request']);
    expect(fixture.changes).toMatchObject([{ action: 'join_approved', changed: [BOB], oldEpoch: 2 }]);
  });

  it('a request somebody else decided is that request’s result', async () => {
    const fixture = await owned();
    fixture.answer = () => {
      throw refused(-32008, 'join request not found', 'request_not_found');
    };
    const { results } = await fixture.desk.commands.review({
      group: GROUP,
      decisions: [{ aid: BOB, approve: true, reason: '' }],
    });
    expect(results).toEqual([{ aid: BOB, code: 'group_request_not_found' }]);
  });
});

describe('ending', () => {
  it('leaves and keeps what was written in the archive', async () => {
    const fixture = await openDesk();
    await fixture.put(groupRecord({ role: 'member', owner: BOB }));
    const left = await fixture.desk.commands.leave({ group: GROUP });
    expect(left).toMatchObject({ membership: 'left', role: null });
    expect((await fixture.store.conversation(GROUP))?.archived).toBe(true);
  });

  it('a request that is answered by leaving waits no longer', async () => {
    const fixture = await openDesk();
    await fixture.put(groupRecord({ role: 'member', owner: BOB }));
    await fixture.store.setStanding(GROUP, 'pending');
    await fixture.desk.commands.leave({ group: GROUP });
    expect((await fixture.store.conversations('requests', 10, 0)).total).toBe(0);
    expect((await fixture.store.conversations('archived', 10, 0)).total).toBe(1);
  });

  it('an owner cannot leave', async () => {
    const fixture = await owned();
    await expect(fixture.desk.commands.leave({ group: GROUP })).rejects.toMatchObject({
      code: 'group_owner_leaves',
    });
    expect(fixture.methods()).toEqual([]);
  });

  it('reads what waits before it dissolves', async () => {
    const fixture = await owned();
    const ended = await fixture.desk.commands.dissolve({ group: GROUP });
    expect(fixture.did).toEqual(['catchUp', 'heal', 'group.dissolve', 'keys.left true']);
    expect(ended.status).toBe('dissolved');
  });

  it('does not dissolve a suspended group; resuming an active one changes nothing', async () => {
    const fixture = await openDesk();
    await fixture.put(groupRecord({ status: 'suspended' }));
    await expect(fixture.desk.commands.dissolve({ group: GROUP })).rejects.toMatchObject({
      code: 'group_suspended',
    });
    fixture.answer = () => ({ status: 'active', group: { group_id: GROUP, status: 'active' } });
    expect((await fixture.desk.commands.resume({ group: GROUP })).status).toBe('active');
    expect((await fixture.desk.commands.resume({ group: GROUP })).status).toBe('active');
    expect(fixture.methods()).toEqual(['group.resume']);
  });

  it('hands the group over and is an admin from then on', async () => {
    const fixture = await owned();
    const after = await fixture.desk.commands.transfer({ group: GROUP, aid: BOB });
    expect(after).toMatchObject({ role: 'admin', owner: BOB });
    expect((await fixture.store.groupMember(GROUP, BOB))?.role).toBe('owner');
    expect((await fixture.store.groupMember(GROUP, ALICE))?.role).toBe('admin');
  });
});
