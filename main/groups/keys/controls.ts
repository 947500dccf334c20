import { z } from 'zod';
import { parseGroupId } from '../../../shared/aun/group-id';
import { groupControlSchema } from '../../e2ee/v1/group';
import type { GroupControl } from '../../ports/group-store';
import type { Disposer } from '../../runtime/runtime';
import { ignored, refused, takeAnswer } from './answers';
import type { Handled } from './answers';
import { note } from './context';
import type { KeysContext } from './context';
import { takeDistribution } from './distributions';
import { failureOf, isOutside, isPassing } from './failures';
import { CONTROL_AGE, CONTROL_RETRY } from './limits';
import type { OwnRequests, RequestAnswerer } from './requests';

/** Control messages read at once. */
const BATCH = 200;
/** A question is worth an answer for so long; whoever asked repeats it. */
const REQUEST_WORTH = 86_400_000;

/** Handles the control messages that wait in the database, in the order they came (`protocol/02 §10`). */
export class Controls {
  #running: Promise<void> | null = null;
  #again = false;
  #timer: Disposer | null = null;

  constructor(
    private readonly context: KeysContext,
    private readonly parts: {
      readonly requests: OwnRequests;
      readonly answerer: RequestAnswerer;
      /** A key came: what depends on it may go on. */
      readonly stored: (group: string) => void;
    },
  ) {}

  /** Handles what waits; returns at once. */
  handle(): void {
    if (this.#running !== null) {
      this.#again = true;
      return;
    }
    this.#running = this.#drain()
      .catch((thrown: unknown) => {
        note(this.context, 'group_key.controls_failed', '', failureOf(thrown));
        this.#retry();
      })
      .finally(() => {
        this.#running = null;
        if (!this.#again) return;
        this.#again = false;
        this.handle();
      });
  }

  offline(): void {
    this.#timer?.();
    this.#timer = null;
  }

  /** Resolves when nothing is being handled. */
  async idle(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  async #drain(): Promise<void> {
    const { deps, alive } = this.context;
    const later = new Set<number>();
    for (;;) {
      const batch = await deps.store.groupControls(BATCH);
      const fresh = batch.filter(({ id }) => !later.has(id));
      if (fresh.length === 0) break;
      for (const control of fresh) {
        if (!alive() || !deps.isOnline()) return;
        if (await this.#isOver(control)) await deps.store.removeGroupControl(control.id);
        else later.add(control.id);
      }
      // What has to wait may fill a whole batch; the rest waits with it rather than being read again and again.
      if (later.size >= BATCH) break;
    }
    if (later.size > 0) this.#retry();
  }

  #retry(): void {
    const { deps, alive } = this.context;
    this.#timer?.();
    this.#timer = null;
    if (!alive() || !deps.isOnline()) return;
    this.#timer = deps.runtime.scheduler.after(CONTROL_RETRY, () => {
      this.#timer = null;
      this.handle();
    });
  }

  /** Whether a control message is done with, one way or the other. */
  async #isOver(control: GroupControl): Promise<boolean> {
    const { deps } = this.context;
    try {
      const { kind, why } = await this.#take(control);
      const level = kind === 'refused' ? 'warn' : 'info';
      deps.runtime.logger.log(level, 'group_key.control', { kind, why, from: control.from });
      return true;
    } catch (thrown) {
      const error = failureOf(thrown);
      note(this.context, 'group_key.control_failed', '', error);
      if (isOutside(error) || !isPassing(error)) return true;
      return deps.now() - control.at > CONTROL_AGE;
    }
  }

  async #take(control: GroupControl): Promise<Handled> {
    const payload = groupControlSchema.safeParse(jsonOf(control.payloadJson));
    if (!payload.success) return refused('malformed');
    const message = payload.data;
    const group = parseGroupId(message.group_id);
    if (group === null) return refused('no group');
    // Nobody but a member is told anything, and whoever left a group wants no keys of it.
    const facts = await this.context.ledger.refresh(group);
    if (facts !== null && (!facts.supported || facts.dissolved)) return ignored('the group has no such keys');
    switch (message.type) {
      case 'e2ee.group_key_distribution': {
        const handled = await takeDistribution(this.context, group, message, control.from);
        return this.#told(group, handled);
      }
      case 'e2ee.group_key_response': {
        const handled = await takeAnswer(this.context, this.parts.requests, group, message, control.from);
        return this.#told(group, handled);
      }
      case 'e2ee.group_key_request': {
        if (this.context.deps.now() - control.at > REQUEST_WORTH) return ignored('asked long ago');
        return ignored(await this.parts.answerer.answer(group, message, control.from));
      }
    }
  }

  #told(group: string, handled: Handled): Handled {
    if (handled.kind === 'stored') this.parts.stored(group);
    return handled;
  }
}

function jsonOf(text: string): unknown {
  try {
    return z.json().parse(JSON.parse(text));
  } catch {
    return null;
  }
}
