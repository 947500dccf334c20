import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { messageSchema } from '../../shared/model/message';
import type { Message } from '../../shared/model/message';
import { GatewayProcess } from '../harness/gateway-process';
import { launchParley } from '../support/app';
import type { ParleyApp } from '../support/app';
import { ParleyWindow } from '../support/window';
import { findLeaks } from './leaks';

/**
 * The line from end to end, with real Electron: two applications, two data folders, one gateway; a conversation both
 * ways in two languages; one side closed while messages are sent and opened again. The last line is a JSON summary; the
 * exit code is 0 only if nothing was lost, doubled or found in the clear.
 */
const outDirectory = path.resolve(__dirname, '../../out/demo');
const pageSchema = z.object({ messages: z.array(messageSchema) });

const ALICE = 'lin-wei';
const BOB = 'martin';

/** Marked so that a search for leaks cannot find them by accident. */
const OPENING = [
  { from: ALICE, text: '你好马丁，明天上午十点部署，可以吗？（暗号：青石板）' },
  { from: BOB, text: 'Ten works for me. I will bring the release notes. (codeword: cobblestone)' },
  { from: ALICE, text: '太好了 👍 我先把变更清单发给你。' },
  { from: BOB, text: 'Thanks! 谢谢，等你的消息。\nSecond line, same message.' },
];
const OFFLINE = [
  ...Array.from({ length: 12 }, (_unused, index) => `离线消息 ${index + 1}：变更 ${1000 + index} 已合并`),
  ...Array.from(
    { length: 12 },
    (_unused, index) => `While you were away ${index + 1}: change ${2000 + index} reviewed`,
  ),
];
const CLOSING = 'I am back and have read everything. 都收到了。(codeword: lighthouse)';

interface Side {
  readonly name: string;
  readonly aid: string;
  readonly dataDir: string;
  parley: ParleyApp;
  window: ParleyWindow;
  output: string;
}

let shots = 0;

async function photograph(side: Side, step: string): Promise<void> {
  shots += 1;
  const file = `${String(shots).padStart(2, '0')}-${side.name}-${step}.png`;
  // A caret that blinks would make two pictures of one state differ.
  await side.parley.page.screenshot({
    path: path.join(outDirectory, file),
    animations: 'disabled',
    caret: 'hide',
  });
}

async function launch(dataDir: string): Promise<{ parley: ParleyApp; window: ParleyWindow }> {
  const parley = await launchParley({ dataDir });
  return { parley, window: new ParleyWindow(parley.page) };
}

async function stored(side: Side, peer: string): Promise<Message[]> {
  const answer: unknown = await side.parley.page.evaluate(
    ([account, conversation]) => window.parley?.invoke('message.page', { account, conversation, limit: 500 }),
    [side.aid, peer] as const,
  );
  return pageSchema.parse(answer).messages;
}

function textOf(message: Message): string {
  return message.content.kind === 'text' ? message.content.text : `[${message.content.kind}]`;
}

interface Count {
  sent: number;
  received: number;
  decrypted: number;
  doubled: number;
  lost: number;
  disordered: number;
}

/** Compares what one side sent with what the other side holds. */
function count(total: Count, sent: readonly string[], inbound: readonly Message[]): void {
  const texts = inbound.map(textOf);
  total.sent += sent.length;
  total.received += inbound.length;
  total.decrypted += inbound.filter(
    (message) => message.content.kind === 'text' && message.protection === 'e2ee-v1',
  ).length;
  total.lost += sent.filter((text) => !texts.includes(text)).length;
  total.doubled += texts.length - new Set(texts).size;
  const order = texts.map((text) => sent.indexOf(text));
  total.disordered += order.filter((place, index) => index > 0 && place < (order[index - 1] ?? -1)).length;
}

async function converse(alice: Side, bob: Side): Promise<void> {
  await alice.window.open(bob.aid);
  for (const { from, text } of OPENING) {
    const [speaker, listener] = from === ALICE ? [alice, bob] : [bob, alice];
    await speaker.window.say(text);
    await speaker.window.shows(text, { own: true, state: 'delivered' });
    if (listener === bob && text === OPENING[0]?.text) {
      await bob.parley.page
        .locator(`[data-testid="conversation-row"][data-conversation="${alice.aid}"]`)
        .waitFor();
      await photograph(bob, 'new-message');
      await bob.window.choose(alice.aid);
    }
    await listener.window.shows(text, { own: false });
  }
  await photograph(alice, 'conversation');
  await photograph(bob, 'conversation');
}

async function whileAway(alice: Side, bob: Side): Promise<void> {
  await bob.parley.close();
  bob.output += bob.parley.output();
  for (const text of OFFLINE) await alice.window.say(text);
  const last = OFFLINE.at(-1) ?? '';
  await alice.window.shows(last, { own: true, state: 'sent' });
  await photograph(alice, 'other-side-away');
  Object.assign(bob, await launch(bob.dataDir));
  await bob.window.page.getByTestId('shell').waitFor();
  await bob.parley.page
    .locator(`[data-testid="conversation-row"][data-conversation="${alice.aid}"][data-unread="true"]`)
    .waitFor();
  await photograph(bob, 'reopened');
  await bob.window.choose(alice.aid);
  await bob.window.shows(last, { own: false });
  await photograph(bob, 'caught-up');
  await bob.window.say(CLOSING);
  await alice.window.shows(CLOSING, { own: false });
  await photograph(alice, 'answered');
}

async function main(): Promise<boolean> {
  await rm(outDirectory, { recursive: true, force: true });
  await mkdir(outDirectory, { recursive: true });
  const work = await mkdtemp(path.join(os.tmpdir(), 'parley-demo-'));
  const gatewayData = path.join(work, 'gateway');
  const gateway = await GatewayProcess.start({ dataDir: gatewayData });
  const issuer = gateway.addresses.issuer;
  const sides: Side[] = [];
  try {
    for (const name of [ALICE, BOB]) {
      const dataDir = path.join(work, name);
      sides.push({ name, aid: `${name}.${issuer}`, dataDir, output: '', ...(await launch(dataDir)) });
    }
    const [alice, bob] = sides;
    if (alice === undefined || bob === undefined) throw new Error('two sides are needed');
    for (const side of sides) {
      await side.parley.page.getByTestId('onboarding').waitFor();
      await photograph(side, 'welcome');
      // One side over plain loopback, the other over TLS.
      const url = side === alice ? gateway.addresses.url : gateway.addresses.wss;
      await side.window.join(url, side.name, (step) => photograph(side, step));
      await side.window.online();
      await photograph(side, 'ready');
    }
    await converse(alice, bob);
    await whileAway(alice, bob);

    const total: Count = { sent: 0, received: 0, decrypted: 0, doubled: 0, lost: 0, disordered: 0 };
    const fromAlice = [...OPENING.filter((line) => line.from === ALICE).map((line) => line.text), ...OFFLINE];
    const fromBob = [...OPENING.filter((line) => line.from === BOB).map((line) => line.text), CLOSING];
    count(
      total,
      fromAlice,
      (await stored(bob, alice.aid)).filter((message) => !message.own),
    );
    count(
      total,
      fromBob,
      (await stored(alice, bob.aid)).filter((message) => !message.own),
    );

    for (const side of sides) {
      await side.parley.close();
      side.output += side.parley.output();
    }
    await gateway.stop();
    const logs = path.join(work, 'logs');
    await mkdir(logs);
    await writeFile(path.join(logs, 'gateway.log'), gateway.errorOutput);
    for (const side of sides) await writeFile(path.join(logs, `${side.name}.log`), side.output);
    const { leaks, files } = await findLeaks(
      [...sides.map((side) => side.dataDir), gatewayData, logs],
      [...fromAlice, ...fromBob],
    );
    for (const leak of leaks) process.stderr.write(`in the clear (${leak.form}): ${leak.file}\n`);
    const ok =
      total.lost + total.doubled + total.disordered + leaks.length === 0 && total.decrypted === total.sent;
    process.stdout.write(
      `${JSON.stringify({ ok, ...total, plaintextFound: leaks.length, filesSearched: files, screenshots: shots })}\n`,
    );
    return ok;
  } catch (error) {
    for (const side of sides) {
      await photograph(side, 'failed').catch(() => undefined);
      process.stderr.write(`${side.name}: ${side.parley.output().slice(-4000)}\n`);
      await side.parley.kill().catch(() => undefined);
    }
    await gateway.stop().catch(() => undefined);
    throw error;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

main().then(
  (ok) => process.exit(ok ? 0 : 1),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
