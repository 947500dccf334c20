import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright';
import { EngineProcess } from '../harness/engine-process';
import { GatewayProcess } from '../harness/gateway-process';
import { numberOf, textOf } from '../harness/sdk0220/json';
import { launchParley } from '../support/app';
import { ParleyWindow } from '../support/window';
import { percentile, tenths } from './statistics';

const AGENTS = 3;
const ARRIVING = 200;
const KEYS = 300;
const PIECE_PAUSE_MS = 25;
const PIECE = '流式回复 streams on, word by word, **bold** and `code`; ';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Measures, inside the window and by its own clock, how long after each key the next frame is on the screen. */
async function watchKeys(page: Page): Promise<void> {
  await page.evaluate(() => {
    const times: number[] = [];
    Reflect.set(window, 'keyToPaint', times);
    document.addEventListener(
      'keydown',
      (event) => {
        const pressed = event.timeStamp;
        requestAnimationFrame(() => {
          // The first task after a frame's callbacks runs once the frame was handed over.
          const channel = new MessageChannel();
          channel.port1.onmessage = () => times.push(performance.now() - pressed);
          channel.port2.postMessage(null);
        });
      },
      { capture: true },
    );
  });
}

/** The agents: one engine with three identities, each of which streams to the person at the window. */
async function agents(
  gateway: GatewayProcess,
  folder: string,
): Promise<{ engine: EngineProcess; aids: string[] }> {
  const engine = new EngineProcess(folder);
  const { issuer, url } = gateway.addresses;
  const network = await engine.call('network.add', { issuer, gatewayUrl: url, rootPem: gateway.rootPem });
  const aids: string[] = [];
  for (let index = 0; index < AGENTS; index += 1) {
    const made = await engine.call('account.create', {
      network: textOf(network['id']),
      name: `agent${String(index)}`,
      displayName: '',
    });
    aids.push(textOf(made['account']));
  }
  return { engine, aids };
}

/** Streams pieces until told to stop; then the final message is sent. Returns how many pieces there were. */
async function stream(
  engine: EngineProcess,
  account: string,
  peer: string,
  over: AbortSignal,
): Promise<number> {
  const begun = await engine.call('stream.begin', {
    account,
    conversation: peer,
    thread: 'bench',
    requestId: `s-${account}`,
  });
  const id = textOf(begun['stream']);
  let pieces = 0;
  while (!over.aborted) {
    await engine.call('stream.append', { account, stream: id, text: `${PIECE}${String(pieces)}\n` });
    pieces += 1;
    await pause(PIECE_PAUSE_MS);
  }
  await engine.call('stream.finish', { account, stream: id, requestId: `f-${account}` });
  return pieces;
}

/**
 * Keystroke to paint while three agents stream (one of them into the open conversation) and 200 messages arrive, beside the
 * same typing in a quiet window. Budget: p95 ≤ 32 ms.
 */
export async function streamBench(): Promise<Record<string, unknown>> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'parley-bench-'));
  const gateway = await GatewayProcess.start({ dataDir: path.join(folder, 'gateway') });
  const app = await launchParley({ dataDir: path.join(folder, 'window') });
  const { engine, aids } = await agents(gateway, path.join(folder, 'agents'));
  try {
    const window = new ParleyWindow(app.page);
    await window.join(gateway.addresses.url, 'typist');
    await window.online();
    const own = `typist.${gateway.addresses.issuer}`;
    for (const aid of aids) await window.open(aid);
    for (const aid of aids) await engine.call('conversation.open', { account: aid, peer: own });
    await watchKeys(app.page);
    const type = async (): Promise<number[]> => {
      await app.page.evaluate(() => void (Reflect.get(globalThis, 'keyToPaint') as number[]).splice(0));
      await window.composer().fill('');
      await window
        .composer()
        .pressSequentially('the quick brown fox 1 '.repeat(Math.ceil(KEYS / 22)), { delay: 30 });
      return app.page.evaluate(() => [...(Reflect.get(globalThis, 'keyToPaint') as number[])]);
    };
    const quiet = await type();
    const over = new AbortController();
    const streams = aids.map((aid) => stream(engine, aid, own, over.signal));
    const arriving = (async () => {
      for (let index = 0; index < ARRIVING; index += 1) {
        const account = aids[index % aids.length] ?? '';
        const text = `消息 ${String(index)} arrives meanwhile`;
        await engine.call('message.send', {
          account,
          conversation: own,
          text,
          requestId: `m-${String(index)}`,
        });
        await pause(20);
      }
    })();
    await app.page.getByTestId('stream').first().waitFor();
    const busy = await type();
    await arriving;
    over.abort();
    const pieces = await Promise.all(streams);
    return {
      keys: busy.length,
      quietP95Ms: tenths(percentile(quiet, 0.95)),
      keyToPaintP50Ms: tenths(percentile(busy, 0.5)),
      keyToPaintP95Ms: tenths(percentile(busy, 0.95)),
      pieces: pieces.reduce((sum, each) => sum + numberOf(each), 0),
      arrived: ARRIVING,
      budgetMs: { keyToPaintP95: 32 },
    };
  } finally {
    await app.close();
    await engine.stop();
    await gateway.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
