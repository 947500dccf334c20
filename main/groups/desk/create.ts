import { createHash } from 'node:crypto';
import { splitAid } from '../../../shared/aun/aid';
import { parseGroupId } from '../../../shared/aun/group-id';
import type { ErrorCode } from '../../../shared/bridge/errors';
import type { GroupRecord } from '../../ports/group-store';
import { AunError, toAunError } from '../../runtime/errors';
import { readGroup, readList } from '../wire';
import type { GroupWire } from '../wire';
import type { DeskParams, DeskResult } from './contract';
import type { Members } from './members';
import { CHANGE_TIMEOUT_MS } from './support';
import type { DeskSupport } from './support';

/** Characters of the id of a group besides `g-`: all that a gateway of the older generation takes (`protocol/05 §1.3`). */
const SLUG_LENGTH = 14;

/** After these nobody knows whether the gateway made the group. */
const UNSURE: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['request_timeout', 'connection_closed']);

/** Makes groups. */
export class GroupCreation {
  /** Creations that run, by request: a double click is one group. */
  private readonly running = new Map<string, Promise<GroupRecord>>();

  constructor(
    private readonly support: DeskSupport,
    private readonly members: Members,
  ) {}

  /**
   * Makes a group and adds people one after the other (`protocol/05 §13.1`). `group.create` may not be repeated blindly, so the
   * id is made here out of the request: a repeat finds what an earlier try made.
   * @throws AunError `group_name_taken`, `attachment_unsupported`, gateway errors
   */
  async create(params: DeskParams<'create'>): Promise<DeskResult<'create'>> {
    const running = this.running.get(params.requestId) ?? this.make(params);
    this.running.set(params.requestId, running);
    let record: GroupRecord;
    try {
      record = await running;
    } finally {
      this.running.delete(params.requestId);
    }
    const failed =
      params.members.length === 0
        ? []
        : await this.members.addAll(record, params.members, 'member').catch((thrown: unknown) => {
            // The group is there, whatever came of the rest.
            const { code } = toAunError(thrown);
            return params.members.map(({ aid }) => ({ aid, code }));
          });
    return { group: await this.support.show(record.group), failed };
  }

  private async make(params: DeskParams<'create'>): Promise<GroupRecord> {
    const { sync, keys, pictures, aid } = this.support.deps;
    const base = this.baseOf(params.requestId);
    const expected = parseGroupId(base, splitAid(aid).issuer);
    const known = expected === null ? null : sync.record(expected);
    if (known?.membership === 'member') return known;
    const picture = params.picture === null ? null : await pictures.publish(params.picture);
    const before = new Set(sync.records().map(({ group }) => group));
    const answer = await this.call(base, params, picture?.reference ?? '', before);
    const wire = readGroup(answer);
    if (wire === null) throw new AunError('protocol_error', 'group.create: the answer names no group');
    const record = await sync.apply(
      answer,
      {
        name: wire.name ?? params.name,
        description: wire.description ?? params.description,
        visibility: wire.visibility ?? params.visibility,
        membership: 'member',
        role: 'owner',
        owner: aid,
        joinMode: params.joinMode,
        joinQuestion: params.question,
        rulesSeen: true,
        joinedAt: wire.createdAt ?? this.support.deps.now(),
        ...(picture === null ? {} : { pictureRef: picture.reference, picture: picture.address }),
      },
      'accepted',
    );
    await sync.changeMembers(record.group, () =>
      this.support.deps.store.saveMember(record.group, {
        aid,
        role: 'owner',
        kind: 'human',
        joinedAt: record.joinedAt,
        mutedUntil: null,
        muteReason: '',
        hasKeys: true,
      }),
    );
    await sync.joined(record.group);
    await keys.created(record.group);
    return sync.record(record.group) ?? record;
  }

  /** Calls, and where the answer did not come looks for what was made. */
  private async call(
    base: string,
    params: DeskParams<'create'>,
    pictureRef: string,
    before: ReadonlySet<string>,
  ): Promise<unknown> {
    const { rpc } = this.support.deps;
    const { name, description, visibility, joinMode, question } = params;
    try {
      return await rpc.call(
        'group.create',
        {
          group_id: base,
          name,
          description,
          visibility,
          join_mode: joinMode,
          group_e2ee_protocol: 'group_e2ee',
          ...(question === '' ? {} : { join_question: question }),
          ...(pictureRef === '' ? {} : { avatar_ref: pictureRef }),
        },
        { timeoutMs: CHANGE_TIMEOUT_MS },
      );
    } catch (thrown) {
      const { code } = toAunError(thrown);
      if (code !== 'group_name_taken' && !UNSURE.has(code)) throw thrown;
      const made = await this.look(base, name, before).catch(() => null);
      if (made === null) throw thrown;
      return made;
    }
  }

  /** Looks among the own groups for the one that a call whose answer was lost has made. */
  private async look(base: string, name: string, before: ReadonlySet<string>): Promise<unknown> {
    const { rpc } = this.support.deps;
    const { items } = readList(await rpc.call('group.list_my', { size: 200 }), 'groups');
    const own = items.flatMap((item) => {
      const wire = readGroup(item);
      return wire?.role === 'owner' ? [{ item, wire }] : [];
    });
    const isOurs = ({ wire }: { wire: GroupWire }): boolean => wire.group.endsWith(`/${base}`);
    const sameName = own.filter(({ wire }) => wire.name === name && !before.has(wire.group));
    // A gateway that gives ids of its own is told by the name, where that leaves no doubt.
    return (own.find(isOurs) ?? (sameName.length === 1 ? sameName[0] : undefined))?.item ?? null;
  }

  private baseOf(requestId: string): string {
    const { aid } = this.support.deps;
    const digest = createHash('sha256').update(`group of a request\0${aid}\0${requestId}`).digest('hex');
    return `g-${digest.slice(0, SLUG_LENGTH)}`;
  }
}
