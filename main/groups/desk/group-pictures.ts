import type { GroupRecord } from '../../ports/group-store';
import { toAunError } from '../../runtime/errors';
import type { DeskSupport } from './support';

/** References that led to nothing are not asked for again for so long, in ms. */
const RETRY_MS = 3_600_000;
/** References that are remembered. */
const REMEMBERED = 500;

/** Fetches the pictures of groups we are in, one after the other, and keeps them with the record. */
export class GroupPictures {
  private readonly waiting = new Set<string>();
  private readonly tried = new Map<string, number>();
  private running: Promise<void> | null = null;
  private stopped = false;

  constructor(private readonly support: DeskSupport) {}

  /** Looks whether the picture of a record has to be fetched. */
  look(record: GroupRecord): void {
    if (!this.isDue(record)) return;
    this.waiting.add(record.group);
    this.run();
  }

  /** The connection is back: what failed on the way is tried again. */
  wake(): void {
    this.tried.clear();
    for (const record of this.support.deps.sync.records()) this.look(record);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.waiting.clear();
    await this.running;
  }

  private isDue({ membership, pictureRef, picture }: GroupRecord): boolean {
    if (membership !== 'member' || pictureRef === '' || picture !== null || this.stopped) return false;
    const tried = this.tried.get(pictureRef);
    return tried === undefined || this.support.deps.now() - tried > RETRY_MS;
  }

  private run(): void {
    if (this.running !== null || !this.support.deps.isOnline()) return;
    this.running = this.fetchAll().finally(() => {
      this.running = null;
      // Something may have come in between the last look and this moment.
      if (this.waiting.size > 0) this.run();
    });
  }

  private async fetchAll(): Promise<void> {
    for (const group of this.waiting) {
      this.waiting.delete(group);
      const { sync, pictures, store, runtime, now } = this.support.deps;
      const record = sync.record(group);
      if (record === null || !this.isDue(record)) continue;
      try {
        // Nothing is fetched by itself for a group somebody unknown put us into.
        if ((await store.conversation(group))?.standing !== 'accepted') continue;
        this.remember(record.pictureRef, now());
        const picture = await pictures.fetch(record.pictureRef);
        if (picture !== null && sync.record(group)?.pictureRef === record.pictureRef)
          await sync.change(group, { picture });
      } catch (thrown) {
        runtime.logger.log('info', 'group.no_picture', { code: toAunError(thrown).code });
      }
    }
  }

  private remember(reference: string, at: number): void {
    this.tried.set(reference, at);
    const [oldest] = this.tried.keys();
    if (this.tried.size > REMEMBERED && oldest !== undefined) this.tried.delete(oldest);
  }
}
