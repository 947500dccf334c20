import { readFileSync } from 'node:fs';
import { LineProcess } from './child';
import { httpGet } from './sdk0220/http';
import { parseDict, textOf } from './sdk0220/json';
import type { Dict } from './sdk0220/json';
import { until } from './until';

/** The line the gateway prints when it is ready. */
export interface GatewayAddresses {
  url: string;
  wss: string;
  http: string;
  https: string;
  issuer: string;
  /** File with the AUN root, which also vouches for the TLS leaf. */
  rootCa: string;
}

export interface GatewayProcessOptions {
  dataDir: string;
  issuer?: string;
  /** Further command-line arguments, for example `['--rate-limit']`. */
  args?: readonly string[];
}

const ADMIN_TOKEN = 'harness-admin-token';
/** Another build, for example one that was broken on purpose to see a test fail, can be named in the environment. */
const BUNDLE = process.env['PARLEY_HARNESS_GATEWAY'] ?? 'dist/main/gateway.cjs';

/** The real gateway, built and in a process of its own. Restarts keep port and data. */
export class GatewayProcess {
  readonly #options: GatewayProcessOptions;
  #process: LineProcess;
  #addresses: GatewayAddresses;

  private constructor(options: GatewayProcessOptions, process: LineProcess, addresses: GatewayAddresses) {
    this.#options = options;
    this.#process = process;
    this.#addresses = addresses;
  }

  /** Starts it on any free port and waits for the ready line. */
  static async start(options: GatewayProcessOptions): Promise<GatewayProcess> {
    const { child, addresses } = await launch(options, 0);
    return new GatewayProcess(options, child, addresses);
  }

  get addresses(): GatewayAddresses {
    return this.#addresses;
  }

  get port(): number {
    return Number(new URL(this.#addresses.http).port);
  }

  get rootPem(): string {
    return readFileSync(this.#addresses.rootCa, 'utf8');
  }

  get errorOutput(): string {
    return this.#process.errorOutput;
  }

  /** Ends it as Ctrl-C does. */
  async stop(): Promise<void> {
    await this.#process.end('SIGTERM');
  }

  /** Ends it as a power cut does. */
  async kill(): Promise<void> {
    await this.#process.end('SIGKILL');
  }

  /** Starts it again on the same port and data; the old process must have ended. */
  async startAgain(): Promise<void> {
    const { child, addresses } = await launch(this.#options, this.port);
    this.#process = child;
    this.#addresses = addresses;
  }

  /** One call of the admin endpoint; throws with the answer's text unless it is 2xx. */
  async admin(action: string, params: Dict = {}): Promise<Dict> {
    const response = await fetch(`${this.#addresses.http}/admin/${action}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify(params),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`admin ${action}: ${String(response.status)} ${text}`);
    return parseDict(text) ?? {};
  }

  /** Devices of somebody that messages can be sealed for. */
  async keyedDevices(aid: string): Promise<number> {
    const { device_ids: known } = await this.admin('prekeys', { aid });
    return Array.isArray(known) ? known.length : 0;
  }

  /**
   * Waits until so many devices of somebody can be written to: a program publishes its key a moment after it is online.
   * Who writes earlier reaches no device, or goes without forward secrecy; groups take nobody in without.
   */
  async hasKeys(aid: string, devices = 1): Promise<void> {
    await until(`keys of ${aid}`, async () => (await this.keyedDevices(aid)) >= devices);
  }

  /** Status and body of a GET over plain HTTP. */
  get(path: string): Promise<{ status: number; body: string }> {
    return httpGet(`${this.#addresses.http}${path}`, { verifySsl: true }, 5000);
  }
}

async function launch(
  options: GatewayProcessOptions,
  port: number,
): Promise<{ child: LineProcess; addresses: GatewayAddresses }> {
  const child = new LineProcess(BUNDLE, [
    '--port',
    String(port),
    '--issuer',
    options.issuer ?? 'aun.test',
    '--data',
    options.dataDir,
    '--admin-token',
    ADMIN_TOKEN,
    ...(options.args ?? []),
  ]);
  try {
    const answer = await child.firstLine('gateway', readAnswer, 20_000);
    if (typeof answer === 'string') throw new Error(`gateway: ${answer}`);
    return { child, addresses: answer };
  } catch (error) {
    await child.end('SIGKILL');
    throw error;
  }
}

/** The addresses of a ready gateway, or the reason of one that could not start. */
function readAnswer(line: string): GatewayAddresses | string | undefined {
  const value = parseDict(line);
  if (!value || !('ready' in value)) return undefined;
  if (value['ready'] !== true) return line;
  return {
    url: textOf(value['url']),
    wss: textOf(value['wss']),
    http: textOf(value['http']),
    https: textOf(value['https']),
    issuer: textOf(value['issuer']),
    rootCa: textOf(value['rootCa']),
  };
}
