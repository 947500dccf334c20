import type { ErrorCode } from '../../../shared/bridge/errors';
import type { GroupRecord } from '../../ports/group-store';
import { AunError, toAunError } from '../../runtime/errors';
import { groupErrorCode } from '../errors';
import { readBan, readInvite, readJoinRequest, readList, readMember, wireCount } from '../wire';
import { answerOf } from './answers';
import type { DeskParams, DeskResult } from './contract';
import { readPage } from './paging';
import { shownPerson } from './people';
import { refusalError } from './support';
import type { DeskSupport } from './support';

type Decision = DeskParams<'review'>['decisions'][number];
type Outcome = DeskResult<'review'>['results'][number];

/** Who may come in: requests, invite codes, and who is kept out (`protocol/05 §13.2`, §13.4, §13.8). */
export class Admission {
  constructor(private readonly support: DeskSupport) {}

  async requests(params: DeskParams<'requests'>): Promise<DeskResult<'requests'>> {
    const record = await this.support.allow(params.group, 'review');
    const { status, limit, offset } = params;
    const page = await readPage(limit, offset, (place) =>
      this.support.call('group.list_join_requests', record, { status, ...place }),
    );
    if (status === 'pending' && page.total !== record.requests)
      await this.support.deps.sync.change(record.group, { requests: page.total });
    const read = page.items.flatMap((item) => {
      const request = readJoinRequest(item);
      return request === null ? [] : [request];
    });
    const requests = await Promise.all(
      read.map(async (request) => ({
        ...request,
        ...(await shownPerson(this.support.deps.store, request.aid)),
      })),
    );
    return { requests, total: page.total };
  }

  /**
   * Decides on requests; each has its own result. While a group is suspended they can only be refused.
   * @throws AunError where none could be decided
   */
  async review({ group, decisions }: DeskParams<'review'>): Promise<DeskResult<'review'>> {
    const record = await this.support.allow(group, 'review');
    if (record.status === 'suspended' && decisions.some(({ approve }) => approve))
      throw refusalError('suspended', 'review', record);
    const [only, ...more] = decisions;
    const results =
      only !== undefined && more.length === 0
        ? [await this.reviewOne(record, only)]
        : await this.reviewMany(record, decisions);
    this.support.deps.sync.refreshSoon(record.group, { requests: true });
    return { group: await this.support.show(record.group), results };
  }

  private async reviewOne(record: GroupRecord, { aid, approve, reason }: Decision): Promise<Outcome> {
    let answer: unknown;
    try {
      answer = await this.support.call('group.review_join_request', record, {
        aid,
        approve,
        ...(reason === '' ? {} : { reason }),
      });
    } catch (thrown) {
      const { code } = toAunError(thrown);
      // What concerns the one person is their result; everything else is nobody's in particular.
      if (!OF_ONE_PERSON.has(code)) throw thrown;
      return { aid, code };
    }
    if (approve) {
      await this.admitted(record, [answer]);
      await this.support.applied(record, answer);
      this.membersCame(record, [aid], answer);
    }
    return { aid, code: null };
  }

  private async reviewMany(record: GroupRecord, decisions: readonly Decision[]): Promise<Outcome[]> {
    const answer = await this.support.call('group.batch_review_join_request', record, {
      requests: decisions.map(({ aid, approve, reason }) => ({
        aid,
        approve,
        ...(reason === '' ? {} : { reason }),
      })),
    });
    const told = new Map<string, Readonly<Record<string, unknown>>>();
    for (const item of readList(answer, 'results').items) {
      const result = answerOf(item);
      if (typeof result['aid'] === 'string') told.set(result['aid'].toLowerCase(), result);
    }
    const results = decisions.map(({ aid }) => ({ aid, code: outcomeOf(told.get(aid)) }));
    const admitted = decisions.filter(({ approve }, index) => approve && results[index]?.code === null);
    if (admitted.length > 0) {
      await this.admitted(
        record,
        admitted.map(({ aid }) => told.get(aid)),
      );
      this.support.deps.sync.refreshSoon(record.group, { record: true, members: true });
      this.membersCame(
        record,
        admitted.map(({ aid }) => aid),
        answer,
      );
    }
    return results;
  }

  private async admitted(record: GroupRecord, answers: readonly unknown[]): Promise<void> {
    for (const answer of answers)
      await this.support.saveMember(record.group, readMember(answerOf(answer)['member']));
  }

  private membersCame(record: GroupRecord, changed: readonly string[], answer: unknown): void {
    this.support.deps.keys.membershipChanged({
      group: record.group,
      action: 'join_approved',
      changed,
      oldEpoch: wireCount(answerOf(answer)['old_epoch']),
      eventSeq: null,
      own: true,
    });
  }

  async invites({ group, limit, offset }: DeskParams<'invites'>): Promise<DeskResult<'invites'>> {
    const record = await this.support.allow(group, 'manage_invites');
    const page = await readPage(limit, offset, (place) =>
      this.support.call('group.list_invite_codes', record, place),
    );
    const invites = page.items.flatMap((item) => {
      const invite = readInvite(item, record.group);
      return invite === null ? [] : [invite];
    });
    return { invites, total: page.total };
  }

  async createInvite(params: DeskParams<'createInvite'>): Promise<DeskResult<'createInvite'>> {
    const record = await this.support.allow(params.group, 'invite');
    const code = params.code.trim().toLowerCase();
    if (code !== '' && !/^[a-z0-9_-]{4,64}$/.test(code))
      throw new AunError('invalid_request', 'a code has 4 to 64 letters, digits, `-` or `_`');
    const answer = await this.support.call('group.create_invite_code', record, {
      max_uses: params.maxUses,
      expires_in_seconds: params.expiresInSeconds,
      ...(code === '' ? {} : { code }),
    });
    const invite = readInvite(answer, record.group);
    if (invite === null) throw new AunError('protocol_error', 'group.create_invite_code: no code came back');
    return invite;
  }

  async revokeInvite({ group, code }: DeskParams<'revokeInvite'>): Promise<DeskResult<'revokeInvite'>> {
    const record = await this.support.allow(group, 'manage_invites');
    await this.support.call('group.revoke_invite_code', record, { code: code.trim().toLowerCase() });
    return {};
  }

  async bans({ group, limit, offset }: DeskParams<'bans'>): Promise<DeskResult<'bans'>> {
    const record = await this.support.allow(group, 'mute');
    const { store } = this.support.deps;
    const page = await readPage(limit, offset, (place) =>
      this.support.call('group.get_banlist', record, place),
    );
    const bans = page.items.flatMap((item) => {
      const ban = readBan(item);
      return ban === null ? [] : [ban];
    });
    const shown = await Promise.all(
      bans.map(async (ban) => ({
        ...ban,
        title: (await shownPerson(store, ban.aid)).title,
        member: (await store.groupMember(record.group, ban.aid)) !== null,
      })),
    );
    return { bans: shown, total: page.total };
  }
}

/** Refusals that say something of the person a request is from. */
const OF_ONE_PERSON: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'group_request_not_found',
  'group_already_member',
  'group_member_without_keys',
  'group_protocol_mismatch',
  'group_full',
  'group_muted',
  'not_found',
]);

/** What became of one request of a batch; null when it was done. */
function outcomeOf(result: Readonly<Record<string, unknown>> | undefined): ErrorCode | null {
  if (result === undefined) return 'gateway_refused';
  if (result['ok'] === true) return null;
  const error = result['error'];
  const facts = typeof error === 'string' ? { message: error } : answerOf(error);
  const { message, reason, code } = facts;
  const known = groupErrorCode({
    code: typeof code === 'number' ? code : 0,
    message: typeof message === 'string' ? message : '',
    reason: typeof reason === 'string' ? reason : typeof error === 'string' ? error : null,
  });
  return known ?? 'gateway_refused';
}
