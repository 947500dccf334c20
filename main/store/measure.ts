import type { AccountStore, InboundRecord } from '../ports/store';
import type { Clock } from '../runtime/runtime';

const ENGLISH =
  `the quick brown fox jumps over lazy dog message network agent people write answer tomorrow meeting about project
  database encrypted window gateway certificate river mountain coffee please send report number question`.split(
    /\s+/,
  );
const CHINESE = '今天我们一起去公园看花明天开会讨论新的项目请发送报告给大家谢谢你好世界网络消息加密数据';

/** Times in ms. */
export interface StoreFigures {
  readonly rows: number;
  readonly rowsPerSecond: number;
  readonly lastBatchesRowsPerSecond: number;
  readonly median: Readonly<Record<string, number>>;
  readonly p95: Readonly<Record<string, number>>;
}

/** A small generator with a fixed seed, so that runs compare. */
function generator(): () => number {
  let state = 12345;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x80000000;
  };
}

function makeText(index: number, unit: () => number): string {
  const words = Array.from(
    { length: 4 + Math.floor(unit() * 8) },
    () => ENGLISH[Math.floor(unit() ** 2 * ENGLISH.length)],
  );
  const at = Math.floor(unit() * (CHINESE.length - 8));
  if (index % 3 === 0) words.push(CHINESE.slice(at, at + 8));
  if (index % 1000 === 0) words.push(`user${index}.agentid.pub`);
  return words.join(' ');
}

function makeRecord(index: number, unit: () => number): InboundRecord {
  // A tenth of all rows lies in one conversation, the rest in 500.
  const peer = index % 10 === 0 ? 'busy.aun.test' : `peer${Math.floor(unit() * 500)}.aun.test`;
  const text = makeText(index, unit);
  return {
    seq: index + 1,
    messageId: `${index.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`,
    sender: peer,
    conversation: peer,
    own: false,
    serverTime: 1_790_000_000_000 + index * 50,
    senderTime: 1_790_000_000_000 + index * 50,
    content: { kind: 'text', text, format: 'plain' },
    payloadJson: JSON.stringify({ type: 'text', text }),
    rawJson: null,
    protection: 'e2ee-v1',
    forwardSecret: true,
  };
}

/** Fills an empty store with `rows` messages in batches and times what the window asks for. */
export async function measureStore(
  store: AccountStore,
  clock: Clock,
  rows: number,
  batch: number,
): Promise<StoreFigures> {
  const unit = generator();
  const spans: number[] = [];
  for (let at = 0; at < rows; at += batch) {
    const records = Array.from({ length: Math.min(batch, rows - at) }, (_, index) =>
      makeRecord(at + index, unit),
    );
    const started = clock.monotonic();
    await store.commitInbound(records, { contiguous: at + records.length, acknowledged: at });
    spans.push(clock.monotonic() - started);
  }
  const median: Record<string, number> = {};
  const p95: Record<string, number> = {};
  for (const [name, ask] of Object.entries(questions(store, rows))) {
    const times: number[] = [];
    for (let round = 0; round < 40; round += 1) {
      const started = clock.monotonic();
      await ask(round);
      times.push(clock.monotonic() - started);
    }
    times.sort((left, right) => left - right);
    median[name] = rounded(times[20] ?? 0);
    p95[name] = rounded(times[38] ?? 0);
  }
  const last = spans.slice(-20);
  return {
    rows,
    rowsPerSecond: Math.round((rows * 1000) / sum(spans)),
    lastBatchesRowsPerSecond: Math.round((last.length * batch * 1000) / sum(last)),
    median,
    p95,
  };
}

function questions(store: AccountStore, rows: number): Record<string, (round: number) => Promise<unknown>> {
  const search = (query: string) => () => store.search(query, { limit: 50 });
  return {
    'newest page, 100 k': () => store.page('busy.aun.test', { limit: 60 }),
    'newest page, small': (round) => store.page(`peer${round}.aun.test`, { limit: 60 }),
    'page around': (round) =>
      store.page('busy.aun.test', { limit: 60, around: 1 + 10 * Math.floor((rows / 600) * round) }),
    conversations: () => store.conversations(200, 0),
    totals: () => store.totals(),
    'search, one Chinese character': search('花'),
    'search, two Chinese characters': search('公园'),
    'search, four Chinese characters': search('新的项目'),
    'search, rare word': search('user5000.agentid.pub'),
    'search, part of an AID': search('user50'),
    'search, common word': search('quick'),
    'search, one letter': search('m'),
    'search, two letters': search('me'),
    'search, three letters': search('mes'),
    'search, five letters': search('messa'),
    'search, two words': search('message gatew'),
    'search, nothing': search('zzzzzz'),
    'search in one conversation': () => store.search('coffee', { conversation: 'peer7.aun.test', limit: 50 }),
    'part-word in one conversation': () => store.search('cof', { conversation: 'peer7.aun.test', limit: 50 }),
    'mark read': () => store.markRead('peer3.aun.test', 1),
    enqueue: (round) =>
      store.enqueue({
        conversation: 'busy.aun.test',
        messageId: `own-${round}`,
        requestId: `request-${round}`,
        payloadJson: '{"type":"text","text":"hello"}',
        content: { kind: 'text', text: 'hello', format: 'plain' },
        sortAt: 1_790_000_000_000 + rows * 60,
        sender: 'me.aun.test',
      }),
    'commit one': (round) => {
      const record = makeRecord(rows + round, () => 0.5);
      return store.commitInbound([record], null);
    },
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
