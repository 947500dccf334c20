import { expect, test } from 'playwright/test';
import type { Locator } from 'playwright/test';
import { Pair } from '../support/pair';
import { photographFailures } from '../support/seat';
import type { Seat } from '../support/seat';

/** Voices and films with real sound and pictures: they play, stop, say how long they are, and broken ones say so. */
let pair: Pair;

test.beforeAll(async () => {
  pair = await Pair.begin(['speaker', 'listener']);
});
test.afterAll(() => pair.end());
photographFailures(() => pair.here);

const RATE = 8000;

/** A tone as a WAV file: 8 bits, one channel, 8 000 samples a second. */
function wav(seconds: number): Buffer {
  const samples = Buffer.from(
    Array.from({ length: RATE * seconds }, (_unused, at) => 128 + Math.round(60 * Math.sin(at / 5))),
  );
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + samples.length, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(RATE, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(samples.length, 40);
  return Buffer.concat([header, samples]);
}

/** A file that begins like what it claims to be, and is nothing of the kind. */
function broken(beginning: string): Buffer {
  return Buffer.concat([Buffer.from(beginning, 'latin1'), Buffer.alloc(4000, 0x5a)]);
}

/** A film of a second, drawn and recorded in a window (VP8 in WebM). */
async function film(seat: Seat): Promise<Buffer> {
  const bytes = await seat.page.evaluate(async () => {
    const canvas = document.createElement('canvas');
    canvas.width = 160;
    canvas.height = 120;
    const brush = canvas.getContext('2d');
    const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: 'video/webm;codecs=vp8' });
    const pieces: Blob[] = [];
    recorder.addEventListener('dataavailable', ({ data }) => pieces.push(data));
    const stopped = new Promise((resolve) => recorder.addEventListener('stop', resolve));
    recorder.start();
    for (let frame = 0; frame < 30; frame += 1) {
      if (brush !== null) brush.fillStyle = `hsl(${frame * 12} 80% 50%)`;
      brush?.fillRect(0, 0, 160, 120);
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    recorder.stop();
    await stopped;
    return [...new Uint8Array(await new Blob(pieces).arrayBuffer())];
  });
  return Buffer.from(bytes);
}

/** The other side sends bytes as one file. */
async function send(
  bytes: Buffer,
  file: {
    readonly name: string;
    readonly type: string;
    readonly voice?: boolean;
    readonly durationMs?: number;
  },
): Promise<void> {
  const { there, own, peer } = pair;
  const { name, type, voice = false, durationMs = null } = file;
  const { upload } = await there.invoke('attachment.begin', {
    account: peer,
    conversation: own,
    name,
    type,
    size: bytes.length,
    voice,
  });
  await there.page.evaluate(
    async ([handle, list]) => {
      const bridge = window.parley as unknown as { invoke(name: string, values: unknown): Promise<unknown> };
      await bridge.invoke('attachment.append', { upload: handle, bytes: Uint8Array.from(list) });
    },
    [upload, [...bytes]] as const,
  );
  const { id } = await there.invoke('attachment.finish', { upload });
  if (durationMs !== null)
    await there.invoke('attachment.describe', {
      account: peer,
      attachment: id,
      width: null,
      height: null,
      durationMs,
      thumbnail: null,
    });
  await there.invoke('message.send', {
    account: peer,
    conversation: own,
    text: name,
    attachments: [id],
    requestId: name,
  });
}

/** The message with this caption in the first window. */
function message(caption: string): Locator {
  return pair.here.page.getByTestId('message').filter({ hasText: caption }).last();
}

const timeOf = (media: Locator) => media.evaluate((element) => (element as HTMLMediaElement).currentTime);
const isPaused = (media: Locator) => media.evaluate((element) => (element as HTMLMediaElement).paused);

test('a voice is fetched by a click, plays, is stopped and goes on, and says how long it is', async () => {
  // What the sender says of the length is a claim; what is heard counts.
  await send(wav(30), { name: 'a-voice.wav', type: 'audio/wav', voice: true, durationMs: 3000 });
  const row = message('a-voice.wav');
  await expect(row.locator('.voice__words')).toContainText('0:03');
  await row.getByTestId('attachment-download').click();
  const audio = row.locator('audio');
  await expect.poll(() => timeOf(audio)).toBeGreaterThan(0.2);
  const play = row.getByTestId('voice-play');
  await expect(play).toHaveAttribute('aria-label', 'Pause');
  await play.click();
  await expect.poll(() => isPaused(audio)).toBe(true);
  await expect(play).toHaveAttribute('aria-label', 'Play');
  const position = row.locator('.voice__position');
  await expect(position).toHaveAttribute('max', '30');
  await expect(position).toHaveAttribute('aria-valuetext', /^0:\d\d of 0:30$/);

  // By keyboard near the end; it plays to the end, and then it stands at the beginning again.
  for (const seconds of [5, 10, 15, 20, 25]) {
    await position.press('ArrowRight');
    await expect.poll(() => timeOf(audio)).toBeGreaterThanOrEqual(seconds);
  }
  await play.click();
  await expect.poll(() => isPaused(audio)).toBe(true);
  await expect.poll(() => timeOf(audio)).toBe(0);
  await expect(row.locator('.voice__time')).toHaveText('0:30');
});

test('only one voice speaks at a time', async () => {
  // Long enough that neither comes to its end by itself meanwhile.
  await send(wav(60), { name: 'first.wav', type: 'audio/wav', voice: true });
  await send(wav(60), { name: 'second.wav', type: 'audio/wav', voice: true });
  const [first, second] = [message('first.wav'), message('second.wav')];
  await first.getByTestId('attachment-download').click();
  await expect.poll(() => timeOf(first.locator('audio'))).toBeGreaterThan(0);
  await second.getByTestId('attachment-download').click();
  await expect.poll(() => timeOf(second.locator('audio'))).toBeGreaterThan(0);
  await expect.poll(() => isPaused(first.locator('audio'))).toBe(true);
  await first.getByTestId('voice-play').click();
  await expect.poll(() => isPaused(second.locator('audio'))).toBe(true);
  await first.getByTestId('voice-play').click();
  await expect(first.getByTestId('voice-play')).toHaveAttribute('aria-label', 'Play');
});

test('a film shows its still frame first and plays in its place', async () => {
  const { there } = pair;
  await send(await film(there), { name: 'film.webm', type: 'video/webm', durationMs: 1200 });
  const row = message('film.webm');
  await expect(row.locator('.film__length')).toHaveText('0:01');
  await row.getByTestId('attachment-download').click();
  await row.getByTestId('media-open').click();
  const video = row.locator('video');
  await expect.poll(() => timeOf(video)).toBeGreaterThan(0.1);
  await expect(video).toHaveJSProperty('videoWidth', 160);
  // To its end, and once more from the beginning.
  await expect.poll(() => isPaused(video)).toBe(true);
  await video.evaluate((element) => (element as HTMLVideoElement).play());
  await expect.poll(() => video.evaluate((element) => (element as HTMLVideoElement).ended)).toBe(true);
});

test('a voice and a film that are none say so, and can still be saved', async () => {
  await send(broken('RIFF\x7f\0\0\0WAVE'), { name: 'noise.wav', type: 'audio/wav', voice: true });
  const voice = message('noise.wav');
  await voice.getByTestId('attachment-download').click();
  await expect(voice).toContainText('This can’t be played here. You can save it.');
  await expect(voice.getByTestId('attachment-save')).toBeVisible();

  await send(broken('\x1a\x45\xdf\xa3'), { name: 'dark.webm', type: 'video/webm' });
  const dark = message('dark.webm');
  await dark.getByTestId('attachment-download').click();
  await dark.getByTestId('media-open').click();
  await expect(dark).toContainText('This can’t be played here. You can save it.');
  await expect(dark.getByTestId('attachment-save')).toBeVisible();
});
