import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { describePayload } from '../../main/messaging/describe';
import { makePicture, makeRecording } from './made-files';
import { personas } from './personas';
import { SHOWCASE, showcase } from './showcase';
import { inPieces } from './steps';
import type { Question, Step } from './steps';

const ME = 'me01.aun.test';
const GUIDE = 'parley-guide.aun.test';

const question = (text: string): Question => ({
  text,
  markdown: false,
  aid: GUIDE,
  peer: ME,
  messageId: 'm-1',
  thread: 'task-m-1',
  issuer: 'aun.test',
  now: 1_790_000_000_000,
});

function kinds(steps: readonly Step[]): string[] {
  return steps.map((step) => {
    if (step.kind !== 'payload') return step.kind;
    const context = { ownAid: ME, sender: GUIDE, protection: 'e2ee-v1' as const };
    return describePayload(step.payload, context).content.kind;
  });
}

describe('one message of every kind', () => {
  it.each(['Please show me everything!', '全部展示'])('is what “%s” asks for, each understood', (text) => {
    expect(SHOWCASE.test(text)).toBe(true);
    const shown = kinds(showcase(question(text)));
    expect(new Set(shown)).toEqual(
      new Set([
        'text',
        'link',
        'location',
        'person',
        'bundle',
        'actions',
        'poll',
        'event',
        'status',
        'tool',
        'thought',
        'data',
        'unsupported',
        'file',
        'stream',
      ]),
    );
    expect(shown.filter((kind) => kind === 'unsupported')).toHaveLength(1);
    expect(shown.filter((kind) => kind === 'tool')).toHaveLength(4);
  });

  it('mentions who asked and answers what they wrote', () => {
    const payloads = showcase(question('show me everything')).flatMap((step) =>
      step.kind === 'payload' ? [step.payload] : [],
    );
    const described = payloads.map((payload) =>
      describePayload(payload, { ownAid: ME, sender: GUIDE, protection: 'e2ee-v1' }),
    );
    expect(described.some(({ links }) => links.mentionsMe)).toBe(true);
    expect(described.some(({ links }) => links.replyTo?.text === 'show me everything')).toBe(true);
    const rest = described.filter(({ content }) => content.kind === 'tool');
    expect(rest.every(({ links }) => links.thread === 'task-m-1')).toBe(true);
  });
});

describe('what agents make by themselves', () => {
  it('a picture is a PNG with as many pixels as it says', () => {
    const { bytes, width, height } = makePicture('x.png', 16, 8);
    const picture = Buffer.from(bytes);
    expect(picture.subarray(1, 4).toString()).toBe('PNG');
    expect([picture.readUInt32BE(16), picture.readUInt32BE(20)]).toEqual([width, height]);
    // The checksum of the last chunk, which is the same in every PNG there is.
    expect(picture.subarray(-4).toString('hex')).toBe('ae426082');
    const start = picture.indexOf('IDAT');
    const length = picture.readUInt32BE(start - 4);
    expect(inflateSync(picture.subarray(start + 4, start + 4 + length))).toHaveLength((16 * 3 + 1) * 8);
  });

  it('a recording is a WAV as long as it says', () => {
    const { bytes, durationMs } = makeRecording('x.wav');
    const sound = Buffer.from(bytes);
    expect(sound.readUInt32LE(4) + 8).toBe(sound.length);
    expect((sound.readUInt32LE(40) / sound.readUInt32LE(28)) * 1_000).toBe(durationMs);
  });

  it('pieces of a text are the text', () => {
    for (const text of ['Hello there, you.', '你写了五个字。好 then', '  spaces \n and lines\n', ''])
      expect(inPieces(text).join('')).toBe(text);
    expect(inPieces('one two three')).toHaveLength(3);
  });
});

describe('the slow writer', () => {
  it('thinks, uses a tool and streams, all in one thread', () => {
    const writer = personas.find(({ name }) => name === 'slow-writer');
    const steps = writer?.answer(question('你好')) ?? [];
    expect(kinds(steps)).toEqual([
      'status',
      'thought',
      'thought',
      'tool',
      'tool',
      'thought',
      'stream',
      'status',
    ]);
  });
});
