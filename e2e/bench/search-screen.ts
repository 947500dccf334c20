import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright';
import { GatewayProcess } from '../harness/gateway-process';
import { launchParley } from '../support/app';
import { fillStore, numberOption } from './bench-store';
import { createCorpus } from './corpus';
import { makeAccount, openOnlyAccount } from './filled-account';
import { queriesOf } from './search';
import { percentile, tenths } from './statistics';

const DEFAULT_MESSAGES = 1_000_000;
const DEFAULT_QUERIES = 12;
const BUDGET_MS = 150;
/** Longest wait for a list of hits; a query that finds nothing shows its words sooner. */
const LIMIT_MS = 10_000;

/** Puts a query into the field and measures, by the window's clock, until its hits (or that there are none) are on the screen. */
function ask(page: Page, query: string): Promise<number> {
  return page.evaluate(
    ([text, limit]) =>
      new Promise<number>((resolve) => {
        const field = document.querySelector('[data-testid="search"]');
        if (!(field instanceof HTMLInputElement)) throw new Error('there is no search field');
        const write = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set;
        const started = performance.now();
        const done = (): void => {
          observer.disconnect();
          requestAnimationFrame(() => resolve(performance.now() - started));
        };
        const observer = new MutationObserver(() => {
          const list = document.querySelector('[data-testid="search-results"]');
          if (list?.getAttribute('data-query') === text) done();
        });
        observer.observe(document.body, { subtree: true, childList: true, attributes: true });
        setTimeout(done, limit);
        write?.call(field, text);
        field.dispatchEvent(new Event('input', { bubbles: true }));
      }),
    [query, LIMIT_MS] as const,
  );
}

/**
 * Search from the typed query to the hits on the screen, in the real window over a history of a million messages.
 * `--messages N` (1 000 000), `--queries N` for each kind (12).
 */
export async function searchScreenBench(args: readonly string[]): Promise<Record<string, unknown>> {
  const messages = numberOption(args, '--messages', DEFAULT_MESSAGES);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'parley-bench-'));
  const dataDir = path.join(folder, 'window');
  const gateway = await GatewayProcess.start({ dataDir: path.join(folder, 'gateway') });
  const corpus = createCorpus();
  try {
    await makeAccount(gateway, dataDir, 'searcher', `friend.${gateway.addresses.issuer}`);
    const store = await openOnlyAccount(dataDir);
    await fillStore(store, corpus, messages);
    await store.close();
    const app = await launchParley({ dataDir });
    try {
      await app.page.getByTestId('conversation-row').first().waitFor();
      const kinds: Record<string, { p50: number; p95: number }> = {};
      let last = '';
      const counted = args.includes('--queries') ? args : [...args, '--queries', String(DEFAULT_QUERIES)];
      for (const [kind, queries] of Object.entries(queriesOf(corpus, messages, counted))) {
        const asked = queries.map(({ text }) => text);
        // The same words twice in a row would change nothing on the screen.
        const texts = asked.filter((text, index) => text !== '' && text !== (asked[index - 1] ?? last));
        last = texts.at(-1) ?? last;
        const times: number[] = [];
        for (const text of texts) times.push(await ask(app.page, text));
        if (times.length === 0) continue;
        kinds[kind] = { p50: tenths(percentile(times, 0.5)), p95: tenths(percentile(times, 0.95)) };
        process.stderr.write(`${JSON.stringify({ kind, ...kinds[kind] })}\n`);
      }
      const worst = Math.max(...Object.values(kinds).map(({ p95 }) => p95));
      return { messages, budgetMs: BUDGET_MS, worstP95: worst, withinBudget: worst <= BUDGET_MS, kinds };
    } finally {
      await app.close();
    }
  } finally {
    await gateway.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
