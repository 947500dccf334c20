import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { GatewayProcess } from '../harness/gateway-process';
import { startBenchEngine } from './in-process-engine';
import { cpuSecondsOfTree, pssOfTree } from './process-tree';
import { launch } from './start';
import { hundredths, percentile, slope, tenths } from './statistics';

/** Identities online in one window, one run for each. */
const SIZES = [1, 2, 5, 10] as const;
const ROUNDS = 3;
/** How long the idle window is watched, in ms. */
const IDLE_MS = 20_000;
/** What the start leaves behind (caches, first paints) settles before anything is measured, in ms. */
const SETTLE_MS = 8_000;
const rootDirectory = path.resolve(__dirname, '../..');

interface Sample {
  readonly pssMegabytes: number;
  /** Share of one core, in percent. */
  readonly cpuPercent: number;
}

/** Makes a data folder that holds so many identities of the gateway. */
async function prepare(gateway: GatewayProcess, dataDir: string, size: number): Promise<void> {
  const bench = await startBenchEngine(dataDir);
  const { url, issuer } = gateway.addresses;
  await bench.call('network.add', { issuer, gatewayUrl: url, rootPem: gateway.rootPem });
  const network = `${issuer}@${new URL(url).host}`;
  for (let index = 0; index < size; index += 1) {
    const name = `self-${size}-${index}`;
    await bench.call('account.create', { network, name, displayName: '' });
    for (let peer = 0; peer < 10; peer += 1)
      await bench.call('conversation.open', {
        account: `${name}.${issuer}`,
        peer: `friend${peer}.${issuer}`,
      });
  }
  await bench.engine.stop();
}

async function measure(dataDir: string, size: number): Promise<Sample> {
  const app = await launch(rootDirectory, ['--data', dataDir]);
  try {
    const page = await app.firstWindow();
    const online = page.locator('[data-testid="rail-account"][data-presence="online"]');
    await online.nth(size - 1).waitFor();
    const pid = app.process().pid ?? 0;
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const before = await cpuSecondsOfTree(pid);
    const started = performance.now();
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    const seconds = (performance.now() - started) / 1000;
    const cpuPercent = (((await cpuSecondsOfTree(pid)) - before) / seconds) * 100;
    return { pssMegabytes: await pssOfTree(pid), cpuPercent };
  } finally {
    await app.close();
  }
}

/**
 * Memory and idle CPU of the whole process tree with 1, 2, 5 and 10 identities online, each median of three runs, and the
 * growth with each further identity as the slope of the line through them.
 */
export async function accountsBench(): Promise<Record<string, unknown>> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'parley-bench-'));
  const gateway = await GatewayProcess.start({ dataDir: path.join(folder, 'gateway') });
  try {
    const samples = new Map<number, Sample[]>(SIZES.map((size) => [size, []]));
    for (const size of SIZES) await prepare(gateway, path.join(folder, `data-${size}`), size);
    for (let round = 1; round <= ROUNDS; round += 1) {
      for (const size of SIZES) {
        const sample = await measure(path.join(folder, `data-${size}`), size);
        samples.get(size)?.push(sample);
        const { pssMegabytes, cpuPercent } = sample;
        process.stderr.write(
          `round ${round}: ${size} online, ${Math.round(pssMegabytes)} MB, ${hundredths(cpuPercent)} % of a core\n`,
        );
      }
    }
    const medians = SIZES.map((size) => {
      const list = samples.get(size) ?? [];
      return {
        identities: size,
        pssMb: tenths(
          percentile(
            list.map((each) => each.pssMegabytes),
            0.5,
          ),
        ),
        idleCpuPercent: hundredths(
          percentile(
            list.map((each) => each.cpuPercent),
            0.5,
          ),
        ),
      };
    });
    return {
      rounds: ROUNDS,
      medians,
      mbPerIdentity: tenths(slope(medians.map((each) => [each.identities, each.pssMb]))),
      cpuPercentPerIdentity: hundredths(slope(medians.map((each) => [each.identities, each.idleCpuPercent]))),
    };
  } finally {
    await gateway.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
