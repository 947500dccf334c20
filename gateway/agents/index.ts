import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { createEngine } from '../../main/accounts/engine';
import type { Engine } from '../../main/accounts/engine';
import { createHeadlessVault } from '../../main/keychain/headless';
import { noDesktop } from '../../main/ports/desktop';
import { noNotifier } from '../../main/ports/notifier';
import { createLogger } from '../../main/runtime/logger';
import { systemClock, systemRandom, systemScheduler } from '../../main/runtime/runtime';
import type { BridgeEvent } from '../../shared/bridge/contract';
import { networkSchema } from '../../shared/model/network';
import { announceReady, endWithParent } from './parent';
import type { AgentTools } from './hands';
import { createResponder } from './responder';
import { personas } from './personas';
import { publishProfile } from './profile';
import { createVenues } from './venues';

/**
 * The demo agents of the embedded network: a second, ordinary engine with identities that answer. They use the
 * gateway like everybody else; there is no short cut.
 */
const argumentsSchema = z.object({
  gateway: z.string(),
  root: z.string(),
  issuer: z.string(),
  data: z.string(),
});

function parseArguments(argv: readonly string[]): z.infer<typeof argumentsSchema> {
  const values: Record<string, string> = {};
  for (let index = 0; index + 1 < argv.length; index += 1) {
    const name = argv[index];
    const value = argv[index + 1];
    if (name?.startsWith('--') === true && value !== undefined) values[name.slice(2)] = value;
  }
  return argumentsSchema.parse(values);
}

async function invoke(engine: Engine, command: string, params: unknown): Promise<unknown> {
  const answer = await engine.router.invoke(command, params);
  if (!answer.ok) throw new Error(`${command}: ${answer.error.code} ${answer.error.message}`);
  return answer.result;
}

async function main(): Promise<void> {
  const options = parseArguments(process.argv.slice(2));
  const logger = createLogger(
    (line) => process.stderr.write(`${line}\n`),
    () => systemClock.now(),
    'warn',
  );
  const runtime = { clock: systemClock, random: systemRandom, scheduler: systemScheduler, logger };
  const vault = await createHeadlessVault({ dataDir: options.data, runtime, passphrase: null });
  let hear: (event: BridgeEvent) => void = () => undefined;
  const engine = createEngine({
    dataDir: options.data,
    runtime,
    vault,
    workers: { store: join(__dirname, 'store-worker.cjs'), crypto: join(__dirname, 'crypto-worker.cjs') },
    launcher: null,
    desktop: noDesktop,
    notifier: noNotifier,
    info: {
      version: 'agents',
      runtime: `Node ${process.versions.node}`,
      platform: process.platform,
      locale: 'en',
    },
    hostName: 'demo-agents',
    emit: (event) => hear(event),
  });
  const tools: AgentTools = {
    invoke: (command, params) => invoke(engine, command, params),
    sendPayload: (...message) => engine.sendPayload(...message),
    runtime,
  };
  const responder = createResponder(tools, personas);
  const venues = createVenues(tools, options.issuer);
  hear = (event) => {
    responder.hear(event);
    venues.hear(event);
  };
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    responder.stop();
    venues.stop();
    engine.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  endWithParent(stop);
  await engine.start();
  const network = networkSchema.parse(
    await invoke(engine, 'network.add', {
      issuer: options.issuer,
      gatewayUrl: options.gateway,
      rootPem: await readFile(options.root, 'utf8'),
    }),
  );
  for (const persona of personas) {
    const aid = `${persona.name}.${options.issuer}`;
    const known = await engine.router.invoke('account.connect', { account: aid });
    if (!known.ok) {
      await invoke(engine, 'account.create', {
        network: network.id,
        name: persona.name,
        displayName: persona.displayName,
      });
    }
  }
  // Before anybody can look: who finds no profile does not look again for a while.
  await Promise.all(
    personas.map((persona) =>
      publishProfile(engine, persona, `${persona.name}.${options.issuer}`).catch((error: unknown) => {
        logger.log('warn', 'agents.profile_not_published', { error });
      }),
    ),
  );
  announceReady({ ready: true, agents: personas.map((persona) => `${persona.name}.${options.issuer}`) });
  await venues.open();
  await responder.catchUp(personas.map((persona) => `${persona.name}.${options.issuer}`));
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
