import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { groupSchema } from '../../shared/model/group';
import { messageSchema } from '../../shared/model/message';
import { networkSchema } from '../../shared/model/network';
import { GatewayProcess } from '../harness/gateway-process';
import { Meddler } from '../harness/meddler';
import { Person } from '../harness/person';
import { startBenchEngine } from './in-process-engine';
import type { BenchEngine } from './in-process-engine';
import { percentile, tenths } from './statistics';

const SIZES = [2, 20, 200] as const;
const SAMPLES = 50;
const BURST = 200;
const CATCH_UP = 10_000;
/** People that register at the same time. */
const AT_ONCE = 8;
/** Longest wait for anything, in ms. */
const PATIENCE_MS = 600_000;

const createdSchema = z.object({ group: groupSchema, failed: z.array(z.unknown()) });

/** An engine of the bench and its identity. */
interface Side {
  readonly bench: BenchEngine;
  readonly account: string;
  call(command: string, params?: Readonly<Record<string, unknown>>): Promise<unknown>;
}

async function takeSide(folder: string, name: string, gateway: GatewayProcess, url: string): Promise<Side> {
  const bench = await startBenchEngine(path.join(folder, name));
  const { issuer } = gateway.addresses;
  const added = await bench.call('network.add', { issuer, gatewayUrl: url, rootPem: gateway.rootPem });
  const network = networkSchema.parse(added).id;
  const account = `${name}.${issuer}`;
  const online = new Promise<void>((resolve) => {
    bench.onEvent((event) => {
      if (event.event === 'account.changed' && event.data.snapshot.session.state === 'online') resolve();
    });
  });
  await bench.call('account.create', { network, name, displayName: '' });
  await online;
  return { bench, account, call: (command, params = {}) => bench.call(command, { account, ...params }) };
}

/** People who were online once, so that they can be given keys. They stay away while anything is measured. */
async function register(gateway: GatewayProcess, folder: string, count: number): Promise<string[]> {
  const names = Array.from(
    { length: count },
    (_unused, index) => `member${index}.${gateway.addresses.issuer}`,
  );
  const queue = [...names];
  const lane = async (): Promise<void> => {
    for (let aid = queue.shift(); aid !== undefined; aid = queue.shift()) {
      const person = await new Person(gateway, aid, path.join(folder, aid)).join();
      await person.leave();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return names;
}

async function until(what: string, look: () => Promise<boolean> | boolean): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await look())) {
    if (performance.now() > end) throw new Error(`waited too long for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function group(side: Side, id: string): Promise<z.infer<typeof groupSchema>> {
  return groupSchema.parse(await side.call('group.get', { group: id }));
}

/** Waits until the key of a group is of that epoch or a later one, and nothing is going on with it. */
async function secured(side: Side, id: string, epoch: number): Promise<number> {
  let last = 0;
  await until(`epoch ${epoch} of ${id}`, async () => {
    const { keys } = await group(side, id);
    last = keys.epoch;
    return keys.state === 'secured' && keys.epoch >= epoch && !keys.refreshPending;
  });
  return last;
}

/** Hears texts of a side's messages with the time they were stored. */
function arrivals(side: Side): Map<string, number> {
  const seen = new Map<string, number>();
  side.bench.onEvent((event) => {
    if (event.event !== 'message.changed') return;
    for (const message of event.data.messages)
      if (message.content.kind === 'text' && !message.own && !seen.has(message.content.text))
        seen.set(message.content.text, performance.now());
  });
  return seen;
}

/** One message at a time, then many at once, from one side to the other. */
async function sendAndReceive(sender: Side, seen: Map<string, number>, id: string, label: string) {
  const sent: number[] = [];
  const received: number[] = [];
  const states = new Map<number, number>();
  sender.bench.onEvent((event) => {
    if (event.event !== 'message.changed') return;
    for (const message of event.data.messages)
      if (message.own && message.state === 'sent' && !states.has(message.id))
        states.set(message.id, performance.now());
  });
  const send = async (text: string): Promise<number> => {
    const message = await sender.call('message.send', {
      conversation: id,
      text,
      requestId: `${label}-${text}`,
    });
    return messageSchema.parse(message).id;
  };
  for (let number = 0; number < SAMPLES; number += 1) {
    const text = `${label} 第 ${number} 条`;
    const started = performance.now();
    const message = await send(text);
    await until(text, () => states.has(message) && seen.has(text));
    sent.push((states.get(message) ?? 0) - started);
    received.push((seen.get(text) ?? 0) - started);
  }
  const burst = Array.from({ length: BURST }, (_unused, index) => `${label} burst ${index}`);
  const started = performance.now();
  for (const text of burst) await send(text);
  await until('the burst', () => burst.every((text) => seen.has(text)));
  const seconds = (performance.now() - started) / 1000;
  return {
    sentP50Ms: tenths(percentile(sent, 0.5)),
    sentP95Ms: tenths(percentile(sent, 0.95)),
    receivedP50Ms: tenths(percentile(received, 0.5)),
    receivedP95Ms: tenths(percentile(received, 0.95)),
    messagesPerSecond: Math.round(BURST / seconds),
  };
}

/**
 * Groups of 2, 20 and 200: sending and receiving, changing the key of the largest one after somebody was removed (time, bytes and
 * frames of the one who changes it), and catching up with 10 000 messages. Both engines run in this process, the gateway in
 * its own; the other members have keys but are away. `--catch-up N` (10 000), `--sizes N,N`.
 */
export async function groupBench(args: readonly string[]): Promise<Record<string, unknown>> {
  const given = Number(args[args.indexOf('--catch-up') + 1]);
  const messages = args.includes('--catch-up') && given > 0 ? given : CATCH_UP;
  const wanted = (args[args.indexOf('--sizes') + 1] ?? '').split(',').map(Number);
  const sizes = args.includes('--sizes') && wanted.every((size) => size >= 2) ? wanted : SIZES;
  const folder = await mkdtemp(path.join(os.tmpdir(), 'parley-bench-'));
  const gateway = await GatewayProcess.start({ dataDir: path.join(folder, 'gateway') });
  const watched = await Meddler.before(gateway);
  try {
    const largest = Math.max(...sizes);
    process.stderr.write(`registering ${largest - 2} members\n`);
    const members = await register(gateway, path.join(folder, 'members'), largest - 2);
    const owner = await takeSide(folder, 'owner', gateway, watched.url);
    const reader = await takeSide(folder, 'reader', gateway, gateway.addresses.url);
    await reader.call('conversation.open', { peer: owner.account });
    const seen = arrivals(reader);
    const sized: Record<string, unknown>[] = [];
    let rotation: Record<string, unknown> = {};
    let smallest = '';
    for (const size of sizes) {
      process.stderr.write(`a group of ${size}\n`);
      const started = performance.now();
      const chosen = [reader.account, ...members.slice(0, size - 2)];
      const created = createdSchema.parse(
        await owner.call('group.create', {
          name: `bench ${size}`,
          members: chosen.map((aid) => ({ aid })),
          requestId: `bench-group-${size}`,
        }),
      );
      if (created.failed.length > 0) throw new Error(JSON.stringify(created.failed));
      const id = created.group.group;
      if (smallest === '') smallest = id;
      const epoch = await secured(owner, id, 2);
      await until('the reader is in', async () => {
        const known = await group(reader, id).catch(() => null);
        return known?.keys.state === 'secured' && known.keys.epoch === epoch;
      });
      const madeMs = performance.now() - started;
      await reader.call('conversation.accept', { conversation: id }).catch(() => undefined);
      const figures = await sendAndReceive(owner, seen, id, `g${size}`);
      sized.push({ members: size, madeMs: Math.round(madeMs), epochs: epoch, ...figures });
      if (size === largest && size > 2) rotation = await rotate(owner, watched, id, members[0] ?? '', epoch);
    }
    const caughtUp = await catchUp(owner, reader, seen, smallest, messages);
    await owner.bench.engine.stop();
    await reader.bench.engine.stop();
    return { sizes: sized, rotation, catchUp: caughtUp };
  } finally {
    await watched.stop();
    await gateway.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Somebody is removed: how long until the new key is the key, and what it cost on the wire. */
async function rotate(
  owner: Side,
  watched: Meddler,
  id: string,
  removed: string,
  epoch: number,
): Promise<Record<string, unknown>> {
  const before = watched.requests.length;
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  await owner.call('group.kick', { group: id, aid: removed });
  await secured(owner, id, epoch + 1);
  const seconds = (performance.now() - started) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  const frames = watched.requests.slice(before);
  return {
    members: (await group(owner, id)).memberCount,
    seconds: tenths(seconds),
    frames: frames.length,
    bytes: frames.reduce((sum, frame) => sum + Buffer.byteLength(JSON.stringify(frame)), 0),
    processCpuSeconds: tenths((cpu.user + cpu.system) / 1e6),
  };
}

/** The reader is away while the owner writes, and reads it all when it comes back. */
async function catchUp(
  owner: Side,
  reader: Side,
  seen: Map<string, number>,
  id: string,
  messages: number,
): Promise<Record<string, unknown>> {
  process.stderr.write(`${messages} messages while one is away\n`);
  await reader.call('account.disconnect');
  const texts = Array.from({ length: messages }, (_unused, index) => `away ${index + 1}`);
  const sending = performance.now();
  const left = new Set<number>();
  owner.bench.onEvent((event) => {
    if (event.event !== 'message.changed') return;
    for (const message of event.data.messages)
      if (message.own && message.state === 'sent') left.add(message.id);
  });
  for (let number = 1; number <= messages; number += 1)
    await owner.call('message.send', {
      conversation: id,
      text: `away ${number}`,
      requestId: `away-request-${number}`,
    });
  await until('everything has left', () => left.size >= messages);
  const sentSeconds = (performance.now() - sending) / 1000;
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  await reader.call('account.connect');
  // The newest come first, so the last one says nothing of the others.
  let held = 0;
  await until('every message', () => {
    while (held < messages && seen.has(texts[held] ?? '')) held += 1;
    return held === messages;
  });
  const seconds = (performance.now() - started) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  return {
    messages,
    sentPerSecond: Math.round(messages / sentSeconds),
    seconds: tenths(seconds),
    messagesPerSecond: Math.round(messages / seconds),
    processCpuSeconds: tenths((cpu.user + cpu.system) / 1e6),
  };
}
