import path from 'node:path';
import { GatewayProcess } from '../harness/gateway-process';
import { Person } from '../harness/person';
import type { PersonOptions } from '../harness/person';
import { temporaryFolder } from '../harness/temporary-folder';

/** One gateway in its own process and the people who use it; `end` stops and removes everything. */
export class World {
  readonly gateway: GatewayProcess;
  readonly #folder: string;
  readonly #remove: () => void;
  readonly #people: Person[] = [];
  readonly #atEnd: (() => Promise<void>)[] = [];
  #count = 0;

  private constructor(gateway: GatewayProcess, folder: string, remove: () => void) {
    this.gateway = gateway;
    this.#folder = folder;
    this.#remove = remove;
  }

  static async begin(args: readonly string[] = []): Promise<World> {
    const { folder, remove } = temporaryFolder('interop');
    try {
      const gateway = await GatewayProcess.start({ dataDir: path.join(folder, 'gateway'), args });
      return new World(gateway, folder, remove);
    } catch (error) {
      remove();
      throw error;
    }
  }

  /** Somebody new; the name is made unique, so that tests of one file can share the gateway. */
  person(name: string, options: PersonOptions = {}): Person {
    this.#count += 1;
    const aid = `${name}${String(this.#count)}.aun.test`;
    return this.keep(new Person(this.gateway, aid, path.join(this.#folder, aid), options));
  }

  /** Notes a person made elsewhere (another device), so that it is closed in the end. */
  keep(person: Person): Person {
    this.#people.push(person);
    return person;
  }

  /** A second device of somebody. */
  device(person: Person, name: string, options: PersonOptions = {}): Person {
    return this.keep(person.otherDevice(`${person.aid}-${name}`, options));
  }

  /** Another client on the same data folder: a second slot of the same device. */
  sameDevice(person: Person): Person {
    return this.keep(new Person(this.gateway, person.aid, person.folder));
  }

  /** A folder of this world. */
  folder(name: string): string {
    return path.join(this.#folder, name);
  }

  /** Runs before the gateway ends. */
  onEnd(action: () => Promise<void>): void {
    this.#atEnd.push(action);
  }

  async end(): Promise<void> {
    await Promise.all(this.#atEnd.map((action) => action().catch(() => undefined)));
    await Promise.all(this.#people.map((person) => person.leave().catch(() => undefined)));
    await this.gateway.kill();
    this.#remove();
  }
}
