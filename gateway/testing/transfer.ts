import type { IncomingHttpHeaders } from 'node:http';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** What came back, as bytes. */
export interface Transfer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The connection ended before the body did. */
  readonly cut: boolean;
}

/**
 * One request to an address that a gateway on this computer gave out: its host has no DNS, so the connection goes to the
 * loopback address and the name travels in `Host`. Rejects when the connection fails before an answer.
 */
export function transfer(
  target: unknown,
  options: { method?: string; headers?: Record<string, string>; body?: Buffer | string; ca?: string } = {},
): Promise<Transfer> {
  const url = new URL(String(target));
  const secure = url.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const request = (secure ? httpsRequest : httpRequest)(
      {
        host: '127.0.0.1',
        port: url.port,
        path: `${url.pathname}${url.search}`,
        method: options.method ?? 'GET',
        headers: { Host: url.host, ...options.headers },
        agent: false,
        ...(secure ? { servername: url.hostname, ca: options.ca } : {}),
      },
      (response) => {
        const chunks: Buffer[] = [];
        const finish = (cut: boolean): void =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
            cut,
          });
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', () => finish(true));
        response.on('end', () => finish(!response.complete));
      },
    );
    request.on('error', reject);
    request.end(options.body);
  });
}
