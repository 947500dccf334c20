import type { GroupRecord } from '../../ports/group-store';
import { toAunError } from '../../runtime/errors';
import { answerOf } from './answers';
import type { DeskParams, DeskResult } from './contract';
import type { DeskSupport } from './support';

/** How a group goes on and ends (`protocol/05 §13.13` to §13.15). */
export class Lifecycle {
  constructor(private readonly support: DeskSupport) {}

  /** Leaves; what was written stays here, in the archive. @throws AunError `group_owner_leaves` */
  async leave({ group }: DeskParams<'leave'>): Promise<DeskResult<'leave'>> {
    const record = await this.support.allow(group, 'leave');
    try {
      await this.support.call('group.leave', record);
    } catch (thrown) {
      // Somebody removed us in the same moment, or an earlier call got through: we are out all the same.
      if (toAunError(thrown).code !== 'group_not_member') throw thrown;
    }
    const left = await this.support.deps.sync.left(record.group, { membership: 'left', by: null });
    await this.archive(record.group);
    return this.support.deps.view(left);
  }

  async suspend({ group }: DeskParams<'suspend'>): Promise<DeskResult<'suspend'>> {
    const record = await this.support.allow(group, 'suspend');
    await this.change('group.suspend', record, 'suspended');
    return this.support.show(record.group);
  }

  async resume({ group }: DeskParams<'resume'>): Promise<DeskResult<'resume'>> {
    const record = this.support.require(group);
    // A group that is not suspended is resumed: repeating it changes nothing.
    if (record.status === 'active' && record.membership === 'member' && record.role === 'owner')
      return this.support.deps.view(record);
    await this.support.allow(group, 'resume');
    await this.change('group.resume', record, 'active');
    return this.support.show(record.group);
  }

  /**
   * Ends a group for everybody. What waits is fetched and opened first: the keys go with the group (`protocol/05 §13.15`).
   * @throws AunError `group_suspended`, `group_need_owner`, gateway errors
   */
  async dissolve({ group }: DeskParams<'dissolve'>): Promise<DeskResult<'dissolve'>> {
    const record = await this.support.allow(group, 'dissolve');
    const { sync, keys } = this.support.deps;
    await sync.catchUp(record.group);
    await sync.heal(record.group);
    await this.support.call('group.dissolve', record);
    const ended = await sync.change(record.group, { status: 'dissolved' });
    await keys.leftGroup(record.group, true);
    await this.archive(record.group);
    return this.support.deps.view(ended);
  }

  private async change(method: string, record: GroupRecord, status: 'active' | 'suspended'): Promise<void> {
    const answer = await this.support.call(method, record);
    // The status of the answer is `unchanged` where it was so already.
    await this.support.applied(record, { group: answerOf(answer)['group'] }, { status });
  }

  private async archive(group: string): Promise<void> {
    const { store, publish } = this.support.deps;
    // A request that was answered by leaving waits no longer.
    if ((await store.conversation(group))?.standing === 'pending')
      publish(await store.setStanding(group, 'accepted'));
    publish(await store.changeConversation(group, { archived: true }));
  }
}
