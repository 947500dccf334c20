import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { z } from 'zod';
import { GatewayProcess } from '../harness/gateway-process';
import { conversationSchema } from '../../shared/model/conversation';
import { networkSchema } from '../../shared/model/network';
import { fillInbox } from './fill-inbox';
import { startBenchEngine } from './in-process-engine';
import { tenths } from './statistics';

const DEFAULT_MESSAGES = 10_000;
const listSchema = z.object({ conversations: z.array(conversationSchema), total: z.number() });

/**
 * Messages that wait on the gateway while an account is offline: from the moment it goes online until all are pulled,
 * opened, verified, stored and indexed. Gateway in its own process; the engine in this one, whose event loop stands for
 * Electron's main process. `--messages N` (10 000), `--rounds N` (3).
 */
export async function catchUpBench(args: readonly string[]): Promise<Record<string, unknown>> {
  const messages = numberOption(args, '--messages', DEFAULT_MESSAGES);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'parley-bench-'));
  const gateway = await GatewayProcess.start({ dataDir: path.join(folder, 'gateway') });
  try {
    const bench = await startBenchEngine(path.join(folder, 'receiver'));
    const { url, issuer } = gateway.addresses;
    const network = networkSchema.parse(
      await bench.call('network.add', { issuer, gatewayUrl: url, rootPem: gateway.rootPem }),
    );
    await bench.call('account.create', { network: network.id, name: 'receiver', displayName: '' });
    const account = `receiver.${issuer}`;
    await online(bench, account);
    await bench.call('account.disconnect', { account });

    process.stderr.write(`sending ${messages} messages\n`);
    const senders = await fillInbox(gateway, path.join(folder, 'senders'), account, messages);

    const delay = monitorEventLoopDelay({ resolution: 1 });
    let stored = 0;
    const done = new Promise<void>((resolve) => {
      bench.onEvent((event) => {
        if (event.event !== 'message.changed') return;
        stored += event.data.messages.filter(
          (message) => !message.own && message.content.kind === 'text',
        ).length;
        if (stored >= messages) resolve();
      });
    });
    const cpuBefore = process.cpuUsage();
    const started = performance.now();
    delay.enable();
    await bench.call('account.connect', { account });
    await done;
    const elapsed = performance.now() - started;
    delay.disable();
    const cpu = process.cpuUsage(cpuBefore);

    const list = listSchema.parse(await bench.call('conversation.list', { account }));
    const unread = list.conversations.reduce((sum, conversation) => sum + conversation.unread, 0);
    const found = z
      .object({ hits: z.array(z.unknown()) })
      .parse(
        await bench.call('message.search', { accounts: [account], query: `第 ${messages} 条`, limit: 5 }),
      );
    await bench.engine.stop();
    return {
      messages,
      senders,
      seconds: tenths(elapsed / 1000),
      messagesPerSecond: Math.round(messages / (elapsed / 1000)),
      upstreamMessagesPerSecond: 640,
      ratioToUpstream: tenths(messages / (elapsed / 1000) / 640),
      loopDelayP50Ms: tenths(delay.percentile(50) / 1e6),
      loopDelayP99Ms: tenths(delay.percentile(99) / 1e6),
      loopDelayMaxMs: tenths(delay.max / 1e6),
      processCpuSeconds: tenths((cpu.user + cpu.system) / 1e6),
      unread,
      searchFindsTheLast: found.hits.length > 0,
    };
  } finally {
    await gateway.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function online(bench: Awaited<ReturnType<typeof startBenchEngine>>, account: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    bench.onEvent((event) => {
      if (event.event === 'account.changed' && event.data.snapshot.session.state === 'online') resolve();
    });
    bench.call('account.connect', { account }).catch(reject);
  });
}

function numberOption(args: readonly string[], name: string, fallback: number): number {
  const index = args.indexOf(name);
  const value = index < 0 ? Number.NaN : Number(args[index + 1]);
  return Number.isInteger(value) && value > 0 ? value : fallback;
}
