import { parseArgs } from 'node:util';
import { SeededRandom } from '../../main/messaging/testing/simulation/seeded-random';
import { until } from '../harness/until';
import { World } from '../interop/world';
import { balance, stored, textsOf } from './ledger';
import { EngineSide, WindowSide } from './side';
import type { Side } from './side';

/** Longest pause between two kills and between two messages, in ms. */
const KILL_PAUSE_MS = 1_200;
const SEND_PAUSE_MS = 60;
/** The last word must be there when nothing has moved for so long, in ms. */
const SETTLE_MS = 180_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A side with its address and what it wrote. */
interface Player {
  readonly side: Side;
  readonly aid: string;
  readonly sent: string[];
}

/** Registers a side on the gateway of the world and opens its end of the conversation. */
async function join(world: World, side: Side, name: string): Promise<string> {
  const { issuer, url } = world.gateway.addresses;
  await side.start();
  const network = await side.invoke('network.add', {
    issuer,
    gatewayUrl: url,
    rootPem: world.gateway.rootPem,
  });
  const { account } = await side.invoke('account.create', { network: network.id, name, displayName: '' });
  return account;
}

/** Writes until told to stop. A call that a kill interrupted is repeated under its request id until it is answered. */
async function write(player: Player, peer: string, random: () => number, over: AbortSignal): Promise<void> {
  for (let number = 1; !over.aborted; number += 1) {
    const text = `${player.side.name} ${String(number)} 消息`;
    await until(
      `${text} is accepted`,
      () =>
        player.side
          .invoke('message.send', { account: player.aid, conversation: peer, text, requestId: text })
          .then(() => true)
          .catch(() => pause(20).then(() => false)),
      60_000,
    );
    player.sent.push(text);
    await pause(random() * SEND_PAUSE_MS);
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '200' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      'no-window': { type: 'boolean', default: false },
    },
  });
  const kills = Number(values.kills);
  const seed = Number(values.seed);
  const seeded = new SeededRandom(seed);
  const random = (): number => seeded.unit();
  process.stderr.write(`chaos: ${String(kills)} kills, seed ${String(seed)}\n`);
  const world = await World.begin();
  const first = values['no-window']
    ? new EngineSide('window', world.folder('window'))
    : new WindowSide('window', world.folder('window'));
  const second = new EngineSide('engine', world.folder('engine'));
  world.onEnd(() => first.kill());
  world.onEnd(() => second.kill());
  try {
    const one: Player = { side: first, aid: await join(world, first, 'first'), sent: [] };
    const other: Player = { side: second, aid: await join(world, second, 'second'), sent: [] };
    await first.invoke('conversation.open', { account: one.aid, peer: other.aid });
    await second.invoke('conversation.open', { account: other.aid, peer: one.aid });

    const over = new AbortController();
    const writing = Promise.all([
      write(one, other.aid, random, over.signal),
      write(other, one.aid, random, over.signal),
    ]);
    writing.catch(() => over.abort());
    for (let kill = 1; kill <= kills && !over.signal.aborted; kill += 1) {
      await pause(random() * KILL_PAUSE_MS);
      const { side } = random() < 0.5 ? one : other;
      await side.kill();
      await pause(random() * 200);
      await side.start();
      if (kill % 20 === 0) {
        const sent = one.sent.length + other.sent.length;
        process.stderr.write(`chaos: ${String(kill)} kills, ${String(sent)} messages\n`);
      }
    }
    over.abort();
    await writing;
    const figures = await settle(one, other);
    process.stdout.write(`${JSON.stringify({ kills, seed, ...figures })}\n`);
    return figures.lost + figures.doubled + figures.disordered === 0 ? 0 : 1;
  } finally {
    await world.end();
  }
}

/** Waits until everything has arrived, or nothing moves any more, and draws the balance of both databases. */
async function settle(one: Player, other: Player): Promise<Record<string, number> & Totals> {
  const sent = one.sent.length + other.sent.length;
  const read = async () => {
    const here = await stored(one.side, one.aid, other.aid);
    const there = await stored(other.side, other.aid, one.aid);
    return { here, there };
  };
  const settled = async (): Promise<boolean> => {
    const { here, there } = await read();
    return (
      textsOf(here, false).length >= other.sent.length && textsOf(there, false).length >= one.sent.length
    );
  };
  await until('everything has arrived', () => settled().catch(() => false), SETTLE_MS).catch(() => undefined);
  const { here, there } = await read();
  const balances = [
    balance(one.sent, textsOf(here, true)),
    balance(one.sent, textsOf(there, false)),
    balance(other.sent, textsOf(there, true)),
    balance(other.sent, textsOf(here, false)),
  ];
  const sum = (pick: (each: (typeof balances)[number]) => number): number =>
    balances.reduce((total, each) => total + pick(each), 0);
  return {
    sent,
    received: textsOf(here, false).length + textsOf(there, false).length,
    lost: sum((each) => each.lost),
    doubled: sum((each) => each.doubled),
    disordered: sum((each) => each.disordered),
  };
}

interface Totals {
  readonly lost: number;
  readonly doubled: number;
  readonly disordered: number;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
