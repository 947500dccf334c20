import type { KeyStore } from './types';

const MOST = 5_000;

/** Members who could not be given a key because they have none of their own; kept with the member in the database. */
export class Keyless {
  readonly #groups = new Map<string, Set<string>>();

  constructor(
    private readonly store: KeyStore,
    private readonly now: () => number,
  ) {}

  /** Reads a group once. */
  async load(group: string): Promise<void> {
    if (this.#groups.has(group)) return;
    const query = { text: '', only: 'all', limit: MOST, offset: 0, now: this.now() } as const;
    const { members } = await this.store.groupMembers(group, query);
    const known = this.#groups.get(group) ?? new Set<string>();
    for (const { aid, hasKeys } of members) if (!hasKeys) known.add(aid);
    this.#groups.set(group, known);
  }

  /** Remembers whether a member can be given keys. */
  async mark(group: string, aid: string, hasKeys: boolean): Promise<void> {
    const known = this.#groups.get(group) ?? new Set<string>();
    if (hasKeys) known.delete(aid);
    else known.add(aid);
    this.#groups.set(group, known);
    const member = await this.store.groupMember(group, aid);
    if (member !== null && member.hasKeys !== hasKeys)
      await this.store.saveMember(group, { ...member, hasKeys });
  }

  of(group: string): readonly string[] {
    return [...(this.#groups.get(group) ?? [])];
  }

  forget(group: string): void {
    this.#groups.delete(group);
  }
}
