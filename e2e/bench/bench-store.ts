import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { AccountStore } from '../../main/ports/store';
import { createLogger } from '../../main/runtime/logger';
import { systemClock } from '../../main/runtime/runtime';
import { createStoreHost } from '../../main/store/host';
import { CORPUS_OWN, type Corpus } from './corpus';
import { percentile, hundredths } from './statistics';

/** Rows of one transaction, about what a catch-up stores at once. */
const BATCH = 200;

/** Gives an empty store in its worker thread and a scratch folder, and takes both away afterwards. */
export async function withStore<Result>(work: (store: AccountStore) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'parley-bench-'));
  const host = createStoreHost({
    workerPath: path.join(__dirname, '../main/store-worker.cjs'),
    logger: createLogger(
      (line) => process.stderr.write(`${line}\n`),
      () => systemClock.now(),
      'error',
    ),
  });
  try {
    return await work(await host.open(path.join(folder, 'parley.db'), randomBytes(32), CORPUS_OWN));
  } finally {
    await host.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Puts the first `count` messages of a corpus into a store; returns how many it took a second, over all and at the end. */
export async function fillStore(
  store: AccountStore,
  corpus: Corpus,
  count: number,
  conversationOf?: (index: number) => string,
): Promise<{ rowsPerSecond: number; lastRowsPerSecond: number }> {
  const spans: number[] = [];
  for (let at = 0; at < count; at += BATCH) {
    const records = Array.from({ length: Math.min(BATCH, count - at) }, (_unused, offset) => {
      const record = corpus.record(at + offset);
      if (conversationOf === undefined) return record;
      const conversation = conversationOf(at + offset);
      return { ...record, conversation, sender: record.own ? record.sender : conversation };
    });
    const started = performance.now();
    await store.commitInbound(records, { contiguous: at + records.length, acknowledged: at });
    spans.push(performance.now() - started);
    if (at % 100_000 === 0) process.stderr.write(`${at} of ${count} messages stored\n`);
  }
  const total = spans.reduce((sum, span) => sum + span, 0);
  const last = spans.slice(-50);
  return {
    rowsPerSecond: Math.round((count * 1000) / total),
    lastRowsPerSecond: Math.round((last.length * BATCH * 1000) / last.reduce((sum, span) => sum + span, 0)),
  };
}

/** Times in ms of one kind of question. */
export interface Timing {
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
  /** Questions that found something. */
  readonly found: number;
  readonly asked: number;
}

/** Asks once for each argument and times it. `ask` says whether something was found. */
export async function timed<Argument>(
  list: readonly Argument[],
  ask: (argument: Argument) => Promise<boolean>,
): Promise<Timing> {
  const times: number[] = [];
  let found = 0;
  for (const argument of list) {
    const started = performance.now();
    if (await ask(argument)) found += 1;
    times.push(performance.now() - started);
  }
  return {
    p50: hundredths(percentile(times, 0.5)),
    p95: hundredths(percentile(times, 0.95)),
    max: hundredths(Math.max(...times)),
    found,
    asked: list.length,
  };
}

/** The number behind an option, or what it is without. */
export function numberOption(args: readonly string[], name: string, fallback: number): number {
  const index = args.indexOf(name);
  const value = index < 0 ? Number.NaN : Number(args[index + 1]);
  return Number.isInteger(value) && value > 0 ? value : fallback;
}
