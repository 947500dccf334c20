import type { SearchQuery } from '../../main/ports/store';
import { fillStore, numberOption, timed, withStore, type Timing } from './bench-store';
import { BUSY, CORPUS_OWN, createCorpus, generator, type Corpus } from './corpus';

const DEFAULT_MESSAGES = 1_000_000;
const QUERIES = 60;
const LIMIT = 50;
const BUDGET_MS = 50;

/**
 * Search in a history of a million messages in two languages with code, in the store's worker thread: p50 and p95 in ms for each
 * kind of query, from the question to the answer with excerpts. `--messages N` (1 000 000), `--queries N` for each kind (60).
 */
export async function searchBench(args: readonly string[]): Promise<Record<string, unknown>> {
  const messages = numberOption(args, '--messages', DEFAULT_MESSAGES);
  const corpus = createCorpus();
  return withStore(async (store) => {
    const stored = await fillStore(store, corpus, messages);
    const kinds: Record<string, Timing> = {};
    for (const [kind, queries] of Object.entries(queriesOf(corpus, messages, args))) {
      kinds[kind] = await timed(queries, async (query) => (await store.search(query)).length > 0);
      process.stderr.write(`${JSON.stringify({ kind, ...kinds[kind] })}\n`);
    }
    const worst = Math.max(...Object.values(kinds).map((timing) => timing.p95));
    return {
      messages,
      ...stored,
      budgetMs: BUDGET_MS,
      worstP95: worst,
      withinBudget: worst <= BUDGET_MS,
      kinds,
    };
  });
}

export function queriesOf(
  corpus: Corpus,
  messages: number,
  args: readonly string[],
): Record<string, SearchQuery[]> {
  const unit = generator(99);
  const count = numberOption(args, '--queries', QUERIES);
  const any = (most: number): number => Math.floor(unit() * most);
  const spread = (most: number): number => Math.floor(Math.exp(unit() * Math.log(most)));
  const make = (text: () => string, rest: () => Partial<SearchQuery> = () => ({})): SearchQuery[] =>
    Array.from({ length: count }, () => ({ text: text(), limit: LIMIT, ...rest() }));
  const textOf = (pattern: RegExp): string => {
    for (;;) {
      const { content } = corpus.record(any(messages));
      const found = content.kind === 'text' ? pattern.exec(content.text) : null;
      if (found !== null) return found[0];
    }
  };
  const word = (): string => corpus.english(spread(5_000));
  const inside = (length: number): string => {
    for (;;) {
      const whole = corpus.english(any(30_000));
      if (whole.length > length + 1) return whole.slice(1, 1 + length);
    }
  };
  const peer = (): string => `peer${any(500)}.aun.test`;
  const span = (): Partial<SearchQuery> => {
    const since = any(messages);
    return { since: corpus.timeOf(since), until: corpus.timeOf(since + 1 + any(messages / 20)) };
  };
  return {
    'one Han character': make(() => corpus.han(spread(3_000))),
    'two Han characters, from a text': make(() => textOf(/\p{Script=Han}{2}/u)),
    'four Han characters, from a text': make(() => textOf(/\p{Script=Han}{4}/u)),
    'two Han characters, at random': make(() => corpus.han(spread(300)) + corpus.han(spread(300))),
    'English word, common': make(() => corpus.english(any(200))),
    'English word, any': make(() => corpus.english(any(30_000))),
    'first letter': make(() => corpus.english(any(2_000)).slice(0, 1)),
    'two first letters': make(() => corpus.english(any(2_000)).slice(0, 2)),
    'part-word, three letters': make(() => inside(3)),
    'part-word, five letters': make(() => inside(5)),
    'two words': make(() => `${word()} ${word()}`),
    'word and part-word': make(() => `${word()} ${inside(4)}`),
    'Chinese and English': make(() => `${corpus.han(spread(500))} ${word()}`),
    'whole AID': make(() => `user${any(400) * 50}.agentid.pub`),
    'part of an AID': make(() => `user${any(20) * 50}`),
    'name in code': make(() => textOf(/[a-z]+_[a-z]+/)),
    'number that comes once': make(() => any(messages).toString(16).padStart(4, '0')),
    nothing: make(() => `zq${any(1e9).toString(36)}xj`),
    'word in a conversation': make(word, () => ({ conversation: peer() })),
    'part-word in a conversation': make(
      () => inside(4),
      () => ({ conversation: peer() }),
    ),
    'word of a sender': make(word, () => ({ from: peer() })),
    'own word': make(word, () => ({ from: CORPUS_OWN })),
    'word within a time': make(word, span),
    'part-word within a time': make(() => inside(3), span),
    'word with a file': make(word, () => ({ has: 'file' })),
    'files of a conversation': make(
      () => '',
      () => ({ has: 'file', conversation: BUSY }),
    ),
    'pictures within a time': make(
      () => '',
      () => ({ has: 'image', ...span() }),
    ),
    'links of a sender': make(
      () => '',
      () => ({ has: 'link', from: peer() }),
    ),
    'anything within a time': make(() => '', span),
  };
}
