import { RpcError } from '../../../runtime/errors';
import type { RpcCaller } from '../../../ports/session';
import { SEALED } from './plain-envelopes';
import type { SeededRandom } from './seeded-random';

/** A row of the inbox of the one device that is simulated. */
interface Row {
  seq: number;
  message_id: string;
  from: string;
  to: string;
  timestamp: number;
  payload: Record<string, unknown>;
  type?: string;
  direction?: string;
}

/** What a message that was written has become, as far as the network knows. */
export interface Fact {
  readonly messageId: string;
  readonly from: string;
  readonly to: string;
  readonly text: string;
  /** `certain`: has to be in the store; `possible`: the network lost it before it was confirmed. */
  standing: 'certain' | 'possible';
  recalled: boolean;
}

export interface NetworkParties {
  readonly me: string;
  readonly peers: readonly string[];
}

/** How badly the network behaves; each is a probability. */
export interface Weather {
  /** A request that never reached the gateway. */
  readonly requestLost: number;
  /** A request that was carried out, and whose reply nobody heard. */
  readonly replyLost: number;
  readonly replyDelayed: number;
  readonly pushLost: number;
  readonly pushDoubled: number;
  /** A push that comes after later ones. */
  readonly pushDelayed: number;
}

export const CALM: Weather = {
  requestLost: 0,
  replyLost: 0,
  replyDelayed: 0,
  pushLost: 0,
  pushDoubled: 0,
  pushDelayed: 0,
};

/**
 * A gateway with one simulated device behind it (`protocol/04 §1.3`, §3.1-3.4, §5.6): numbers, idempotent sends, retention,
 * recalls; and every way to fail that a test wants.
 */
export class SimulatedNetwork implements RpcCaller {
  weather: Weather = CALM;
  online = false;
  /** Hears pushed events; replaced when the client starts anew. */
  hear: (name: string, params: unknown) => void = () => undefined;
  readonly facts = new Map<string, Fact>();
  /** What the peers got from us, in order. */
  readonly outgoing: { to: string; messageId: string; text: string }[] = [];

  private rows: Row[] = [];
  private counter = 0;
  private floor = 0;
  private ack = 0;
  private readonly dedup = new Map<string, Record<string, unknown>>();
  private delayed: (() => void)[] = [];
  private latePushes: { name: string; params: unknown }[] = [];
  private clock = 1_767_225_600_000;

  constructor(
    private readonly parties: NetworkParties,
    private readonly random: SeededRandom,
  ) {}

  call(method: string, params: Readonly<Record<string, unknown>>): Promise<unknown> {
    const { weather, random } = this;
    if (!this.online) return Promise.reject(closed(method));
    if (random.chance(weather.requestLost)) return Promise.reject(timedOut(method));
    let answer: unknown;
    try {
      answer = structuredClone(this.answer(method, params));
    } catch (thrown) {
      return Promise.reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
    }
    if (random.chance(weather.replyLost)) return Promise.reject(timedOut(method));
    if (!random.chance(weather.replyDelayed)) return Promise.resolve(answer);
    return new Promise((resolve, reject) => {
      this.delayed.push(() => (this.online ? resolve(answer) : reject(closed(method))));
    });
  }

  /** Lets replies and pushes that were held back come now. */
  release(): void {
    const { delayed, latePushes } = this;
    this.delayed = [];
    this.latePushes = [];
    for (const reply of delayed) reply();
    for (const push of latePushes) this.hear(push.name, push.params);
  }

  /** The connection breaks: nothing that was under way arrives. */
  disconnect(): void {
    this.online = false;
    for (const reply of this.delayed.splice(0)) reply();
    this.latePushes = [];
  }

  /** A peer writes to us. */
  peerWrites(from: string, text: string): void {
    const messageId = this.random.uuid();
    this.remember(messageId, from, this.parties.me, text);
    this.store({ message_id: messageId, from, to: this.parties.me, payload: sealed(text) });
  }

  /** Another device of ours writes to a peer: its copy comes to us. */
  otherDeviceWrites(to: string, text: string): void {
    const messageId = this.random.uuid();
    this.remember(messageId, this.parties.me, to, text);
    const { me } = this.parties;
    this.store({ message_id: messageId, from: me, to, payload: sealed(text), direction: 'outbound_sync' });
  }

  /** A peer takes a message back: the row is blanked where it is, and we hear of it, perhaps. */
  peerRecalls(messageId: string): void {
    const fact = this.facts.get(messageId);
    if (fact === undefined || fact.recalled) return;
    fact.recalled = true;
    const params = { from: fact.from, to: fact.to, message_ids: [messageId], timestamp: this.tick() };
    for (const row of this.rows.filter((each) => each.message_id === messageId)) {
      row.type = 'message.recalled';
      row.payload = { type: 'message.recalled', message_ids: [messageId] };
    }
    if (this.online && !this.random.chance(this.weather.pushLost)) this.hear('message.recalled', params);
  }

  /** Messages of others that could be taken back. */
  recallable(): string[] {
    return [...this.facts.values()]
      .filter((fact) => fact.from !== this.parties.me && !fact.recalled)
      .map((fact) => fact.messageId);
  }

  /** Old rows are purged: the floor rises over them. What was not confirmed is lost to us. */
  purge(share: number): void {
    const keepFrom = this.floor + Math.floor((this.counter - this.floor) * share);
    this.forget(this.rows.filter((row) => row.seq <= keepFrom));
    this.rows = this.rows.filter((row) => row.seq > keepFrom);
    this.floor = Math.max(this.floor, keepFrom);
  }

  /** A row vanishes in the middle: an empty row keeps its number (`message.expired`), or nothing does: a hole for good. */
  loseOne(stub: boolean): void {
    if (this.rows.length === 0) return;
    const row = this.random.pick(this.rows);
    this.forget([row]);
    if (stub) {
      row.payload = { type: 'message.expired' };
      row.from = '';
      row.message_id = `expired-${row.seq}`;
    } else {
      this.rows = this.rows.filter((each) => each !== row);
    }
  }

  /** The gateway comes back with its counters at nothing: rows are gone, or are numbered anew. */
  reset(keepRows: boolean): void {
    this.disconnect();
    if (!keepRows) {
      this.forget(this.rows);
      this.rows = [];
    }
    this.rows.forEach((row, index) => {
      row.seq = index + 1;
    });
    this.counter = this.rows.length;
    this.floor = 0;
    this.ack = 0;
  }

  private forget(rows: readonly Row[]): void {
    for (const row of rows) {
      const fact = this.facts.get(row.message_id);
      // What was confirmed has to be in the store; the rest may be there, if it was pushed.
      if (fact !== undefined && row.seq > this.ack) fact.standing = 'possible';
    }
  }

  private remember(messageId: string, from: string, to: string, text: string): void {
    this.facts.set(messageId, {
      messageId,
      from,
      to,
      text,
      standing: 'certain',
      recalled: false,
    });
  }

  private tick(): number {
    this.clock += 1000;
    return this.clock;
  }

  private store(row: Omit<Row, 'seq' | 'timestamp'>): void {
    this.counter += 1;
    const stored: Row = { ...row, seq: this.counter, timestamp: this.tick() };
    this.rows.push(stored);
    if (!this.online || this.random.chance(this.weather.pushLost)) return;
    const push = { name: 'message.received', params: structuredClone(stored) };
    const times = this.random.chance(this.weather.pushDoubled) ? 2 : 1;
    for (let time = 0; time < times; time += 1) {
      if (this.random.chance(this.weather.pushDelayed)) this.latePushes.push(push);
      else this.hear(push.name, push.params);
    }
  }

  private answer(method: string, params: Readonly<Record<string, unknown>>): unknown {
    switch (method) {
      case 'message.pull': {
        const after = Number(params['after_seq']);
        return {
          messages: this.rows.filter((row) => row.seq > after).slice(0, Number(params['limit'])),
          server_ack_seq: Math.max(this.ack, this.floor),
          retention_floor_seq: this.floor,
        };
      }
      case 'message.ack':
        this.ack = Math.max(this.ack, Math.min(Number(params['seq']), this.counter));
        return { success: true, ack_seq: this.ack };
      case 'message.send':
        return this.send(params);
      default:
        throw new RpcError('invalid_request', { code: -32601, message: 'method not found' }, false, method);
    }
  }

  private send(params: Readonly<Record<string, unknown>>): unknown {
    const messageId = String(params['message_id']);
    const before = this.dedup.get(messageId);
    if (before !== undefined) return { ...before, status: 'duplicate' };
    const to = String(params['to']);
    const text = textOf(params['payload']);
    this.outgoing.push({ to, messageId, text });
    const result = { message_id: messageId, timestamp: this.tick(), status: 'sent', delivery_mode: 'fanout' };
    this.dedup.set(messageId, result);
    if (to === this.parties.me) {
      this.remember(messageId, to, to, text);
      this.store({ message_id: messageId, from: to, to, payload: sealed(text) });
    }
    return result;
  }
}

function sealed(text: string): Record<string, unknown> {
  return { type: SEALED, inner: { type: 'text', text } };
}

function textOf(payload: unknown): string {
  const inner: unknown =
    typeof payload === 'object' && payload !== null ? Reflect.get(payload, 'inner') : null;
  return typeof inner === 'object' && inner !== null ? String(Reflect.get(inner, 'text')) : '';
}

function closed(method: string): RpcError {
  return new RpcError('connection_closed', { code: 0, message: 'closed' }, true, method);
}

function timedOut(method: string): RpcError {
  return new RpcError('request_timeout', { code: 0, message: 'no answer' }, true, method);
}
