import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http';
import { AunError } from '../runtime/errors';
import type { Runtime } from '../runtime/runtime';
import type { HttpRequest, HttpResponse } from './edge';
import { fromSocketError } from './network-errors';
import { tlsOptions } from './tls-trust';

/** Headers with one value a name, names in lower case. */
export function plainHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) plain[name] = first;
  }
  return plain;
}

/**
 * Sends one HTTP request and reads the whole answer. Follows no redirect, keeps no connection, adds no credentials.
 * Any status is an answer; only transport trouble throws.
 * @throws AunError `tls_failed` | `gateway_unreachable` | `network_unreachable` | `request_timeout` | `protocol_error`
 */
export function sendHttpRequest(runtime: Runtime, request: HttpRequest): Promise<HttpResponse> {
  const { target } = request;
  const options: RequestOptions = {
    method: request.method,
    host: target.address,
    port: target.port,
    path: request.path,
    agent: false,
    headers: {
      accept: '*/*',
      'user-agent': 'Parley',
      ...request.headers,
      ...(request.body === undefined ? {} : { 'content-length': String(request.body.byteLength) }),
      ...(target.host === null ? {} : { host: target.host }),
    },
  };
  return new Promise((resolve, reject) => {
    const sent = target.secure
      ? httpsRequest({ ...options, ...tlsOptions(target, request.withoutTrust === true) })
      : httpRequest(options);
    const cancelTimer = runtime.scheduler.after(request.timeoutMs, () => {
      fail(
        new AunError('request_timeout', `${target.host ?? target.address} did not answer in time`, {
          retryable: true,
          detail: { path: request.path.split('?', 1)[0], timeoutMs: request.timeoutMs },
        }),
      );
    });
    const fail = (error: unknown): void => {
      cancelTimer();
      reject(fromSocketError(error, target));
      sent.destroy();
    };
    sent.on('error', fail);
    sent.on('response', (response: IncomingMessage) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > request.maxBytes) {
          fail(
            new AunError('protocol_error', 'the answer is larger than allowed', {
              detail: { path: request.path, maxBytes: request.maxBytes },
            }),
          );
          return;
        }
        chunks.push(chunk);
      });
      response.on('error', fail);
      response.on('end', () => {
        cancelTimer();
        resolve({
          status: response.statusCode ?? 0,
          headers: plainHeaders(response.headers),
          body: Buffer.concat(chunks),
        });
      });
    });
    sent.end(request.body);
  });
}
