import { membershipCommitment, sortedAids } from '../../e2ee/v1/group';
import { BoundedMap } from '../../runtime/bounded-map';
import { isCommittedKey } from './authority';
import { note } from './context';
import type { KeysContext } from './context';
import { failureOf } from './failures';
import { handOut } from './handing';

/**
 * Gives the committed key to people who just came (`protocol/02 §10.2`), as SDK members expect of holders. The list of the handed key is
 * the new one; ours stays the list of the rotation, which is what the gateway compares with.
 */
export class Backfill {
  readonly #done = new BoundedMap<string, true>(1_000);

  constructor(private readonly context: KeysContext) {}

  /** Once for each occasion and person; failures cost nothing, the change of key that follows reaches them, too. */
  async give(group: string, aids: readonly string[], occasion: string): Promise<void> {
    const fresh = aids.filter(
      (aid) => aid !== this.context.deps.aid && !this.#done.has(`${occasion} ${aid}`),
    );
    if (fresh.length === 0) return;
    for (const aid of fresh) this.#done.set(`${occasion} ${aid}`, true);
    try {
      await this.handOn(group, fresh);
    } catch (thrown) {
      note(this.context, 'group_key.backfill_failed', group, failureOf(thrown));
    }
  }

  /**
   * Hands the committed key to members, whether they were in its rotation or not. Returns who could not be given it.
   * @throws AunError gateway errors
   */
  async handOn(group: string, aids: readonly string[]): Promise<readonly string[]> {
    const { book, ledger } = this.context;
    const { state, members } = await ledger.look(group);
    const record = book.get(group, state.committed);
    if (record === null || !isCommittedKey(state, group, record)) return [];
    const names = members.map(({ aid }) => aid);
    const recipients = aids.filter((aid) => names.includes(aid));
    const expected = state.rotation?.target === record.epoch ? state.rotation.expected : [];
    // Whoever has a part in the rotation compares with its list; whoever came later is on a list of their own.
    const known = recipients.filter((aid) => expected.includes(aid));
    const fresh = recipients.filter((aid) => !expected.includes(aid));
    const without: string[] = [];
    for (const [to, list, added] of [
      [known, expected, []],
      [fresh, sortedAids(names), fresh],
    ] as const) {
      if (to.length === 0) continue;
      const commitment = membershipCommitment(list, record.epoch, group, record.secret);
      const facts = { group, record, members: list, commitment, rotationId: null, added };
      const handed = await handOut(this.context, to, facts);
      if (handed.failed !== null) throw handed.failed;
      without.push(...handed.without);
    }
    return without;
  }
}
