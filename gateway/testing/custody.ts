import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../shared/aun/canonical-json';
import type { RunningGateway } from '../server';
import { jsonObject } from '../wire/frames';
import { randomHex } from '../runtime';
import { fetchAs } from './http';
import type { TestIdentity } from './identity';
import { TestNetwork } from './network';

export { field } from './socket';

/** A folder of a test's own. */
export function temporaryFolder(name: string): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), `aun-${name}-`));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** An answer of the custody service. */
export interface CustodyReply {
  readonly status: number;
  readonly json: JsonObject;
}

/** A network with a log, whose members come with an access token. */
export class TestNetworkLogin {
  readonly #network: TestNetwork;
  readonly #logFile: string;

  private constructor(network: TestNetwork, logFile: string) {
    this.#network = network;
    this.#logFile = logFile;
  }

  static async begin(): Promise<TestNetworkLogin> {
    const logFile = join(tmpdir(), `aun-gateway-${randomHex(6)}.log`);
    // Hours pass in these tests; tokens shall last.
    const timings = { accessToken: 30 * 24 * 3_600_000 };
    return new TestNetworkLogin(await TestNetwork.start({ log: logFile, timings }), logFile);
  }

  get gateway(): RunningGateway {
    return this.#network.gateway;
  }

  get rootPem(): string {
    return this.gateway.rootPem;
  }

  base(secure: boolean): string {
    return secure ? this.gateway.https : this.gateway.http;
  }

  log(): string {
    return readFileSync(this.#logFile, 'utf8');
  }

  async member(name: string): Promise<{ identity: TestIdentity; token: string }> {
    const identity = await this.#network.register(name);
    return { identity, token: (await this.#network.login(identity)).access_token };
  }

  /** One call of the service, under its own host name. */
  async post(path: string, body: JsonObject, bearer?: string): Promise<CustodyReply> {
    const reply = await fetchAs(this.gateway.http, path, {
      host: 'aid_custody.aun.test',
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...(bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` }),
      },
      body: JSON.stringify(body),
    });
    return { status: reply.status, json: jsonObject.parse(JSON.parse(reply.body)) };
  }

  async restart(): Promise<void> {
    await this.gateway.stop();
    await this.#network.restart();
  }

  async dispose(): Promise<void> {
    await this.#network.dispose();
    rmSync(this.#logFile, { force: true });
  }
}
