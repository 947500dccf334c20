import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { TransferAnswer } from '../ports/transfers';
import { AunError } from '../runtime/errors';
import { createPictures } from './pictures';
import { crc32 } from './strip/crc32';

const ALICE = 'alice.aun.test';

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

/** A PNG of that size, with a comment in it. */
function png(width = 8, height = 8, extra = 0): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 0, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('tEXt', Buffer.from('Location\0Berlin', 'latin1')),
    chunk('IDAT', Buffer.concat([deflateSync(Buffer.alloc(72)), Buffer.alloc(extra)])),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

interface Stored {
  readonly bytes: Buffer;
  readonly isPrivate: unknown;
}

/** A storage server of one owner. */
function storage() {
  const objects = new Map<string, Stored>();
  const calls: string[] = [];
  let uploaded = Buffer.alloc(0);
  const pictures = createPictures({
    account: ALICE,
    rpc: {
      async call(method, params) {
        calls.push(method);
        const owner = typeof params['owner_aid'] === 'string' ? params['owner_aid'] : ALICE;
        const name = `${owner} ${String(params['object_key'])}`;
        switch (method) {
          case 'storage.put_object':
            objects.set(name, {
              bytes: Buffer.from(String(params['content']), 'base64'),
              isPrivate: params['is_private'],
            });
            return {};
          case 'storage.create_upload_session':
            return { upload_url: 'https://storage.aun.test/up' };
          case 'storage.complete_upload':
            objects.set(name, { bytes: uploaded, isPrivate: params['is_private'] });
            return {};
          default: {
            const found = objects.get(name);
            if (found === undefined) throw new AunError('not_found', 'no such object');
            return Promise.resolve({
              download_url: `https://storage.aun.test/${name}`,
              size_bytes: found.bytes.length,
              sha256: createHash('sha256').update(found.bytes).digest('hex'),
            });
          }
        }
      },
    },
    transfers: {
      async request({ method, url, body }): Promise<TransferAnswer> {
        const pieces: Uint8Array[] = [];
        if (body !== undefined) for await (const piece of body) pieces.push(piece);
        if (method === 'PUT') uploaded = Buffer.concat(pieces);
        const bytes = objects.get(url.slice('https://storage.aun.test/'.length))?.bytes ?? Buffer.alloc(0);
        return { status: 200, headers: {}, body: parts(bytes), close: () => undefined };
      },
    },
  });
  return { pictures, objects, calls };
}

async function* parts(bytes: Buffer): AsyncGenerator<Buffer, void, undefined> {
  for (let at = 0; at < bytes.length; at += 1000) yield await Promise.resolve(bytes.subarray(at, at + 1000));
}

describe('public pictures', () => {
  it('lose their metadata and are public under a name that is their owner’s', async () => {
    const { pictures, objects } = storage();
    const { reference, address } = await pictures.publish(png().toString('base64'));
    const [[name, stored] = ['', null]] = [...objects];
    expect(stored?.isPrivate).toBe(false);
    expect(stored?.bytes.includes('Berlin')).toBe(false);
    const hash = createHash('sha256')
      .update(stored?.bytes ?? '')
      .digest('hex');
    expect(name).toBe(`${ALICE} group-picture/${hash}.png`);
    expect(reference).toBe(`https://${ALICE}/group-picture/${hash}.png`);
    expect(address).toMatch(/^data:image\/png;base64,/);
    expect(await pictures.fetch(reference)).toBe(address);
  });

  it('larger ones go over an upload session', async () => {
    const { pictures, calls } = storage();
    const { reference, address } = await pictures.publish(png(8, 8, 100_000).toString('base64'));
    expect(calls).toEqual(['storage.create_upload_session', 'storage.complete_upload']);
    expect(await pictures.fetch(reference)).toBe(address);
  });

  it.each([
    ['no picture', Buffer.from('<svg onload=alert(1)>'), 'attachment_unsupported'],
    ['half a picture', png().subarray(0, 40), 'attachment_unsupported'],
    ['a picture without an end of pixels', png(60_000, 60_000), 'attachment_unsupported'],
    ['a picture that is too large', png(8, 8, 300_000), 'attachment_too_large'],
    ['nothing', Buffer.alloc(0), 'attachment_unsupported'],
  ])('%s is not published', async (_what, bytes, code) => {
    const { pictures, calls } = storage();
    await expect(pictures.publish(bytes.toString('base64'))).rejects.toMatchObject({ code });
    expect(calls).toEqual([]);
  });

  it.each([
    'http://alice.aun.test/group-picture/x.png',
    'https://storage.aun.test/objects/default/x.png',
    'https://127.0.0.1/x.png',
    'aun://storage/default/x.png',
    'https://alice.aun.test/../x.png',
    'https://alice.aun.test/gone.png',
    'file:///etc/passwd',
    'data:image/png;base64,AAAA',
    '',
  ])('%j leads to no picture', async (reference) => {
    expect(await storage().pictures.fetch(reference)).toBeNull();
  });

  it('what is no picture, too large, or not what its name says is not shown', async () => {
    const { pictures, objects } = storage();
    const put = (key: string, bytes: Buffer): string => {
      objects.set(`${ALICE} ${key}`, { bytes, isPrivate: false });
      return `https://${ALICE}/${key}`;
    };
    expect(await pictures.fetch(put('p.html', Buffer.from('<script>')))).toBeNull();
    expect(await pictures.fetch(put('big.png', png(8, 8, 300_000)))).toBeNull();
    expect(await pictures.fetch(put(`group-picture/${'0'.repeat(64)}.png`, png()))).toBeNull();
    expect(await pictures.fetch(put('any.png', png()))).toMatch(/^data:image\/png/);
  });
});
