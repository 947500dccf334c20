import type { Group } from '../../../shared/model/group';
import type { GroupRecord } from '../../ports/group-store';
import { toAunError } from '../../runtime/errors';
import type { DeskParams, DeskResult } from './contract';
import type { Members } from './members';
import { shownPerson } from './people';
import type { DeskSupport } from './support';

/** From so many turns on, agents that answer each other are noticed. Three or four happen in any good answer. */
export const LOOP_TURNS = 5;
/** Newest messages that are looked at. */
const LOOKED_AT = 40;
/** A longer pause between two messages ends an exchange: two agents that report every morning answer nobody. In ms. */
const LONGEST_PAUSE_MS = 900_000;

/** A message and who wrote it, as the guard sees it. */
export interface Turn {
  readonly id: number;
  readonly at: number;
  readonly sender: string;
  readonly agent: boolean;
}

/**
 * The exchange at the end of a timeline that only agents take part in, two of them at least. A turn is whatever one of them writes
 * before another does.
 * @param newestFirst newest messages, newest first
 * @param after messages up to this id do not count
 */
export function agentExchange(
  newestFirst: readonly Turn[],
  after: number,
): { readonly agents: readonly string[]; readonly turns: number } {
  const agents = new Set<string>();
  let turns = 0;
  let later: Turn | null = null;
  for (const turn of newestFirst) {
    if (!turn.agent || turn.id <= after) break;
    if (later !== null && later.at - turn.at > LONGEST_PAUSE_MS) break;
    if (later?.sender !== turn.sender) turns += 1;
    agents.add(turn.sender);
    later = turn;
  }
  return agents.size < 2 ? { agents: [], turns: 0 } : { agents: [...agents].sort(), turns };
}

interface Watch {
  loop: Group['loop'];
  /** Messages up to here were answered by the moderator. */
  after: number;
  /** The moderator lets it be: nothing is said until a person writes. */
  ignored: boolean;
}

/** Notices agents that answer each other without a person, and does what a moderator decides about it. */
export class LoopGuard {
  private readonly watches = new Map<string, Watch>();
  private readonly looking = new Map<string, Promise<void>>();
  private readonly again = new Set<string>();

  constructor(
    private readonly support: DeskSupport,
    private readonly members: Members,
  ) {}

  /** New messages are stored: looks in the background, once for many. */
  stored(group: string): void {
    if (this.looking.has(group)) {
      this.again.add(group);
      return;
    }
    const look = this.look(group)
      .catch((thrown: unknown) => {
        const { code, message } = toAunError(thrown);
        this.support.deps.runtime.logger.log('warn', 'group.loop_not_seen', { code, message });
      })
      .finally(() => {
        this.looking.delete(group);
        if (this.again.delete(group)) this.stored(group);
      });
    this.looking.set(group, look);
  }

  /** Resolves when everything that was stored so far was looked at. */
  async settled(): Promise<void> {
    while (this.looking.size > 0) await Promise.all(this.looking.values());
  }

  /** For owner and admins; the others can do nothing about it. */
  loopOf(record: GroupRecord): Group['loop'] {
    const leads = record.role === 'owner' || record.role === 'admin';
    if (!leads || record.membership !== 'member' || record.status === 'dissolved') return null;
    return this.watches.get(record.group)?.loop ?? null;
  }

  /** Only the mentioned hear, the agents of the exchange are muted, or it is let be. */
  async calm({ group, how, seconds }: DeskParams<'calmLoop'>): Promise<DeskResult<'calmLoop'>> {
    const record = await this.support.allow(group, how === 'mute' ? 'mute' : 'edit');
    const agents = this.watches.get(record.group)?.loop?.agents ?? [];
    if (how === 'mention_mode') {
      await this.support.call('group.set_settings', record, { settings: { dispatch_mode: 'mention' } });
      await this.support.deps.sync.change(record.group, { dispatchMode: 'mention' });
    }
    if (how === 'mute') for (const aid of agents) await this.mute(record, aid, seconds);
    await this.answered(record.group, how === 'ignore');
    return this.support.show(record.group);
  }

  /** An agent that may not be muted, or is gone, keeps nobody from muting the others. */
  private async mute(record: GroupRecord, aid: string, seconds: number): Promise<void> {
    const member = await this.support.deps.store.groupMember(record.group, aid);
    if (member === null || member.role === 'owner' || aid === this.support.deps.aid) return;
    await this.members.ban(record, aid, seconds, '');
  }

  private async answered(group: string, ignored: boolean): Promise<void> {
    const [newest] = await this.support.deps.store.groupAuthors(group, 1);
    this.watches.set(group, { loop: null, after: newest?.id ?? 0, ignored });
    await this.support.tell(group);
  }

  private async look(group: string): Promise<void> {
    const authors = await this.support.deps.store.groupAuthors(group, LOOKED_AT);
    const kinds = new Map<string, boolean>();
    for (const { sender } of authors)
      if (!kinds.has(sender)) kinds.set(sender, await this.isAgent(group, sender));
    const turns = authors.map((author) => ({ ...author, agent: kinds.get(author.sender) ?? false }));
    const watch = this.watches.get(group) ?? { loop: null, after: 0, ignored: false };
    const human = turns.some((turn) => !turn.agent && turn.id > watch.after);
    const ignored = watch.ignored && !human;
    const { agents, turns: count } = agentExchange(turns, watch.after);
    const loop = !ignored && count >= LOOP_TURNS ? { agents: [...agents], turns: count } : null;
    const same = JSON.stringify(loop) === JSON.stringify(watch.loop);
    this.watches.set(group, { ...watch, ignored, loop });
    if (!same) await this.support.tell(group);
  }

  /** By their verified profile, or because whoever added them said so. This user is a person. */
  private async isAgent(group: string, aid: string): Promise<boolean> {
    const { store, aid: own } = this.support.deps;
    if (aid === own) return false;
    const { verifiedKind } = await shownPerson(store, aid);
    if (verifiedKind !== 'unknown') return verifiedKind === 'agent';
    return (await store.groupMember(group, aid))?.kind === 'ai';
  }
}
