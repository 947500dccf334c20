import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ChildHandle, ProcessLauncher } from '../ports/processes';
import { AunError, toAunError } from '../runtime/errors';
import { jsonFile } from '../runtime/json-file';
import type { Runtime } from '../runtime/runtime';
import { LOCAL_ISSUER } from './network-registry';

const readySchema = z.object({ ready: z.literal(true), url: z.string(), rootCa: z.string() });
const stateSchema = z.object({ port: z.number().int().min(0).max(65535), wanted: z.boolean() });

/** First pause before a gateway that ended by itself is started again, in ms; it doubles up to a minute. */
const RESTART_MS = 1_000;

/** Pause before demo agents that ended by themselves are started again, in ms. */
const AGENTS_RESTART_MS = 5_000;

/** Address and trust root of the running embedded gateway. */
export interface LocalGateway {
  readonly gatewayUrl: string;
  readonly rootPem: string;
}

/**
 * The embedded AUN network: a gateway process with its own certificate authority and the demo agents. Its port is
 * remembered, so that it is the same after a restart. A gateway that dies is started again.
 */
export class LocalNetwork {
  private gateway: ChildHandle | null = null;
  private agents: ChildHandle | null = null;
  private running: Promise<LocalGateway> | null = null;
  private stopped = false;
  private failures = 0;
  private readonly folder: string;
  private readonly state;

  constructor(
    dataDir: string,
    private readonly launcher: ProcessLauncher,
    private readonly runtime: Runtime,
    private readonly onChange: (gateway: LocalGateway | null) => void,
    /** The demo agents have moved in: registered, online, with published profiles. */
    private readonly onInhabited: () => void = () => undefined,
  ) {
    this.folder = join(dataDir, 'local-network');
    this.state = jsonFile(join(this.folder, 'network.json'), stateSchema, { port: 0, wanted: false });
  }

  /** Starts it again if it was in use when the application last ran. */
  async resume(): Promise<void> {
    if ((await this.state.read()).wanted) await this.start();
  }

  /** Starts gateway and agents, or returns the running one. @throws AunError `local_network_failed` */
  start(): Promise<LocalGateway> {
    this.running ??= this.launch().catch((error: unknown) => {
      this.running = null;
      throw error;
    });
    return this.running;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all([this.agents?.stop(), this.gateway?.stop()]);
  }

  private async launch(): Promise<LocalGateway> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const { port } = await this.state.read();
    const ready = await this.launchGateway(port).catch((error: unknown) => {
      // The remembered port may belong to another program today.
      if (port === 0) throw error;
      return this.launchGateway(0);
    });
    const gateway: LocalGateway = { gatewayUrl: ready.url, rootPem: await readFile(ready.rootCa, 'utf8') };
    await this.state.write({ port: Number(new URL(ready.url).port), wanted: true });
    this.failures = 0;
    this.onChange(gateway);
    this.launchAgents(gateway, ready.rootCa);
    return gateway;
  }

  private async launchGateway(port: number): Promise<z.infer<typeof readySchema>> {
    const child = this.launcher.launch('gateway', [
      '--port',
      String(port),
      '--issuer',
      LOCAL_ISSUER,
      '--data',
      join(this.folder, 'gateway'),
      '--exit-with-parent',
    ]);
    const ready = readySchema.safeParse(await child.ready);
    if (!ready.success) {
      await child.stop();
      throw new AunError('local_network_failed', 'the local gateway did not start');
    }
    this.gateway = child;
    child.onExit((code) => this.exited(code));
    return ready.data;
  }

  private launchAgents(gateway: LocalGateway, rootCa: string): void {
    const child = this.launcher.launch('agents', [
      '--gateway',
      gateway.gatewayUrl,
      '--root',
      rootCa,
      '--issuer',
      LOCAL_ISSUER,
      '--data',
      join(this.folder, 'agents'),
      '--exit-with-parent',
    ]);
    this.agents = child;
    child.onExit(() => {
      // Ended by itself: the network still runs, so its inhabitants come back.
      if (this.stopped || this.agents !== child) return;
      this.agents = null;
      this.runtime.scheduler.after(AGENTS_RESTART_MS, () => {
        if (!this.stopped && this.agents === null && this.gateway !== null)
          this.launchAgents(gateway, rootCa);
      });
    });
    child.ready.then(
      () => this.onInhabited(),
      (error: unknown) => {
        const { message } = toAunError(error);
        this.runtime.logger.log('warn', 'local_network.agents_failed', { message });
      },
    );
  }

  private exited(code: number | null): void {
    this.gateway = null;
    this.running = null;
    if (this.stopped) return;
    this.runtime.logger.log('warn', 'local_network.gateway_ended', { code });
    this.onChange(null);
    const agents = this.agents;
    this.agents = null;
    agents?.stop().catch(() => undefined);
    const pause = Math.min(60_000, RESTART_MS * 2 ** this.failures);
    this.failures += 1;
    this.runtime.scheduler.after(pause, () => {
      this.start().catch((error: unknown) => {
        this.runtime.logger.log('warn', 'local_network.restart_failed', {
          message: toAunError(error).message,
        });
        if (!this.stopped) this.exited(null);
      });
    });
  }
}
