import type { Disposer } from '../../runtime/runtime';
import { toAunError } from '../../runtime/errors';
import { readList, readMember } from '../wire';
import type { DeskSupport } from './support';

/** How often it is asked who is connected while somebody looks (`protocol/05 §13.17`), in ms. */
const PERIOD_MS = 30_000;

/** Keeps asking who of one group is connected, while its page is open. */
export class OnlineWatch {
  private group: string | null = null;
  private online = new Map<string, boolean>();
  private timer: Disposer | null = null;
  private asking = false;

  constructor(private readonly support: DeskSupport) {}

  /** Watches a group from now on, or none. */
  watch(group: string | null): void {
    const id = group === null ? null : this.support.require(group).group;
    if (id === this.group && id !== null) return this.ask();
    this.timer?.();
    this.timer = null;
    this.group = id;
    this.online = new Map();
    if (id === null) return;
    this.timer = this.support.deps.runtime.scheduler.every(PERIOD_MS, () => this.ask());
    this.ask();
  }

  /** Null: not known. */
  isOnline(group: string, aid: string): boolean | null {
    if (group !== this.group) return null;
    return this.online.get(aid) ?? null;
  }

  /** The connection is back. */
  wake(): void {
    this.ask();
  }

  /** Nobody knows any more who is there. */
  forget(): void {
    if (this.group === null || this.online.size === 0) return;
    this.online = new Map();
    this.support.membersChanged(this.group);
  }

  stop(): void {
    this.watch(null);
  }

  private ask(): void {
    const { group } = this;
    if (group === null || this.asking || !this.support.deps.isOnline()) return;
    this.asking = true;
    void this.read(group)
      .catch((thrown: unknown) => {
        const { code } = toAunError(thrown);
        this.support.deps.runtime.logger.log('info', 'group.online_unknown', { code });
      })
      .finally(() => {
        this.asking = false;
        // Somebody looks at another group by now, whose question found this one on its way.
        if (this.group !== group) this.ask();
      });
  }

  private async read(group: string): Promise<void> {
    const record = this.support.deps.sync.record(group);
    if (record?.membership !== 'member') return;
    const answer = await this.support.call('group.get_online_members', record);
    if (this.group !== group) return;
    const found = new Map<string, boolean>();
    for (const item of readList(answer, 'members', 'online_members').items) {
      const member = readMember(item);
      if (member?.online != null) found.set(member.aid, member.online);
    }
    const same =
      found.size === this.online.size && [...found].every(([aid, there]) => this.online.get(aid) === there);
    this.online = found;
    if (!same) this.support.membersChanged(group);
  }
}
