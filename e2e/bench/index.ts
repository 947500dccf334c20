import { accountsBench } from './accounts';
import { catchUpBench } from './catch-up';
import { groupBench } from './group';
import { openBench } from './open';
import { scrollBench } from './scroll';
import { searchBench } from './search';
import { searchScreenBench } from './search-screen';
import { sendBench } from './send';
import { startBench } from './start';
import { streamBench } from './stream';

/** One benchmark: returns its figures, which become the one JSON object on the last line. */
type Bench = (args: readonly string[]) => Promise<Record<string, unknown>>;

const benches: Readonly<Record<string, Bench>> = {
  start: startBench,
  catchup: catchUpBench,
  send: sendBench,
  accounts: accountsBench,
  scroll: scrollBench,
  stream: streamBench,
  search: searchBench,
  'search-screen': searchScreenBench,
  open: openBench,
  group: groupBench,
};

async function main(): Promise<number> {
  const [name, ...args] = process.argv.slice(2);
  const bench = name === undefined ? undefined : benches[name];
  if (bench === undefined) {
    process.stderr.write(`usage: npm run bench -- ${Object.keys(benches).join(' | ')}\n`);
    return 64;
  }
  const figures = await bench(args);
  process.stdout.write(`${JSON.stringify({ bench: name, ...figures })}\n`);
  return 0;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
