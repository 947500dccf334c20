import { splitAid } from '../../../shared/aun/aid';
import { groupName, parseGroupId } from '../../../shared/aun/group-id';
import type { GroupId } from '../../../shared/aun/group-id';
import { parseGroupInvitation } from '../../../shared/aun/group-link';
import type { GroupInvitation } from '../../../shared/aun/group-link';
import type { GroupPreview } from '../../../shared/model/group';
import type { MembershipChange } from '../../ports/groups';
import type { GroupRecord } from '../../ports/group-store';
import { AunError, toAunError } from '../../runtime/errors';
import { readGroup, readJoin, readJoinRequest, readList, wireCount } from '../wire';
import type { GroupWire } from '../wire';
import { answerOf } from './answers';
import type { DeskParams, DeskResult } from './contract';
import { CHANGE_TIMEOUT_MS } from './support';
import type { DeskSupport } from './support';

/** Groups of one page of a search. */
const PAGE = 50;
/** How long a request waits where the gateway does not say (`protocol/05 §2.4`), in ms. */
const REQUEST_LIFETIME_MS = 86_400_000;

/** Finding groups and getting into them (`protocol/05 §13.2`, §13.4). */
export class Discovery {
  constructor(private readonly support: DeskSupport) {}

  async search({ query, page }: DeskParams<'search'>): Promise<DeskResult<'search'>> {
    const answer = await this.support.deps.rpc.call('group.search', { query, page, size: PAGE });
    const list = readList(answer, 'groups');
    const found = list.items.flatMap((item) => {
      const wire = readGroup(item);
      return wire === null ? [] : [this.shown(wire)];
    });
    return { found, total: Math.max(list.total, found.length) };
  }

  /**
   * What an invitation leads to. A private group says nothing of itself, a bare code neither: `preview` is null then.
   * @throws AunError `link_invalid`, `group_not_found`, gateway errors
   */
  async preview({ invitation }: DeskParams<'preview'>): Promise<DeskResult<'preview'>> {
    const { group, code, domain } = this.read(invitation);
    const preview = group === null ? null : await this.look(group);
    return { preview, group, code, domain };
  }

  /**
   * Joins with a code, or asks to join. Who is in already is in: no error.
   * @throws AunError `link_invalid`, `group_invite_*`, `group_invite_only`, `group_closed`, `group_muted`, …
   */
  async join({ invitation, message, answer }: DeskParams<'join'>): Promise<DeskResult<'join'>> {
    const invited = this.read(invitation);
    try {
      return invited.code === null
        ? await this.request(invited, message, answer)
        : await this.useCode(invited, invited.code);
    } catch (thrown) {
      const { code } = toAunError(thrown);
      if (code === 'group_already_member') return await this.alreadyIn(invited.group, thrown);
      if (code === 'group_request_pending' && invited.group !== null)
        return await this.waiting(invited.group, {}, message);
      throw thrown;
    }
  }

  /** Own requests that ran out while nobody answered are no longer waiting. */
  async forgetExpired(): Promise<void> {
    const { sync, now } = this.support.deps;
    for (const { group, membership, requestExpiresAt } of sync.records())
      if (membership === 'pending' && requestExpiresAt !== null && requestExpiresAt <= now())
        await sync.change(group, { membership: 'none', requestedAt: null, requestExpiresAt: null });
  }

  private read(text: string): GroupInvitation {
    const invitation = parseGroupInvitation(text, splitAid(this.support.deps.aid).issuer);
    if (invitation === null) throw new AunError('link_invalid', 'this leads to no group');
    return invitation;
  }

  private async useCode({ group, domain }: GroupInvitation, code: string): Promise<DeskResult<'join'>> {
    const { issuer } = splitAid(this.support.deps.aid);
    const text = domain === null || domain === issuer ? code : `${code}@${domain}`;
    const answer = await this.support.deps.rpc.call(
      'group.use_invite_code',
      { code: text },
      { timeoutMs: CHANGE_TIMEOUT_MS },
    );
    return this.entered(answer, group, 'invite_code_used');
  }

  private async request(
    { group }: GroupInvitation,
    message: string,
    answer: string,
  ): Promise<DeskResult<'join'>> {
    if (group === null) throw new AunError('link_invalid', 'this leads to no group');
    const reply = await this.support.deps.rpc.call(
      'group.request_join',
      {
        group_id: this.wireId(group),
        ...(message === '' ? {} : { message }),
        ...(answer === '' ? {} : { answer }),
      },
      { timeoutMs: CHANGE_TIMEOUT_MS },
    );
    const { status, question } = answerOf(reply);
    if (status === 'joined') return this.entered(reply, group, 'joined');
    if (status === 'question_required')
      return { state: 'question', question: readJoin({ question }).question ?? '', group: null };
    return this.waiting(group, reply, message);
  }

  /** We are in: the group is ours from now on. */
  private async entered(
    answer: unknown,
    expected: GroupId | null,
    action: MembershipChange['action'],
  ): Promise<DeskResult<'join'>> {
    const { sync, keys, aid, now } = this.support.deps;
    const wire = readGroup(answer, expected);
    if (wire === null) throw new AunError('protocol_error', 'the answer names no group');
    const record = await sync.apply(
      { group_id: wire.wireId, ...answerOf(answer) },
      {
        ...(wire.name === null ? { name: this.nameOf(wire.group) } : {}),
        membership: 'member',
        role: 'member',
        joinedAt: now(),
        addedBy: null,
        removedBy: null,
        requestedAt: null,
        requestExpiresAt: null,
        rejection: null,
      },
      'accepted',
    );
    await sync.joined(record.group);
    keys.membershipChanged({
      group: record.group,
      action,
      changed: [aid],
      oldEpoch: wireCount(answerOf(answer)['old_epoch']),
      eventSeq: null,
      own: true,
    });
    return { state: 'joined', question: '', group: await this.support.show(record.group) };
  }

  /** Somebody decides: the request is kept with what is known of the group. */
  private async waiting(group: GroupId, answer: unknown, message: string): Promise<DeskResult<'join'>> {
    const { sync, now } = this.support.deps;
    const request = readJoinRequest(answer, this.support.deps.aid);
    const seen = await this.lookPublic(group).catch(() => null);
    const before = sync.record(group);
    const requestedAt = request?.createdAt ?? before?.requestedAt ?? now();
    await sync.apply(
      seen?.raw ?? { group_id: this.wireId(group) },
      {
        ...(seen?.wire.name == null && before === null ? { name: this.nameOf(group) } : {}),
        membership: 'pending',
        role: null,
        requestedAt,
        requestExpiresAt: request?.expiresAt ?? before?.requestExpiresAt ?? requestedAt + REQUEST_LIFETIME_MS,
        rejection: null,
      },
      'accepted',
    );
    this.support.deps.runtime.logger.log('info', 'group.requested', { withMessage: message !== '' });
    return { state: 'pending', question: '', group: await this.support.show(group) };
  }

  /** Another device of ours got in, or an earlier try did: the group is fetched. */
  private async alreadyIn(group: GroupId | null, thrown: unknown): Promise<DeskResult<'join'>> {
    const { sync } = this.support.deps;
    await sync.refreshList();
    const record = group === null ? null : sync.record(group);
    if (record === null) {
      // Only the code was given, and it does not say whose it is.
      if (group === null) return { state: 'joined', question: '', group: null };
      throw thrown;
    }
    await sync.joined(record.group);
    return { state: 'joined', question: '', group: await this.support.show(record.group) };
  }

  private async look(group: GroupId): Promise<GroupPreview | null> {
    const record = this.support.deps.sync.record(group);
    if (record?.membership === 'member') return previewOf(record);
    const seen = await this.lookPublic(group);
    if (seen === null) return null;
    const [join, picture] = await Promise.all([this.joinOf(group), this.pictureOf(seen.wire)]);
    const shown = this.shown(seen.wire, join);
    return { ...shown, picture: shown.picture ?? picture };
  }

  /** The user looks at one group: its picture is fetched, and where that fails it has none. */
  private async pictureOf(wire: GroupWire): Promise<string | null> {
    if (wire.pictureRef === null || wire.pictureRef === '') return null;
    return this.support.deps.pictures.fetch(wire.pictureRef).catch((thrown: unknown) => {
      this.support.deps.runtime.logger.log('info', 'group.no_picture', { code: toAunError(thrown).code });
      return null;
    });
  }

  /** A public group as it shows itself; null for a private one. */
  private async lookPublic(group: GroupId): Promise<{ wire: GroupWire; raw: unknown } | null> {
    try {
      const answer = await this.support.deps.rpc.call('group.get_public_info', {
        group_id: this.wireId(group),
      });
      const wire = readGroup(answer, group);
      return wire === null ? null : { wire, raw: answer };
    } catch (thrown) {
      const { code } = toAunError(thrown);
      if (code === 'group_private' || code === 'group_not_member' || code === 'permission_denied')
        return null;
      throw thrown;
    }
  }

  private async joinOf(group: GroupId): Promise<ReturnType<typeof readJoin> | null> {
    try {
      const answer = await this.support.deps.rpc.call('group.get_join_requirements', {
        group_id: this.wireId(group),
      });
      return readJoin(answer);
    } catch (thrown) {
      // A gateway may keep this to members: the rest of the preview is worth showing.
      this.support.deps.runtime.logger.log('info', 'group.join_unknown', { code: toAunError(thrown).code });
      return null;
    }
  }

  private wireId(group: GroupId): string {
    return this.support.deps.sync.record(group)?.wireId ?? group;
  }

  private nameOf(group: GroupId): string {
    return groupName(group)?.base ?? group;
  }

  private shown(wire: GroupWire, join: ReturnType<typeof readJoin> | null = null): GroupPreview {
    const id = parseGroupId(wire.group);
    const record = id === null ? null : this.support.deps.sync.record(id);
    return {
      group: wire.group,
      name: wire.name ?? this.nameOf(wire.group),
      description: wire.description ?? '',
      picture: record !== null && record.pictureRef === (wire.pictureRef ?? '') ? record.picture : null,
      visibility: wire.visibility ?? 'public',
      status: wire.status ?? 'active',
      memberCount: wire.memberCount,
      joinMode: join?.mode ?? wire.joinMode ?? 'unknown',
      joinQuestion: join?.question ?? wire.joinQuestion ?? '',
      membership: record?.membership ?? 'none',
    };
  }
}

function previewOf(record: GroupRecord): GroupPreview {
  const { group, name, description, picture, visibility, status, memberCount } = record;
  const { joinMode, joinQuestion, membership } = record;
  return {
    ...{ group, name, description, picture, visibility, status, memberCount },
    ...{ joinMode, joinQuestion, membership },
  };
}
