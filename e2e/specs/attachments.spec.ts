import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { expect, test } from 'playwright/test';
import { Pair } from '../support/pair';
import { answerDialogs } from '../support/dialogs';
import { photographFailures } from '../support/seat';

/** Files between two real windows: encrypted before they leave, checked before they are shown, encrypted on both disks. */
let pair: Pair;

test.beforeAll(async () => {
  pair = await Pair.begin(['filer', 'taker']);
});
test.afterAll(() => pair.end());
photographFailures(() => pair.here);

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const table = Array.from({ length: 256 }, (_unused, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
    return value >>> 0;
  });
  let crc = 0xffffffff;
  for (const byte of body) crc = (table[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  const end = Buffer.alloc(4);
  end.writeUInt32BE((crc ^ 0xffffffff) >>> 0);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, body, end]);
}

/** A PNG of one colour with a comment that must not travel. */
function picture(width: number, height: number, secret: string): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const line = Buffer.concat([Buffer.of(0), Buffer.alloc(width * 3, 0x7a)]);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('tEXt', Buffer.from(`Comment\0${secret}`, 'latin1')),
    chunk('IDAT', deflateSync(Buffer.concat(Array.from({ length: height }, () => line)))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Every byte that lies in a folder, to look for what must not be there. */
async function bytesIn(folder: string): Promise<Buffer> {
  const names = await readdir(folder, { recursive: true });
  const contents = await Promise.all(
    names.map((name) => readFile(path.join(folder, name)).catch(() => Buffer.alloc(0))),
  );
  return Buffer.concat(contents);
}

const keysOf = (objects: unknown): string[] =>
  Array.isArray(objects)
    ? objects.map((each: unknown) => String(Reflect.get(Object(each), 'object_key')))
    : [];

test('a file that was chosen arrives as it was, after a click, and is saved', async () => {
  const { here, there, own, peer } = pair;
  const words = '会议纪要：绝密 minutes of the meeting '.repeat(8_000);
  const file = path.join(here.dataDir, '..', '会议纪要.txt');
  await writeFile(file, words);
  await answerDialogs(there, { open: file });
  const { attachments } = await there.invoke('attachment.pick', { account: peer, conversation: own });
  await there.invoke('message.send', {
    account: peer,
    conversation: own,
    text: 'the minutes',
    attachments: attachments.map(({ id }) => id),
    requestId: 'minutes',
  });
  const row = here.page.getByTestId('file-row').last();
  await expect(row).toContainText('会议纪要');
  await row.getByTestId('attachment-download').click();
  const saved = path.join(here.dataDir, '..', 'saved.txt');
  await answerDialogs(here, { save: saved });
  await row.getByTestId('attachment-save').click();
  await expect.poll(() => readFile(saved, 'utf8').catch(() => '')).toBe(words);
  // Neither side has a word of it on its disk in the clear, nor has the server.
  for (const folder of [here.dataDir, there.dataDir, pair.world.folder('gateway')]) {
    expect((await bytesIn(folder)).includes('绝密')).toBe(false);
  }
});

test('a picture that was pasted is shown on both sides, without what the camera knew', async () => {
  const { here, there, own, peer } = pair;
  const png = picture(640, 360, 'taken at 52.5200 N');
  await here.page.getByTestId('composer').focus();
  await here.page.evaluate(
    (bytes) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(bytes)], 'holiday.png', { type: 'image/png' }));
      const field = document.querySelector('[data-testid="composer"]');
      field?.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
      );
    },
    [...png],
  );
  await here.page.getByTestId('draft-file').waitFor();
  await here.window.composer().fill('our picture');
  await expect(here.page.getByTestId('send')).toBeEnabled();
  await here.page.getByTestId('send').click();
  await expect(here.page.getByTestId('draft-file')).toHaveCount(0);
  const tile = here.page.getByTestId('media-tile').last();
  await expect(tile.locator('img').last()).toHaveJSProperty('naturalWidth', 640);

  const arrived = async () =>
    (await there.stored(peer, own))
      .filter(({ content }) => content.kind === 'media' && content.media === 'image')
      .at(-1);
  await expect.poll(arrived).toBeTruthy();
  const message = await arrived();
  const attachment = message?.attachments[0];
  expect(attachment).toMatchObject({ name: 'holiday.png', type: 'image/png', width: 640, height: 360 });
  const fetched = await there.invoke('attachment.download', {
    account: peer,
    attachment: attachment?.id ?? 0,
  });
  expect(fetched.state).toBe('here');
  const saved = path.join(there.dataDir, '..', 'holiday.png');
  await answerDialogs(there, { save: saved });
  await there.invoke('attachment.save', { account: peer, attachment: fetched.id });
  const bytes = await readFile(saved);
  expect(bytes.includes('52.5200')).toBe(false);
  expect(sha256(bytes)).not.toBe(sha256(png));
});

test('a picture opens in the viewer, and Escape leads back', async () => {
  const { page } = pair.here;
  await page.getByTestId('media-open').last().click();
  await page.getByTestId('viewer').waitFor();
  await page.keyboard.press('Escape');
  await page.getByTestId('viewer').waitFor({ state: 'detached' });
});

test('an upload that a power cut broke off goes on after the start, and arrives once', async () => {
  const { here, there, own, peer } = pair;
  const file = path.join(here.dataDir, '..', 'large.bin');
  await writeFile(file, Buffer.alloc(3_000_000, 'power cut '));
  await answerDialogs(here, { open: file });
  const { attachments } = await here.invoke('attachment.pick', { account: own, conversation: peer });
  await here.invoke('message.send', {
    account: own,
    conversation: peer,
    text: '',
    attachments: attachments.map(({ id }) => id),
    requestId: 'large',
  });
  await here.kill();
  await here.start();
  await here.page.getByTestId('shell').waitFor();
  await here.online(own);
  const files = async () =>
    (await there.stored(peer, own)).filter(({ attachments: [first] }) => first?.name === 'large.bin');
  await expect.poll(async () => (await files()).length, { timeout: 40_000 }).toBe(1);
  const [message] = await files();
  const fetched = await there.invoke('attachment.download', {
    account: peer,
    attachment: message?.attachments[0]?.id ?? 0,
  });
  expect(fetched).toMatchObject({ state: 'here', size: 3_000_000 });
});

test('a file whose bytes were changed on the server is thrown away and says why', async () => {
  const { here, own, peer } = pair;
  await here.window.visit(peer);
  const file = path.join(here.dataDir, '..', 'tampered.bin');
  await writeFile(file, Buffer.alloc(200_000, 7));
  await answerDialogs(pair.there, { open: file });
  const picked = await pair.there.invoke('attachment.pick', { account: peer, conversation: own });
  await pair.there.invoke('message.send', {
    account: peer,
    conversation: own,
    text: '',
    attachments: picked.attachments.map(({ id }) => id),
    requestId: 'tampered',
  });
  const row = here.page.getByTestId('file-row').filter({ hasText: 'tampered' });
  await row.waitFor();
  const { gateway } = pair.world;
  const { objects } = await gateway.admin('storage_objects', { owner_aid: peer });
  for (const object_key of keysOf(objects))
    await gateway.admin('storage_corrupt', { owner_aid: peer, object_key });
  await row.getByTestId('attachment-download').click();
  await expect(row).toContainText(/damaged or was tampered/);
});
