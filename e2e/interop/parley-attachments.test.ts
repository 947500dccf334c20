import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dictsOf, isDict, openFile, sealFile, textOf } from '../harness/sdk0220';
import type { Dict } from '../harness/sdk0220';
import { until } from '../harness/until';
import { ClockedEngine } from './clocked-engine';
import { Parley, contentOf } from './parley';
import { World } from './world';

let world: World;
beforeAll(async () => {
  world = await World.begin();
});
afterAll(() => world.end());

let files = 0;

/** A file on disk, as somebody has it before sending it. */
function file(name: string, bytes: Buffer): string {
  files += 1;
  const place = `${world.folder(`file-${String(files)}`)}-${name}`;
  writeFileSync(place, bytes);
  return place;
}

async function friends(): Promise<{ alice: Parley; bob: Parley }> {
  const alice = await Parley.join(world, 'alice', false);
  const bob = await Parley.join(world, 'bobby', false);
  await alice.tell(bob.aid, 'hello');
  await bob.message(alice.aid, 'hello');
  await bob.tell(alice.aid, 'hello yourself');
  await alice.message(bob.aid, 'hello yourself');
  return { alice, bob };
}

/** Sends files with a caption; returns the bubble. */
async function sendFiles(parley: Parley, peer: string, text: string, paths: string[]): Promise<Dict> {
  const { attachments } = await parley.call('attachment.pick', { conversation: peer }, paths);
  return parley.act('message.send', {
    conversation: peer,
    text,
    attachments: dictsOf(attachments).map((attachment) => attachment['id']),
  });
}

const attachmentOf = (message: Dict | undefined): Dict => dictsOf(message?.['attachments'])[0] ?? {};

/** The message with a file that came from a peer. */
function withFile(parley: Parley, peer: string): Promise<Dict> {
  return until(`${parley.aid} has a file`, async () => {
    const rows = await parley.timeline(peer).catch(() => []);
    return rows.find((row) => row['own'] === false && dictsOf(row['attachments']).length > 0);
  });
}

/** Downloads an attachment and saves it; its bytes. */
async function saved(parley: Parley, attachment: Dict): Promise<Buffer> {
  const here = await parley.call('attachment.download', { attachment: attachment['id'] });
  expect(here['state']).toBe('here');
  const place = world.folder(`saved-${String((files += 1))}`);
  await parley.call('attachment.save', { attachment: attachment['id'] }, [place]);
  return readFileSync(place);
}

/** Whether a marker stands anywhere in the files of a folder. */
function holds(folder: string, marker: Buffer): boolean {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(folder, name))
    .some((place) => statSync(place).isFile() && readFileSync(place).includes(marker));
}

describe('a file between two people who use Parley', () => {
  it('is fetched on a click and arrives byte for byte, and neither disk nor gateway can read it', async () => {
    const { alice, bob } = await friends();
    const marker = Buffer.from('a marker nobody else may read ');
    const bytes = Buffer.concat([marker, randomBytes(300_000)]);
    const sent = await sendFiles(alice, bob.aid, 'the minutes', [file('minutes.pdf', bytes)]);
    expect(contentOf(sent)).toMatchObject({ kind: 'media', text: 'the minutes' });
    const received = await withFile(bob, alice.aid);
    expect(attachmentOf(received)).toMatchObject({
      type: 'application/pdf',
      size: bytes.length,
      encrypted: true,
      state: 'remote',
    });
    expect(textOf(attachmentOf(received)['name'])).toContain('minutes.pdf');
    expect((await saved(bob, attachmentOf(received))).equals(bytes)).toBe(true);
    await alice.becomes(sent['id'], 'has arrived', (message) => message['state'] === 'delivered');
    for (const folder of [alice.folder, bob.folder, world.folder('gateway')])
      expect(holds(folder, marker)).toBe(false);
  });

  it('comes by itself from somebody whose key was verified, up to the size of the settings', async () => {
    const { alice, bob } = await friends();
    const { keyFingerprint } = await bob.call('contact.get', { aid: alice.aid });
    await bob.call('contact.verify', { aid: alice.aid, key: keyFingerprint });
    await bob.engine.call('app.settings.set', { autoDownloadMegabytes: 1 });
    await sendFiles(alice, bob.aid, 'small and large', [
      file('small.bin', randomBytes(10_000)),
      file('large.bin', randomBytes(1_100_000)),
    ]);
    const received = await withFile(bob, alice.aid);
    const later = await bob.becomes(received['id'], 'has the small file', (message) => {
      return attachmentOf(message)['state'] === 'here';
    });
    expect(dictsOf(later['attachments']).map((each) => each['state'])).toEqual(['here', 'remote']);
  });

  it('is taken out of the outbox by cancelling it, and stands beside the draft again', async () => {
    const { alice, bob } = await friends();
    await alice.call('account.disconnect');
    const sent = await sendFiles(alice, bob.aid, 'not yet', [file('draft.txt', Buffer.from('draft'))]);
    await alice.call('attachment.cancel', { attachment: attachmentOf(sent)['id'] });
    await expect(alice.call('message.get', { id: sent['id'] })).rejects.toThrow('unknown_message');
    const { attachments } = await alice.call('attachment.drafts', { conversation: bob.aid });
    expect(dictsOf(attachments)).toHaveLength(1);
    await alice.call('attachment.discard', { attachment: dictsOf(attachments)[0]?.['id'] });
    expect(await alice.row(bob.aid)).toMatchObject({ draftAttachments: 0 });
  });

  it('that waited when the program was killed leaves once, and is whole', async () => {
    const { alice, bob } = await friends();
    const bytes = randomBytes(2_000_000);
    await sendFiles(alice, bob.aid, 'after the crash', [file('big.bin', bytes)]);
    await alice.kill();
    await alice.startAgain();
    const received = await withFile(bob, alice.aid);
    expect((await saved(bob, attachmentOf(received))).equals(bytes)).toBe(true);
    expect(
      (await bob.timeline(alice.aid)).filter((row) => dictsOf(row['attachments']).length > 0),
    ).toHaveLength(1);
  });

  it('goes with the message that is taken back, from the server too', async () => {
    const { alice, bob } = await friends();
    const sent = await sendFiles(alice, bob.aid, '', [file('secret.bin', randomBytes(50_000))]);
    const received = await withFile(bob, alice.aid);
    const gone = attachmentOf(received)['id'];
    await alice.call('message.recall', { ids: [sent['id']] });
    await bob.becomes(received['id'], 'is blanked', (message) => contentOf(message)['kind'] === 'recalled');
    await expect(bob.call('attachment.download', { attachment: gone })).rejects.toThrow('not_found');
  });
});

describe('a file and an independent 0.2.20 client', () => {
  it('is sealed there and opened here', async () => {
    const parley = await Parley.join(world, 'parley', false);
    const carol = await world.person('carol').join();
    const bytes = randomBytes(150_001);
    const sealed = sealFile(carol.aid, bytes, { filename: 'photo.png', contentType: 'image/png' });
    await carol.client.storage.upload(sealed.objectKey, sealed.stored, { is_private: false });
    await carol.client.send({
      to: parley.aid,
      payload: { type: 'file', text: 'look', attachments: [sealed.reference] },
    });
    const received = await withFile(parley, carol.aid);
    expect(attachmentOf(received)).toMatchObject({ name: 'photo.png', size: bytes.length, encrypted: true });
    await parley.call('conversation.accept', { conversation: carol.aid });
    expect((await saved(parley, attachmentOf(received))).equals(bytes)).toBe(true);
  });

  it('is sealed here and opened there', async () => {
    const parley = await Parley.join(world, 'parley', false);
    const carol = await world.person('carol').join();
    const bytes = randomBytes(90_000);
    await parley.call('conversation.open', { peer: carol.aid });
    await sendFiles(parley, carol.aid, 'for you', [file('data.bin', bytes)]);
    await carol.heard(1);
    const payload = carol.received[0]?.['payload'];
    const references = isDict(payload) ? [...dictsOf(payload['attachments']), payload] : [];
    const reference = references.find((each) => isDict(each['enc']));
    if (reference === undefined) throw new Error(`no reference in ${JSON.stringify(payload)}`);
    const stored = await carol.client.storage.download(reference);
    expect(openFile(reference, stored).equals(bytes)).toBe(true);
  });
});

describe('a file in a message that was not encrypted', () => {
  it('is never fetched by itself, whoever is said to have sent it', async () => {
    const parley = await Parley.join(world, 'parley', false);
    const carol = await world.person('carol').join();
    await parley.tell(carol.aid, 'hello');
    await carol.heard(1);
    const { keyFingerprint } = await parley.call('contact.get', { aid: carol.aid });
    await parley.call('contact.verify', { aid: carol.aid, key: keyFingerprint });
    const send = async (name: string, encrypt: boolean): Promise<void> => {
      const sealed = sealFile(carol.aid, randomBytes(5_000), { filename: name, contentType: 'image/png' });
      await carol.client.storage.upload(sealed.objectKey, sealed.stored, { is_private: false });
      const reference = { ...sealed.reference, ...(encrypt ? {} : { enc: undefined, filename: name }) };
      const payload = { type: 'file', text: name, attachments: [reference] };
      await carol.client.send({ to: parley.aid, encrypt, payload });
    };
    await send('open.png', false);
    await send('sealed.png', true);
    const states = async (): Promise<unknown[]> => {
      const rows = await parley.timeline(carol.aid);
      return rows.flatMap((row) => dictsOf(row['attachments']).map((attachment) => attachment['state']));
    };
    await until('the sealed one is here', async () => (await states()).includes('here'));
    expect(await states()).toEqual(['remote', 'here']);
  });
});

describe('a picture in the window', () => {
  /** The smallest picture there is: one pixel. */
  const PIXEL = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );

  it('is read in parts by its address, and by nobody while the vault is locked', async () => {
    const engine = new ClockedEngine(world.folder('media'));
    await engine.start();
    world.onEnd(() => engine.stop());
    const { url, issuer } = world.gateway.addresses;
    const network = await engine.call('network.add', {
      issuer,
      gatewayUrl: url,
      rootPem: world.gateway.rootPem,
    });
    const { account } = await engine.call('account.create', {
      network: network['id'],
      name: 'viewer',
      displayName: 'Viewer',
    });
    await engine.sessionIs(String(account), 'online');
    engine.desk.answer(file('pixel.png', PIXEL));
    const { attachments } = await engine.call('attachment.pick', { account, conversation: account });
    const address = textOf(dictsOf(attachments)[0]?.['media']);
    const whole = await engine.media(address);
    expect(whole).toMatchObject({ type: 'image/png', size: whole?.bytes.length });
    expect(whole?.bytes.subarray(0, 8).toString('latin1')).toContain('PNG');
    expect((await engine.media(address, { start: 2, end: 3 }))?.bytes).toEqual(whole?.bytes.subarray(2, 4));
    for (const wrong of [
      `${address}0`,
      address.replace(/.$/, 'g'),
      'app://parley/media/x/1/y',
      'file:///etc/passwd',
    ])
      expect(await engine.media(wrong)).toBeNull();
    await engine.call('vault.setPassphrase', { passphrase: 'a long passphrase' });
    await engine.call('vault.lock');
    expect(await engine.media(address)).toBeNull();
  });
});
