import { sign } from 'node:crypto';
import { z } from 'zod';
import { AunError } from '../../runtime/errors';
import type { Random } from '../../runtime/runtime';
import type {
  HostTarget,
  HttpRequest,
  HttpResponse,
  NetworkEdge,
  WireSocket,
  WireSocketHandlers,
} from '../edge';
import type { ManualTime } from './manual-time';
import type { TestPki } from './test-pki';

const frameSchema = z.object({
  id: z.string(),
  method: z.string(),
  params: z.record(z.string(), z.unknown()),
});

/** What the network does to one step of a conversation. */
export type Mishap =
  | 'none'
  /** Nothing ever comes. */
  | 'silence'
  /** The connection breaks with a close code. */
  | number
  /** An error reply with this code instead of a result. */
  | { readonly error: number; readonly message: string };

/** Random numbers that repeat for a seed. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0 || 1;
  const unit = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 0x1_0000_0000;
  };
  return {
    unit,
    bytes: (length) => Buffer.from(Array.from({ length }, () => Math.floor(unit() * 256))),
    uuid: () =>
      `00000000-0000-4000-8000-${Math.floor(unit() * 0xffff_ffff)
        .toString(16)
        .padStart(12, '0')}`,
  };
}

/**
 * A network and a gateway in memory, on manual time: `mishap` is asked before every step and decides what goes wrong. Sign-in
 * uses real keys.
 */
export class FakeEdge implements NetworkEdge {
  readonly calls: string[] = [];
  readonly httpPaths: string[] = [];
  readonly online = new Set<{ drop(code: number): void; event(name: string, params: unknown): void }>();
  /** `open`, `challenge`, `http`, or the name of a method. */
  mishap: (step: string, target: HostTarget) => Mishap = () => 'none';
  /** Results by method, instead of the built-in ones. */
  readonly results = new Map<string, (params: Record<string, unknown>) => unknown>();
  /** What HTTP answers where nothing goes wrong; null: 200 and an empty document. */
  http: ((request: HttpRequest) => HttpResponse) | null = null;
  latencyMs: () => number = () => 5;
  #count = 0;
  #granted = 0;

  constructor(
    readonly time: ManualTime,
    readonly pki: TestPki,
  ) {}

  request(request: HttpRequest): Promise<HttpResponse> {
    this.httpPaths.push(request.path);
    const mishap = this.mishap('http', request.target);
    return new Promise((resolve, reject) => {
      const fail = (code: 'request_timeout' | 'gateway_unreachable'): void =>
        reject(new AunError(code, 'scripted failure', { retryable: true }));
      if (mishap === 'silence') this.time.after(request.timeoutMs, () => fail('request_timeout'));
      else if (typeof mishap === 'number')
        this.time.after(this.latencyMs(), () => fail('gateway_unreachable'));
      else
        this.time.after(this.latencyMs(), () =>
          resolve(
            mishap === 'none' && this.http !== null
              ? this.http(request)
              : { status: mishap === 'none' ? 200 : 503, headers: {}, body: Buffer.from('{}') },
          ),
        );
    });
  }

  openSocket(target: HostTarget, _path: string, handlers: WireSocketHandlers): WireSocket {
    let over = false;
    let authenticated: { drop(code: number): void; event(name: string, params: unknown): void } | null = null;
    const later = (task: () => void): void => {
      this.time.after(this.latencyMs(), () => {
        if (!over) task();
      });
    };
    const end = (code: number): void => {
      if (over) return;
      over = true;
      if (authenticated !== null) this.online.delete(authenticated);
      handlers.closed(code, '');
    };
    const deliver = (frame: unknown): void => handlers.message(JSON.stringify(frame));
    const step = (name: string, act: () => void): void => {
      const mishap = this.mishap(name, target);
      if (mishap === 'silence') return;
      if (typeof mishap === 'number') later(() => end(mishap));
      else later(act);
    };
    const opening = this.mishap('open', target);
    if (typeof opening === 'number')
      later(() => {
        handlers.failed(new AunError('gateway_unreachable', 'scripted failure', { retryable: true }));
        end(1006);
      });
    else if (opening !== 'silence')
      step('challenge', () => {
        this.#count += 1;
        deliver({ jsonrpc: '2.0', method: 'challenge', params: { nonce: `nonce-${this.#count}` } });
      });
    return {
      send: (text) => {
        const { id, method, params } = frameSchema.parse(JSON.parse(text));
        this.calls.push(method);
        const mishap = this.mishap(method, target);
        if (mishap === 'silence') return;
        if (typeof mishap === 'number') later(() => end(mishap));
        else if (mishap !== 'none')
          later(() =>
            deliver({ jsonrpc: '2.0', id, error: { code: mishap.error, message: mishap.message } }),
          );
        else
          later(() => {
            if (method === 'auth.connect') {
              authenticated = {
                drop: end,
                event: (name, body) => deliver({ jsonrpc: '2.0', method: `event/${name}`, params: body }),
              };
              this.online.add(authenticated);
            }
            deliver({ jsonrpc: '2.0', id, result: this.#result(method, params) });
          });
      },
      close: (code) => later(() => end(code)),
      terminate: () => end(1006),
    };
  }

  #result(method: string, params: Record<string, unknown>): unknown {
    const own = this.results.get(method);
    if (own !== undefined) return own(params);
    switch (method) {
      case 'auth.aid_login1':
        return {
          request_id: 'request',
          nonce: 'server-nonce',
          auth_cert: this.pki.authority.pem,
          client_nonce_signature: sign(
            'sha256',
            Buffer.from(String(params['client_nonce'])),
            this.pki.authority.key,
          ).toString('base64'),
        };
      case 'auth.aid_login2':
      case 'auth.refresh_token':
        this.#granted += 1;
        return {
          success: true,
          access_token: `access-${this.#granted}`,
          refresh_token: `refresh-${this.#granted}`,
          expires_in: 3600,
        };
      case 'auth.connect':
        return { status: 'ok', server_time: this.time.now() / 1000 };
      case 'meta.ping':
        return { pong: true, timestamp: this.time.now() / 1000 };
      default:
        return {};
    }
  }
}
