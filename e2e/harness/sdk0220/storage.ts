import { createHash } from 'node:crypto';
import { SdkError } from './errors';
import { httpTransfer } from './http';
import type { NetworkOptions } from './http';
import { isDict, numberOf, textOf } from './json';
import type { Dict } from './json';

/** Content up to this many bytes travels inside the call (protocol/06 §1.1). */
const INLINE_BYTES = 65_536;
const HTTP_TIMEOUT_MS = 30_000;

export interface StorageOptions {
  ownAid: string;
  network: NetworkOptions;
  call: (method: string, params: Dict) => Promise<unknown>;
}

/** How an application on SDK 0.2.20 stores files: RPCs by hand, bytes over plain HTTP (protocol/06 §1.6). */
export class Storage {
  readonly #options: StorageOptions;

  constructor(options: StorageOptions) {
    this.#options = options;
  }

  /** Stores bytes under a key, inside the call or through an upload session; the gateway's description. */
  async upload(objectKey: string, bytes: Buffer, facts: Dict = {}): Promise<Dict> {
    if (bytes.length > 0 && bytes.length <= INLINE_BYTES) {
      const content = bytes.toString('base64');
      return this.#call('storage.put_object', { object_key: objectKey, content, ...facts });
    }
    const contentType = textOf(facts['content_type']) || 'application/octet-stream';
    const session = await this.#call('storage.create_upload_session', {
      object_key: objectKey,
      size_bytes: bytes.length,
      content_type: contentType,
    });
    const { status } = await this.#send('PUT', textOf(session['upload_url']), bytes);
    if (status < 200 || status > 299) throw new SdkError('AUNError', `upload: http ${String(status)}`);
    return this.#call('storage.complete_upload', {
      object_key: objectKey,
      sha256: sha256(bytes),
      size_bytes: bytes.length,
      ...facts,
    });
  }

  /** Fetches what a reference names and checks length and hash against ticket and reference. */
  async download(reference: Dict): Promise<Buffer> {
    const ticket = await this.#call('storage.create_download_ticket', {
      owner_aid: textOf(reference['owner_aid']) || this.#options.ownAid,
      bucket: textOf(reference['bucket']) || 'default',
      object_key: textOf(reference['object_key']),
    });
    const { status, body } = await this.#send('GET', textOf(ticket['download_url']));
    if (status !== 200) throw new SdkError('AUNError', `download: http ${String(status)}`);
    for (const source of [ticket, reference]) {
      if ('size_bytes' in source && numberOf(source['size_bytes']) !== body.length) {
        throw new SdkError('AUNError', 'download: wrong length');
      }
      if ('sha256' in source && textOf(source['sha256']).toLowerCase() !== sha256(body)) {
        throw new SdkError('AUNError', 'download: wrong hash');
      }
    }
    return body;
  }

  #send(method: string, url: string, body?: Buffer): Promise<{ status: number; body: Buffer }> {
    const given = body ? { body, headers: { 'content-type': 'application/octet-stream' } } : {};
    return httpTransfer(method, url, this.#options.network, HTTP_TIMEOUT_MS, given);
  }

  async #call(method: string, params: Dict): Promise<Dict> {
    const reply = await this.#options.call(method, params);
    if (!isDict(reply)) throw new SdkError('SerializationError', `${method}: result is not an object`);
    return reply;
  }
}

/** Lower-case hex. */
export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
