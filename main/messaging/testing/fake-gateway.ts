import { RpcError } from '../../runtime/errors';
import type { RpcCaller } from '../../ports/session';

/** A row of the simulated inbox. */
export interface FakeRow {
  readonly seq: number;
  readonly message_id: string;
  readonly from: string;
  readonly to: string;
  readonly timestamp: number;
  readonly payload: unknown;
  readonly [key: string]: unknown;
}

/** One device's inbox on a gateway, in memory: `message.pull`, `message.ack` and `message.send` of `protocol/04 §3`. */
export class FakeGateway implements RpcCaller {
  rows: FakeRow[] = [];
  ack = 0;
  floor = 0;
  online = true;
  readonly calls: string[] = [];
  readonly sent: { to: string; messageId: string }[] = [];
  /** Answers a send; the default accepts it. */
  onSend: (params: Readonly<Record<string, unknown>>) => unknown = () => ({
    status: 'sent',
    timestamp: 1_767_225_600_500,
  });

  /** Changes the rows of a page. */
  onPull: (rows: readonly unknown[]) => readonly unknown[] = (rows) => rows;

  call(method: string, params: Readonly<Record<string, unknown>>): Promise<unknown> {
    this.calls.push(method);
    return Promise.resolve().then(() => this.answer(method, params));
  }

  private answer(method: string, params: Readonly<Record<string, unknown>>): unknown {
    if (!this.online) {
      throw new RpcError('connection_closed', { code: 0, message: 'closed' }, true, method);
    }
    switch (method) {
      case 'message.pull': {
        const after = Number(params['after_seq']);
        const messages = this.rows.filter((row) => row.seq > after).slice(0, Number(params['limit']));
        return {
          messages: this.onPull(messages),
          server_ack_seq: Math.max(this.ack, this.floor),
          retention_floor_seq: this.floor,
        };
      }
      case 'message.ack':
        this.ack = Math.max(this.ack, Number(params['seq']));
        return { success: true, ack_seq: this.ack };
      case 'message.send': {
        const answer = this.onSend(params);
        this.sent.push({ to: String(params['to']), messageId: String(params['message_id']) });
        return answer;
      }
      default:
        throw new RpcError('invalid_request', { code: -32601, message: 'method not found' }, false, method);
    }
  }
}

/** A plain text row. */
export function textRow(seq: number, from: string, to: string, text: string, id = `m${seq}`): FakeRow {
  return {
    seq,
    message_id: id,
    from,
    to,
    timestamp: 1_767_225_600_000 + seq,
    payload: { type: 'text', text },
  };
}
