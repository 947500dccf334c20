import { safeFileName } from '../../../shared/aun/file-name';
import type { GroupLogEntry } from '../../../shared/model/group';
import { replaceFileAtomically } from '../../runtime/files';
import type { DeskParams, DeskResult } from './contract';
import { CSV_HEAD, csvLine, jsonEntry } from './log-export';
import type { DeskSupport } from './support';

/** Entries read in one go for a file. */
const PAGE = 200;

/** Who did what to whom, out of the events that were seen here (`protocol/05 §13.16`). */
export class ModerationLog {
  constructor(private readonly support: DeskSupport) {}

  async log({ group, query, actions, before, limit }: DeskParams<'log'>): Promise<DeskResult<'log'>> {
    const record = this.support.require(group);
    return this.support.deps.store.groupLog(record.group, { text: query, actions, before, limit });
  }

  /** Saves the whole log, newest first. The file appears when it is complete. @throws AunError `disk_full` */
  async exportLog({ group, format }: DeskParams<'exportLog'>): Promise<DeskResult<'exportLog'>> {
    const record = this.support.require(group);
    const { desktop, now } = this.support.deps;
    const day = new Date(now()).toISOString().slice(0, 10);
    const suggestedName = safeFileName(`${record.name || 'group'}-log-${day}.${format}`);
    const target = await desktop.chooseSave({ purpose: 'group_log', suggestedName });
    if (target === null) return { saved: false };
    const pieces = format === 'csv' ? this.csv(record.group) : this.json(record.group);
    await replaceFileAtomically(target, async (handle) => {
      for await (const piece of pieces) await handle.writeFile(piece);
    });
    return { saved: true };
  }

  private async *csv(group: string): AsyncGenerator<string, void, undefined> {
    yield CSV_HEAD;
    for await (const entries of this.pages(group)) yield entries.map(csvLine).join('');
  }

  private async *json(group: string): AsyncGenerator<string, void, undefined> {
    yield `{"group":${JSON.stringify(group)},"entries":[`;
    let first = true;
    for await (const entries of this.pages(group)) {
      if (entries.length === 0) continue;
      yield `${first ? '' : ','}\n${entries.map(jsonEntry).join(',\n')}`;
      first = false;
    }
    yield '\n]}\n';
  }

  private async *pages(group: string): AsyncGenerator<readonly GroupLogEntry[], void, undefined> {
    let before: number | null = null;
    for (;;) {
      const query = { text: '', actions: [], before, limit: PAGE };
      const { entries, more }: { entries: GroupLogEntry[]; more: boolean } =
        await this.support.deps.store.groupLog(group, query);
      yield entries;
      const last = entries.at(-1);
      if (!more || last === undefined) return;
      before = last.seq;
    }
  }
}
