// @vitest-environment happy-dom
import { cleanup, render } from '@testing-library/react';
import fc from 'fast-check';
import { Tooltip } from 'radix-ui';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { messageSchema, type Message } from '../../../../shared/model/message';
import { startTexts } from '../../../i18n';
import { fakeInvoke } from '../../../stores/fake-invoke';
import { sampleMessage } from '../../../stores/samples';
import { MessageRow } from '../message-row';
import { buildRows, messagesOf } from '../timeline-rows';
import { TimelineRowView } from '../timeline-row-view';
import { sampleAttachment } from './samples';
import { RichContent } from './rich-content';

const words = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    'x'.repeat(100_000),
    '\u202egpj.exe',
    '\u0000\ud800',
    '<img src=x onerror=alert(1)>',
    '[x](javascript:alert(1))',
    '```js\n'.repeat(200),
    '> '.repeat(2000),
    '@'.repeat(5000),
    '汉'.repeat(20_000),
    '__proto__',
    'https://a@b.example/',
  ),
);
const number = fc.oneof(
  fc.constantFrom(0, -1, 1e300, -1e300, Number.MAX_SAFE_INTEGER, 8.7e15),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const integer = fc.oneof(fc.constantFrom(0, -1, 1, 1_000_000_000), fc.integer());
const maybe = <T,>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const few = <T,>(arbitrary: fc.Arbitrary<T>) => fc.array(arbitrary, { maxLength: 6 });
const kind = <K extends string>(name: K) => fc.constant(name);
const format = fc.constantFrom('plain' as const, 'markdown' as const);
const fraction = fc.double({ min: 0, max: 1, noNaN: true });

const content = fc.oneof(
  fc.record({
    kind: kind('text'),
    text: words,
    format,
    mentions: few(fc.record({ aid: maybe(words), start: fc.nat(), end: fc.nat() })),
  }),
  fc.record({
    kind: kind('media'),
    media: fc.constantFrom('image' as const, 'video' as const, 'voice' as const, 'file' as const),
    text: words,
    format,
    alt: words,
    width: maybe(integer),
    height: maybe(integer),
    durationMs: maybe(number),
    transcript: words,
    expiresAt: maybe(number),
  }),
  fc.record({
    kind: kind('location'),
    latitude: fc.double({ min: -90, max: 90, noNaN: true }),
    longitude: fc.double({ min: -180, max: 180, noNaN: true }),
    name: words,
    address: words,
    precisionMetres: maybe(number),
  }),
  fc.record({ kind: kind('link'), url: words, host: words, title: words, description: words }),
  fc.record({ kind: kind('person'), name: words, aid: maybe(words) }),
  fc.record({
    kind: kind('bundle'),
    title: words,
    summary: words,
    items: few(fc.record({ sender: words, text: words, at: maybe(number) })),
    omitted: integer,
  }),
  fc.record({
    kind: kind('actions'),
    title: words,
    text: words,
    format,
    expiresAt: maybe(number),
    actions: few(
      fc.record({
        label: words,
        value: words,
        behavior: fc.constantFrom('reply' as const, 'compose' as const, 'dismiss' as const),
        style: fc.constantFrom('default' as const, 'primary' as const, 'danger' as const),
        composeTimeoutMs: integer,
      }),
    ),
  }),
  fc.record({ kind: kind('choice'), card: words, label: words, text: words, typed: fc.boolean() }),
  fc.record({
    kind: kind('status'),
    state: words,
    text: words,
    progress: maybe(fraction),
    task: maybe(words),
    expiresAt: maybe(number),
  }),
  fc.record({
    kind: kind('event'),
    event: fc.oneof(words, fc.constantFrom('task.error', 'constructor')),
    text: words,
    severity: fc.constantFrom('info' as const, 'warning' as const, 'error' as const),
    task: maybe(words),
    durationMs: maybe(number),
    toolCalls: maybe(integer),
    errorCode: words,
  }),
  fc.record({
    kind: kind('tool'),
    phase: fc.constantFrom('call' as const, 'result' as const),
    call: words,
    name: words,
    ok: maybe(fc.boolean()),
    detail: words,
  }),
  fc.record({ kind: kind('thought'), text: words, format, stage: words }),
  fc.record({
    kind: kind('poll'),
    title: words,
    options: few(fc.record({ id: words, text: words })),
    multiple: fc.boolean(),
    expiresAt: maybe(number),
  }),
  fc.record({ kind: kind('vote'), poll: words, options: few(words) }),
  fc.record({ kind: kind('stream'), stream: words, text: words }),
  fc.record({ kind: kind('data'), name: words, text: words, json: words }),
  fc.record({ kind: kind('control'), type: words }),
  fc.record({ kind: kind('unsupported'), type: words, text: words }),
);

const attachment = fc.record({
  id: fc.nat(50),
  name: words,
  type: fc.oneof(words, fc.constantFrom('image/png', 'video/mp4', 'audio/ogg')),
  size: integer,
  width: maybe(integer),
  height: maybe(integer),
  durationMs: maybe(number),
  encrypted: fc.boolean(),
  dangerous: fc.boolean(),
  state: fc.constantFrom('remote', 'loading', 'here', 'waiting', 'uploading', 'failed', 'gone'),
  problem: fc.constantFrom(null, 'attachment_damaged', 'internal'),
  media: fc.constantFrom(null, 'app://parley/media/1'),
  thumbnail: fc.constantFrom(null, 'app://parley/media/2'),
} as const);

const hostile = fc
  .record({
    content,
    attachments: few(attachment),
    sortAt: number,
    own: fc.boolean(),
    thread: maybe(words),
    reply: maybe(
      fc.record({
        id: maybe(integer),
        messageId: words,
        sender: maybe(words),
        text: words,
        standing: fc.constantFrom('known' as const, 'differs' as const, 'unknown' as const, 'gone' as const),
      }),
    ),
    votes: maybe(few(fc.record({ option: words, count: integer, mine: fc.boolean() }))),
  })
  .map(({ attachments, ...more }): Message =>
    sampleMessage(1, 0, {
      ...more,
      attachments: attachments.map(({ id, ...each }, index) => sampleAttachment(id + index * 100, each)),
    }),
  );

beforeEach(() => {
  startTexts('en');
  fakeInvoke();
});
afterEach(cleanup);

describe('whatever somebody sends', () => {
  it('is what the contract lets through', () => {
    fc.assert(
      fc.property(hostile, (message) => {
        expect(messageSchema.safeParse(message).error).toBeUndefined();
      }),
      { numRuns: 50 },
    );
  });

  it('is drawn without breaking, in bounds, and without an element that could do something', () => {
    fc.assert(
      fc.property(hostile, (message) => {
        const [row] = buildRows([message], null, false).filter((each) => messagesOf(each).length > 0);
        const { container } = render(
          <Tooltip.Provider>
            <RichContent account="me.aun.test" name="Lin" message={message} />
            {row !== undefined && (
              <TimelineRowView
                row={row}
                index={0}
                account="me.aun.test"
                conversation="lin.aun.test"
                kind="direct"
                peerKind="agent"
                title="Lin"
                highlighted={false}
                active={false}
                onFold={() => undefined}
              />
            )}
          </Tooltip.Provider>,
        );
        expect(container.querySelectorAll('script, iframe, object, embed, style, link, form')).toHaveLength(
          0,
        );
        expect(container.querySelectorAll('*').length).toBeLessThan(3000);
        for (const link of container.querySelectorAll('a'))
          expect(link.getAttribute('href')).toMatch(/^(https?:\/\/|mailto:)/);
        for (const image of container.querySelectorAll('img, video, audio'))
          expect(image.getAttribute('src')).toMatch(/^app:\/\//);
        cleanup();
      }),
      { numRuns: 150 },
    );
  }, 120_000);

  it('is folded when it is long: what is drawn at once has an end', () => {
    const { container } = render(
      <Tooltip.Provider>
        <MessageRow
          account="me.aun.test"
          name="Lin"
          message={sampleMessage(1, 0, {
            content: { kind: 'text', text: 'word '.repeat(20_000), format: 'plain', mentions: [] },
          })}
          index={0}
          first
          last
          highlighted={false}
          active={false}
        />
      </Tooltip.Provider>,
    );
    expect(container.textContent.length).toBeLessThan(3000);
  });
});
