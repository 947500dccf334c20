import type { GroupKeysDeps } from './types';

const MOST = 5_000;

/** Members who could not be given a key because they have none of their own; kept with the member in the database. */
export class Keyless {
  readonly #groups = new Map<string, Set<string>>();

  constructor(private readonly deps: Pick<GroupKeysDeps, 'store' | 'now' | 'inTurn'>) {}

  /** Reads a group once. */
  async load(group: string): Promise<void> {
    await this.#known(group);
  }

  /** Remembers whether a member can be given keys. */
  async mark(group: string, aid: string, hasKeys: boolean): Promise<void> {
    const known = await this.#known(group);
    if (hasKeys) known.delete(aid);
    else known.add(aid);
    const { store, inTurn } = this.deps;
    // The row has other writers, too: a mute between reading and writing it must not be undone.
    await inTurn(group, async () => {
      const member = await store.groupMember(group, aid);
      if (member !== null && member.hasKeys !== hasKeys)
        await store.saveMember(group, { ...member, hasKeys });
    });
  }

  of(group: string): readonly string[] {
    return [...(this.#groups.get(group) ?? [])];
  }

  forget(group: string): void {
    this.#groups.delete(group);
  }

  async #known(group: string): Promise<Set<string>> {
    const held = this.#groups.get(group);
    if (held !== undefined) return held;
    const query = { text: '', only: 'all', limit: MOST, offset: 0, now: this.deps.now() } as const;
    const { members } = await this.deps.store.groupMembers(group, query);
    // Somebody else may have read the group meanwhile, and marked somebody.
    const known = this.#groups.get(group) ?? new Set<string>();
    if (!this.#groups.has(group)) for (const { aid, hasKeys } of members) if (!hasKeys) known.add(aid);
    this.#groups.set(group, known);
    return known;
  }
}
