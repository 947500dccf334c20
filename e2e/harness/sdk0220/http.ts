import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import { SdkError, messageOf } from './errors';

/** How this client reaches hosts and which TLS certificates it believes (protocol/01 §3.4, §3.5). */
export interface NetworkOptions {
  verifySsl: boolean;
  /** PEM certificates added to the platform's, as `NODE_EXTRA_CA_CERTS` would. */
  extraCa?: string;
  /** Sends connections for a host elsewhere, as the pre-load of set-up C does. */
  redirect?: (host: string, port: number) => { host: string; port: number };
}

export interface HttpReply {
  status: number;
  body: string;
  headers: http.IncomingHttpHeaders;
}

/** TLS options shared by HTTPS and `wss`. */
export function tlsOptions(options: NetworkOptions): { rejectUnauthorized: boolean; ca?: string[] } {
  return {
    rejectUnauthorized: options.verifySsl,
    ...(options.extraCa ? { ca: [options.extraCa, ...tls.rootCertificates] } : {}),
  };
}

/**
 * How a WebSocket reaches its host when connections are redirected: the address changes, the name in the handshake
 * and in the `Host` header does not. Empty without a redirect.
 */
export function socketPlace(
  url: string,
  options: NetworkOptions,
): { createConnection?: (given: unknown) => net.Socket } {
  const target = new URL(url);
  const secure = target.protocol === 'wss:';
  const place = options.redirect?.(target.hostname, Number(target.port) || (secure ? 443 : 80));
  if (!place) return {};
  return {
    createConnection: () =>
      secure
        ? tls.connect({ ...tlsOptions(options), ...place, servername: target.hostname })
        : net.connect(place),
  };
}

/** One GET without redirects; a transport failure becomes `ConnectionError`, lateness `TimeoutError`. */
export function httpGet(url: string, options: NetworkOptions, timeoutMs: number): Promise<HttpReply> {
  return httpSend('GET', url, options, timeoutMs);
}

/** One request of any kind, otherwise as {@link httpGet}. */
export async function httpSend(
  method: string,
  url: string,
  options: NetworkOptions,
  timeoutMs: number,
  given: { headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<HttpReply> {
  const reply = await httpTransfer(method, url, options, timeoutMs, given);
  return { ...reply, body: reply.body.toString('utf8') };
}

/** As {@link httpSend}, with the body as bytes. */
export function httpTransfer(
  method: string,
  url: string,
  options: NetworkOptions,
  timeoutMs: number,
  given: { headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<Omit<HttpReply, 'body'> & { body: Buffer }> {
  return new Promise((resolve, reject) => {
    const request = httpOpen(method, url, options, given.headers ?? {}, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', (error) => {
        reject(new SdkError('ConnectionError', error.message, { retryable: true }));
      });
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          body: Buffer.concat(parts),
          headers: response.headers,
        });
      });
    });
    request.setTimeout(timeoutMs, () => {
      request.destroy(new SdkError('TimeoutError', `http timeout: ${url}`, { retryable: true }));
    });
    request.on('error', (error) => {
      reject(
        error instanceof SdkError
          ? error
          : new SdkError('ConnectionError', messageOf(error), { retryable: true }),
      );
    });
    request.end(given.body);
  });
}

/** Begins a request; the host goes where the options send it, its name stays. */
export function httpOpen(
  method: string,
  url: string,
  options: NetworkOptions,
  headers: Record<string, string>,
  answered: (response: http.IncomingMessage) => void,
): http.ClientRequest {
  const target = new URL(url);
  const secure = target.protocol === 'https:';
  const port = Number(target.port) || (secure ? 443 : 80);
  const place = options.redirect?.(target.hostname, port) ?? { host: target.hostname, port };
  const isName = !/^[\d.]+$|:/.test(target.hostname);
  return (secure ? https : http).request(
    {
      method,
      host: place.host,
      port: place.port,
      path: `${target.pathname}${target.search}`,
      headers: { host: target.host, ...headers },
      agent: false,
      ...(secure ? { ...tlsOptions(options), ...(isName ? { servername: target.hostname } : {}) } : {}),
    },
    answered,
  );
}

/**
 * Sends every host of an issuer to the gateway where that is named by an address of this computer: nobody else knows
 * where `storage.{issuer}` is then (protocol/06 §1.4). A redirect that was given stays.
 */
export function nearGateway(options: NetworkOptions, gatewayUrl: string, issuer: string): NetworkOptions {
  const { hostname } = new URL(gatewayUrl);
  if (options.redirect || !/^127\.|^localhost$|^\[::1\]$/.test(hostname)) return options;
  const host = hostname.replace(/^\[|\]$/g, '');
  return {
    ...options,
    redirect: (name, port) => (name.endsWith(`.${issuer}`) ? { host, port } : { host: name, port }),
  };
}

/** The body of a 2xx answer; anything else is a `ConnectionError` naming the status. */
export async function httpText(url: string, options: NetworkOptions, timeoutMs: number): Promise<string> {
  const reply = await httpGet(url, options, timeoutMs);
  if (reply.status < 200 || reply.status > 299) {
    throw new SdkError('ConnectionError', `http ${String(reply.status)}: ${url}`, { retryable: true });
  }
  return reply.body;
}

/** The HTTP address of a gateway's WebSocket address: same host and port, path replaced, query dropped. */
export function gatewayHttp(gatewayUrl: string, path: string): string {
  const target = new URL(gatewayUrl);
  return `${target.protocol === 'wss:' ? 'https' : 'http'}://${target.host}${path}`;
}
