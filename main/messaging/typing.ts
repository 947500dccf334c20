import { z } from 'zod';
import { parsePeerAid } from '../../shared/aun/aid';
import { isGroupId, parseGroupId } from '../../shared/aun/group-id';
import type { Session } from '../ports/session';
import type { Disposer, Runtime } from '../runtime/runtime';

/** How long a sign of typing holds, and how often it is repeated, in ms (`protocol/04 §10.2`). */
export const TYPING_TTL_MS = 5_000;
export const TYPING_REPEAT_MS = 4_000;
/** Nobody types for so long without a key: the window forgot to say that it stopped. */
export const TYPING_FORGOTTEN_MS = 60_000;
/** Least time between two pieces of news about one person, in ms: a flood of signs must not become one of events. */
const NEWS_MS = 1_000;
/** People who can be seen typing at once; more is a flood. */
const MAX_TYPISTS = 200;

const EVENT = 'app.typing';
const typingSchema = z.object({
  chat: z.string().max(512).optional(),
  group_id: z.string().max(512).optional(),
  state: z.enum(['typing', 'idle']).default('typing'),
  _notify: z.object({ from_aid: z.string().max(512), ttl_ms: z.number().optional() }),
});

/** What typing needs of its account. */
export interface TypingDependencies {
  readonly aid: string;
  readonly session: Pick<Session, 'notify' | 'passesNotifications'>;
  readonly runtime: Runtime;
  /** Somebody is writing until a moment (Unix ms), or stopped. `who` is the peer, or somebody in the group. */
  readonly changed: (conversation: string, who: string, until: number | null) => void;
  /** Whether the other side may be told: the user wants it, and the conversation is an accepted one. */
  readonly mayTell: (conversation: string) => boolean | Promise<boolean>;
  /** The id under which a gateway knows a group; null where nobody is told or shown typing: unknown, left, too large. */
  readonly wireId: (group: string) => string | null;
}

/** Signs of typing in both directions. Nothing of it is kept. */
export interface Typing {
  /** The user types, or stopped, or sent. */
  tell(conversation: string, typing: boolean): void;
  /** An event of the gateway; others than typing are ignored. */
  event(name: string, params: unknown): void;
  /** A message of theirs came: they are not typing it any more. */
  arrived(conversation: string, sender: string): void;
  stop(): void;
}

interface Telling {
  readonly cancel: Disposer;
  /** They were told: only then there is something to take back. */
  told: boolean;
  lastKeyAt: number;
}

interface Typist {
  readonly conversation: string;
  readonly who: string;
  until: number;
  /** What the window was told last, or null. */
  shown: number | null;
  toldAt: number;
  cancel: Disposer;
}

const keyOf = (conversation: string, who: string): string => `${conversation}\n${who}`;

/** Makes the typing of one account. */
export function createTyping(deps: TypingDependencies): Typing {
  const { session, runtime } = deps;
  const { clock, scheduler } = runtime;
  const telling = new Map<string, Telling>();
  const typists = new Map<string, Typist>();
  let stopped = false;

  function send(conversation: string, state: 'typing' | 'idle'): void {
    if (isGroupId(conversation)) {
      const wireId = deps.wireId(conversation);
      if (wireId === null) return;
      session.notify('notification/group.route', {
        group_aid: wireId,
        group_id: wireId,
        deliver: { method: `event/${EVENT}`, params: { chat: wireId, state } },
        ttl_ms: TYPING_TTL_MS,
      });
      return;
    }
    session.notify('notification/route', {
      target: { type: 'aid', aid: conversation },
      deliver: { method: `event/${EVENT}`, params: { chat: conversation, state } },
      ttl_ms: TYPING_TTL_MS,
    });
  }

  function finish(conversation: string, sayIdle: boolean): void {
    const entry = telling.get(conversation);
    if (entry === undefined) return;
    telling.delete(conversation);
    entry.cancel();
    if (sayIdle && entry.told) send(conversation, 'idle');
  }

  async function begin(conversation: string): Promise<void> {
    const known = telling.get(conversation);
    if (known !== undefined) {
      known.lastKeyAt = clock.monotonic();
      return;
    }
    if (conversation === deps.aid || !session.passesNotifications()) return;
    // Taken at once, so that keys that follow while the question is open do not ask again.
    const entry: Telling = {
      told: false,
      lastKeyAt: clock.monotonic(),
      cancel: scheduler.every(TYPING_REPEAT_MS, () => {
        if (clock.monotonic() - entry.lastKeyAt >= TYPING_FORGOTTEN_MS) finish(conversation, true);
        else if (entry.told) send(conversation, 'typing');
      }),
    };
    telling.set(conversation, entry);
    const may = await deps.mayTell(conversation);
    // They may have stopped, and begun again, while the question was open.
    if (telling.get(conversation) !== entry) return;
    entry.told = may;
    if (may) send(conversation, 'typing');
    else finish(conversation, false);
  }

  function forget(key: string): void {
    const typist = typists.get(key);
    if (typist === undefined) return;
    typists.delete(key);
    typist.cancel();
    if (typist.shown !== null) deps.changed(typist.conversation, typist.who, null);
  }

  function seen(conversation: string, who: string, until: number): void {
    const key = keyOf(conversation, who);
    const known = typists.get(key);
    if (known === undefined && typists.size >= MAX_TYPISTS) return;
    const typist = known ?? {
      conversation,
      who,
      until,
      shown: null,
      toldAt: -Infinity,
      cancel: () => undefined,
    };
    typist.until = until;
    typists.set(key, typist);
    typist.cancel();
    typist.cancel = scheduler.after(until - clock.now(), () => forget(key));
    if (clock.monotonic() - typist.toldAt < NEWS_MS) return;
    typist.toldAt = clock.monotonic();
    typist.shown = until;
    deps.changed(conversation, who, until);
  }

  /** Who stops soon after starting is believed a little later, or a flood of both would flicker. */
  function idle(key: string): void {
    const typist = typists.get(key);
    if (typist === undefined) return;
    const wait = typist.toldAt + NEWS_MS - clock.monotonic();
    if (wait <= 0) {
      forget(key);
      return;
    }
    typist.cancel();
    typist.cancel = scheduler.after(wait, () => forget(key));
  }

  /** The conversation a sign is about; null where it is none of ours. */
  function placeOf(chat: string | undefined, groupId: string | undefined, sender: string): string | null {
    if (groupId === undefined && (chat === undefined || chat === deps.aid || chat === sender)) return sender;
    const group = parseGroupId(groupId ?? chat ?? '');
    return group !== null && deps.wireId(group) !== null ? group : null;
  }

  return {
    tell(conversation, typing) {
      if (stopped) return;
      if (!typing) {
        finish(conversation, true);
        return;
      }
      begin(conversation).catch((error: unknown) => {
        finish(conversation, false);
        runtime.logger.log('warn', 'typing.not_told', { error });
      });
    },
    event(name, params) {
      if (stopped || name !== EVENT) return;
      const parsed = typingSchema.safeParse(params);
      if (!parsed.success) return;
      const { chat, group_id: groupId, state, _notify: notify } = parsed.data;
      const sender = parsePeerAid(notify.from_aid);
      if (sender === null || sender === deps.aid) return;
      const place = placeOf(chat, groupId, sender);
      if (place === null) return;
      if (state === 'idle') idle(keyOf(place, sender));
      else
        seen(
          place,
          sender,
          clock.now() + Math.min(Math.max(notify.ttl_ms ?? TYPING_TTL_MS, 0), TYPING_TTL_MS),
        );
    },
    arrived: (conversation, sender) => forget(keyOf(conversation, sender)),
    stop() {
      for (const conversation of [...telling.keys()]) finish(conversation, true);
      stopped = true;
      for (const typist of typists.values()) typist.cancel();
      typists.clear();
    },
  };
}
