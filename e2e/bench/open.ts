import { fillStore, numberOption, timed, withStore } from './bench-store';
import { createCorpus } from './corpus';
import { hundredths } from './statistics';

const ROUNDS = 300;
const PAGE = 60;
const LARGE = 'large.aun.test';
const BUDGET = 1.3;
/** Small conversations, and messages in each. */
const SMALL_ONES = 50;
const SMALL = 100;

/**
 * Opening a conversation of 100 000 messages against one of 100, in the store's worker thread: time from the question for the
 * newest page to its 60 messages. Rounds alternate, so that both meet the same machine. Their ratio may be 1.3 at most.
 * `--messages N` (100 000), `--rounds N` (300).
 */
export async function openBench(args: readonly string[]): Promise<Record<string, unknown>> {
  const messages = numberOption(args, '--messages', 100_000);
  const rounds = numberOption(args, '--rounds', ROUNDS);
  return withStore(async (store) => {
    const corpus = createCorpus();
    // The small ones grow in between, as they do in life: their rows do not lie together either.
    const total = messages + SMALL_ONES * SMALL;
    const stride = Math.floor(total / (SMALL_ONES * SMALL));
    const small = (number: number): string => `small${number % SMALL_ONES}.aun.test`;
    await fillStore(store, corpus, total, (index) => (index % stride === 0 ? small(index / stride) : LARGE));
    const open = (conversation: string) => async (): Promise<boolean> => {
      const page = await store.page(conversation, { limit: PAGE });
      await store.conversation(conversation);
      if (page.messages.length !== PAGE) throw new Error(`${conversation} has no full page`);
      return true;
    };
    const large: number[] = [];
    const little: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      little.push((await timed([round], open(small(0)))).p50);
      large.push((await timed([round], open(LARGE))).p50);
    }
    return summary(little, large);
  });
}

function summary(little: readonly number[], large: readonly number[]): Record<string, unknown> {
  const median = (values: readonly number[]): number =>
    [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
  const ratio = median(large) / median(little);
  return {
    smallMs: hundredths(median(little)),
    largeMs: hundredths(median(large)),
    ratio: hundredths(ratio),
    budget: BUDGET,
    withinBudget: ratio <= BUDGET,
  };
}
