import type { Certificate } from '../../ports/identity';
import { BoundedMap } from '../../runtime/bounded-map';
import { toAunError } from '../../runtime/errors';
import type { Logger } from '../../runtime/logger';
import type { CertificateDirectory } from './certificates';

/** Keys of senders that were compared with what the network names; more are looked at again. */
const CHECKED = 4096;
/** How many people are looked at at the same time. */
const LANES = 4;

interface Sight {
  readonly aid: string;
  /** Fingerprint of the key a message was signed with, or null when its certificate was refused. */
  readonly key: string | null;
}

/**
 * Notices when people who write to us have another key than the network named last, without holding their messages up: a
 * message says which key signed it, the network says which one is current, and only the latter is reported
 * (`protocol/06 §8.3`: an old message under an old key is no change).
 */
export class TrustWatch {
  readonly #own: string;
  readonly #certificates: CertificateDirectory;
  readonly #changed: (aid: string) => void;
  readonly #logger: Logger;
  readonly #checked = new BoundedMap<string, true>(CHECKED);
  readonly #queue: Sight[] = [];
  readonly #waiting = new Set<string>();
  readonly #lanes = new Set<Promise<void>>();
  #stopped = false;

  constructor(options: {
    own: string;
    certificates: CertificateDirectory;
    /** The current key of somebody is another one than it was a moment ago. */
    changed: (aid: string) => void;
    logger: Logger;
  }) {
    this.#own = options.own;
    this.#certificates = options.certificates;
    this.#changed = options.changed;
    this.#logger = options.logger;
  }

  /** A message of somebody was signed with this certificate; null when that certificate was refused. Returns at once. */
  noticed(aid: string, certificate: Certificate | null): void {
    if (aid === this.#own || this.#stopped) return;
    const key = certificate?.spkiFingerprint ?? null;
    const name = nameOf({ aid, key });
    if (this.#checked.has(name) || this.#waiting.has(name)) return;
    this.#waiting.add(name);
    this.#queue.push({ aid, key });
    if (this.#lanes.size >= LANES) return;
    const lane: Promise<void> = this.#work().finally(() => this.#lanes.delete(lane));
    this.#lanes.add(lane);
  }

  /** Resolves when everybody noticed so far was looked at. */
  async settled(): Promise<void> {
    while (this.#lanes.size > 0) await Promise.all(this.#lanes);
  }

  stop(): void {
    this.#stopped = true;
    this.#queue.length = 0;
  }

  async #work(): Promise<void> {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      await this.#look(next);
      this.#waiting.delete(nameOf(next));
    }
  }

  async #look(sight: Sight): Promise<void> {
    const { aid, key } = sight;
    try {
      const known = this.#certificates.knownCurrent(aid);
      const current = await this.#certificates.current(aid);
      if (known !== null && current.spkiFingerprint !== key) {
        const anew = await this.#certificates.currentAnew(aid);
        if (anew.spkiFingerprint !== known.spkiFingerprint) this.#changed(aid);
      }
      this.#checked.set(nameOf(sight), true);
    } catch (thrown) {
      const { code, message } = toAunError(thrown);
      this.#logger.log('info', 'sender_key_unchecked', { aid, code, message });
    }
  }
}

function nameOf({ aid, key }: Sight): string {
  return `${aid}#${key ?? ''}`;
}
