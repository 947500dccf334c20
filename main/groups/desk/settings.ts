import type { GroupRecord } from '../../ports/group-store';
import type { GroupText } from '../../../shared/model/group';
import { readJoin, readText } from '../wire';
import type { DeskParams, DeskResult } from './contract';
import type { DeskSupport } from './support';
import type { GroupFacts } from '../sync/port';

/** Name, texts and rules of a group (`protocol/05 §13.10` to §13.12). */
export class GroupSettings {
  constructor(private readonly support: DeskSupport) {}

  /** @throws AunError `attachment_unsupported`, `attachment_too_large` for the picture */
  async update(params: DeskParams<'update'>): Promise<DeskResult<'update'>> {
    const record = await this.support.allow(params.group, 'edit');
    await this.updateObject(record, params);
    await this.updateDispatch(record, params);
    return this.support.show(record.group);
  }

  /** What stands in the group object itself. */
  private async updateObject(record: GroupRecord, params: DeskParams<'update'>): Promise<void> {
    const { pictures } = this.support.deps;
    const { name, description, visibility, picture } = params;
    const stored = picture == null ? null : await pictures.publish(picture);
    const changed = {
      ...(name === undefined ? {} : { name }),
      ...(description === undefined ? {} : { description }),
      ...(visibility === undefined ? {} : { visibility }),
      ...(picture === undefined ? {} : { avatar_ref: stored?.reference ?? '' }),
    };
    if (Object.keys(changed).length === 0) return;
    const answer = await this.support.call('group.update', record, changed);
    const facts: GroupFacts = {
      ...(name === undefined ? {} : { name }),
      ...(description === undefined ? {} : { description }),
      ...(visibility === undefined ? {} : { visibility }),
      ...(picture === undefined
        ? {}
        : { pictureRef: stored?.reference ?? '', picture: stored?.address ?? null }),
    };
    await this.support.applied(record, answer, facts);
  }

  /** Who hears messages and who is on duty are settings, written in one go (`protocol/05 §5.1`). */
  private async updateDispatch(record: GroupRecord, params: DeskParams<'update'>): Promise<void> {
    const { dispatchMode, duty } = params;
    const settings = {
      ...(dispatchMode === undefined ? {} : { dispatch_mode: dispatchMode }),
      ...(duty === undefined ? {} : { 'duty.config': dutyConfig(duty) }),
    };
    if (Object.keys(settings).length === 0) return;
    await this.support.call('group.set_settings', record, { settings });
    await this.support.deps.sync.change(record.group, {
      ...(dispatchMode === undefined ? {} : { dispatchMode }),
      ...(duty === undefined ? {} : { duty }),
    });
  }

  async setJoin({
    group,
    mode,
    question,
    autoApprove,
  }: DeskParams<'setJoin'>): Promise<DeskResult<'setJoin'>> {
    const record = await this.support.allow(group, 'edit');
    // A gateway may take what is left out for empty: what stands there is said again.
    const patterns = autoApprove ?? (await this.autoApproved(record)) ?? undefined;
    const answer = await this.support.call('group.update_join_requirements', record, {
      mode,
      question,
      ...(patterns === undefined ? {} : { auto_approve_patterns: patterns }),
    });
    const told = readJoin(answer);
    await this.support.deps.sync.change(record.group, {
      joinMode: told.mode ?? mode,
      joinQuestion: told.question ?? question,
    });
    return this.support.show(record.group);
  }

  /** The patterns that let people in, for those who may change them (`protocol/05 §4.1`). */
  async joinRules({ group }: DeskParams<'joinRules'>): Promise<DeskResult<'joinRules'>> {
    const record = await this.support.allow(group, 'edit');
    const patterns = await this.autoApproved(record);
    return { autoApprove: patterns === null ? null : [...patterns] };
  }

  private async autoApproved(record: GroupRecord): Promise<readonly string[] | null> {
    return readJoin(await this.support.call('group.get_join_requirements', record)).autoApprove;
  }

  async setAnnouncement({
    group,
    content,
  }: DeskParams<'setAnnouncement'>): Promise<DeskResult<'setAnnouncement'>> {
    const record = await this.support.allow(group, 'edit');
    const answer = await this.support.call('group.update_announcement', record, { content });
    await this.support.deps.sync.change(record.group, {
      announcement: this.written(readText(answer, 'announcement')?.text ?? null, content),
      announcementSeen: true,
    });
    return this.support.show(record.group);
  }

  async setRules(params: DeskParams<'setRules'>): Promise<DeskResult<'setRules'>> {
    const record = await this.support.allow(params.group, 'edit');
    const { content, allowMemberInvite, maxMembers } = params;
    const changed = {
      ...(content === undefined ? {} : { content }),
      ...(allowMemberInvite === undefined ? {} : { allow_member_invite: allowMemberInvite }),
      ...(maxMembers === undefined ? {} : { max_members: maxMembers }),
    };
    if (Object.keys(changed).length === 0) return this.support.show(record.group);
    const answer = await this.support.call('group.update_rules', record, changed);
    await this.support.deps.sync.change(record.group, {
      ...(content === undefined
        ? {}
        : { rules: this.written(readText(answer, 'rules')?.text ?? null, content), rulesSeen: true }),
      ...(allowMemberInvite === undefined ? {} : { allowMemberInvite }),
      ...(maxMembers === undefined ? {} : { maxMembers }),
    });
    return this.support.show(record.group);
  }

  async seen({ group, what }: DeskParams<'seen'>): Promise<DeskResult<'seen'>> {
    const record = this.support.require(group);
    await this.support.deps.sync.change(
      record.group,
      what === 'announcement' ? { announcementSeen: true } : { rulesSeen: true },
    );
    return this.support.show(record.group);
  }

  /** A text we wrote ourselves, in a call that we signed. */
  private written(told: GroupText | null, content: string): GroupText | null {
    if (content.trim() === '') return null;
    const { aid, now } = this.support.deps;
    return {
      content,
      updatedBy: aid,
      updatedAt: told?.updatedAt ?? now(),
      signature: 'verified',
    };
  }
}

/** `duty.config` as the one form that is known (`protocol/05 §5.4`). */
function dutyConfig(agents: readonly string[]): Readonly<Record<string, unknown>> {
  return agents.length === 0 ? { duty_mode: 'none' } : { duty_mode: 'fixed', duty_fixed_agents: [...agents] };
}
