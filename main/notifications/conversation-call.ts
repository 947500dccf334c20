import type { Notifier } from '../ports/notifier';
import type { Disposer, Runtime } from '../runtime/runtime';
import type { Told } from './wording';

/** Messages that come within this time of the first are told together, in ms. */
export const GATHER_MS = 200;
/** Shortest time between two notifications of one conversation, in ms. */
export const PAUSE_MS = 1_000;
/** Most messages of a conversation that are counted; older ones are left out. */
const REMEMBERED = 1_000;

/** What a call works with. */
export interface ConversationCallParts {
  /** Id of its notification. */
  readonly id: string;
  readonly notifier: Notifier;
  readonly runtime: Pick<Runtime, 'clock' | 'scheduler'>;
  readonly mayShow: () => boolean;
  readonly words: (
    title: string,
    messages: readonly Told[],
  ) => { readonly title: string; readonly body: string };
  readonly silent: () => boolean;
  /** The notification was clicked; told the oldest message in it. */
  readonly clicked: (message: number) => void;
  /** There is nothing to tell any more. */
  readonly emptied: () => void;
}

/** The one notification of a conversation: gathers what comes, and says less when something of it goes. */
export class ConversationCall {
  private readonly told = new Map<number, Told>();
  private title = '';
  private timer: Disposer | null = null;
  private lastShownAt = Number.NEGATIVE_INFINITY;
  private isShown = false;
  /** Something new came since it was shown: only that may make a sound. */
  private isNew = false;

  constructor(private readonly parts: ConversationCallParts) {}

  add(title: string, id: number, message: Told): void {
    this.title = title;
    this.told.set(id, message);
    const [oldest] = this.told.keys();
    if (this.told.size > REMEMBERED && oldest !== undefined) this.told.delete(oldest);
    this.isNew = true;
    this.showSoon();
  }

  /** A message in it reads differently now. */
  became(id: number, message: Told): void {
    const before = this.told.get(id);
    if (before === undefined) return;
    if (before.preview === message.preview && before.previewKind === message.previewKind) return;
    this.told.set(id, message);
    if (this.isShown) this.showSoon();
  }

  /** Everything up to this message was read. */
  read(upTo: number): void {
    this.drop([...this.told.keys()].filter((id) => id <= upTo));
  }

  /** Messages are gone or taken back: the notification tells the rest, or nothing. */
  drop(ids: readonly number[]): void {
    const gone = ids.filter((id) => this.told.delete(id));
    if (gone.length === 0) return;
    if (this.told.size === 0) this.clear();
    else if (this.isShown) this.show();
  }

  /** Takes everything back. */
  clear(): void {
    this.timer?.();
    this.timer = null;
    this.told.clear();
    if (this.isShown) this.parts.notifier.withdraw(this.parts.id);
    this.isShown = false;
    this.parts.emptied();
  }

  /** Shows what there is as soon as the pause since the last time allows it. */
  showSoon(): void {
    if (this.timer !== null || this.told.size === 0) return;
    const { clock, scheduler } = this.parts.runtime;
    const pause = Math.max(GATHER_MS, this.lastShownAt + PAUSE_MS - clock.monotonic());
    this.timer = scheduler.after(pause, () => {
      this.timer = null;
      this.show();
    });
  }

  private show(): void {
    const { parts } = this;
    if (!parts.mayShow()) return;
    const silent = !this.isNew || parts.silent();
    this.isNew = false;
    this.isShown = true;
    this.lastShownAt = parts.runtime.clock.monotonic();
    const [oldest] = this.told.keys();
    parts.notifier.show({
      id: parts.id,
      ...parts.words(this.title, [...this.told.values()]),
      silent,
      clicked: () => {
        // The system took it away by itself.
        this.isShown = false;
        this.clear();
        if (oldest !== undefined) parts.clicked(oldest);
      },
    });
  }
}
