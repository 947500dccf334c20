import path from 'node:path';
import { masterKey } from './file-protection';
import { namesIn, readOrdinaryFile } from './safe-read';

/** Where the seed came from that opens a key. */
export type SeedSource = 'password' | 'seed_file' | 'migrated_seed_file' | 'empty_seed';

/** A key of the data folder and where its seed came from. */
export interface FolderKey {
  readonly source: SeedSource;
  readonly master: Buffer;
}

/** What may open the keys of one data folder, in the order in which the SDKs would use it (`protocol/01 §2.1`). */
export interface SeedRing {
  /** The keys one after the other; each is derived when it is asked for, and only once. */
  keys(): AsyncIterable<FolderKey>;
  /** Wipes what was derived. */
  forget(): void;
}

/** A seed is 32 bytes; whatever is much longer is none. */
const MAX_SEED_BYTES = 4096;
/** Every one costs 100 000 rounds of a hash, so a folder full of them is cut short. */
const MAX_MIGRATED = 8;

async function seedFile(file: string): Promise<Buffer | null> {
  const seed = await readOrdinaryFile(file, MAX_SEED_BYTES);
  return seed === null || seed.length === 0 ? null : seed;
}

/** Collects the seeds of a data folder. An empty password counts as none. */
export function createSeedRing(root: string, password: string): SeedRing {
  const derived = new Map<string, Promise<FolderKey | null>>();

  function once(name: string, source: SeedSource, seed: () => Promise<Buffer | null>) {
    const known = derived.get(name);
    if (known !== undefined) return known;
    const made = seed().then(async (bytes) => {
      if (bytes === null) return null;
      const master = await masterKey(bytes);
      bytes.fill(0);
      return { source, master };
    });
    derived.set(name, made);
    return made;
  }

  async function* keys(): AsyncGenerator<FolderKey> {
    const candidates = [
      ...(password === '' ? [] : [once('password', 'password', async () => Buffer.from(password, 'utf8'))]),
      once('.seed', 'seed_file', () => seedFile(path.join(root, '.seed'))),
    ];
    for (const candidate of candidates) {
      const key = await candidate;
      if (key !== null) yield key;
    }
    const migrated = (await namesIn(root, 'file')).filter((name) => name.startsWith('.seed.migrated'));
    for (const name of migrated.slice(0, MAX_MIGRATED)) {
      const key = await once(name, 'migrated_seed_file', () => seedFile(path.join(root, name)));
      if (key !== null) yield key;
    }
    const empty = await once('', 'empty_seed', async () => Buffer.alloc(0));
    if (empty !== null) yield empty;
  }

  return {
    keys,
    forget() {
      for (const made of derived.values())
        void made.then(
          (key) => key?.master.fill(0),
          () => undefined,
        );
      derived.clear();
    },
  };
}
