import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../shared/aun/canonical-json';
import { deliver } from '../testing/delivery';
import type { TestDevice } from '../testing/world';
import { TestWorld } from '../testing/world';
import { isJsonObject } from './json';

const ALICE = 'alice.aid.test';
const BOBBY = 'bobby.aid.test';
const RUNS = 40;

let world: TestWorld;
let desk: TestDevice;
let laptop: TestDevice;

beforeAll(async () => {
  world = new TestWorld();
  desk = await world.device(await world.person(ALICE), 'alice-desk');
  laptop = await world.device(await world.person(BOBBY), 'bobby-laptop');
});

async function send(payload: JsonObject, messageId = 'm-1'): Promise<Record<string, unknown>> {
  const sealed = await desk.engine.seal({ to: BOBBY, messageId, timestamp: 1_800_000_000_123, payload });
  const row = deliver(sealed, ALICE, BOBBY).get('bobby-laptop');
  if (row === undefined) throw new Error('no copy');
  return row;
}

async function isOpened(row: Record<string, unknown>): Promise<boolean> {
  const [result] = await laptop.engine.open([{ row }]);
  return result?.ok === true;
}

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('你', '好', '，', '。', '😀', 'é', '中', '文') }),
);
const payloads = fc
  .record({ type: fc.oneof(fc.constantFrom('text', 'image', ''), text), text, more: fc.jsonValue() })
  .map((value): JsonObject => {
    const copy: unknown = JSON.parse(JSON.stringify(value));
    if (!isJsonObject(copy)) throw new Error('not an object');
    return copy;
  });

/** Every path to a text or a number inside an object. */
function leaves(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (!isJsonObject(value)) return [path];
  return Object.keys(value).flatMap((key) => leaves(value[key], [...path, key]));
}

function replaceAt(value: unknown, path: readonly string[], change: (leaf: unknown) => unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return change(value);
  if (!isJsonObject(value)) throw new Error('no such path');
  return { ...value, [key]: replaceAt(value[key], rest, change) };
}

function tamper(position: number, by: number) {
  return (leaf: unknown): unknown => {
    if (typeof leaf === 'number') return leaf + by;
    const whole = String(leaf);
    const at = position % Math.max(1, whole.length);
    const other = String.fromCharCode(((whole.charCodeAt(at) || 0x40) + by) & 0x7f);
    return whole.slice(0, at) + other + whole.slice(at + 1);
  };
}

describe('any payload', () => {
  it('comes out as it went in', async () => {
    await fc.assert(
      fc.asyncProperty(payloads, fc.uuid(), async (payload, messageId) => {
        const [result] = await laptop.engine.open([{ row: await send(payload, messageId) }]);
        expect(result).toMatchObject({ ok: true, messageId });
        expect(result?.ok === true ? result.payload : null).toEqual(payload);
      }),
      { numRuns: RUNS },
    );
  });

  it('is not readable in its envelope', async () => {
    const secret = 'a sentence nobody else may read';
    expect(JSON.stringify(await send({ type: 'text', text: secret }))).not.toContain(secret);
  });
});

describe('any changed byte', () => {
  it('of any member of the envelope closes the message', async () => {
    const row = await send({ type: 'text', text: '一句话 and some more' });
    expect(await isOpened(row)).toBe(true);
    const paths = leaves(row['payload']);
    expect(paths.length).toBeGreaterThan(18);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        fc.nat({ max: 400 }),
        fc.integer({ min: 1, max: 0x7f }),
        async (path, position, by) => {
          const payload = replaceAt(row['payload'], path, tamper(position, by));
          // A fingerprint names the same certificate in capitals too.
          const named = (value: unknown): string => JSON.stringify(value).toLowerCase();
          fc.pre(!path.join('.').endsWith('cert_fingerprint') || named(payload) !== named(row['payload']));
          expect(await isOpened({ ...row, payload }), path.join('.')).toBe(false);
        },
      ),
      { numRuns: 15 * RUNS },
    );
  });

  it('of sender, recipient or id of the row closes the message', async () => {
    const row = await send({ type: 'text', text: 'x' });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('from', 'to', 'message_id'),
        fc.nat({ max: 40 }),
        fc.integer({ min: 1, max: 0x7f }),
        async (member, position, by) => {
          expect(await isOpened({ ...row, [member]: tamper(position, by)(row[member]) })).toBe(false);
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('dropped from the envelope closes the message, except where the protocol allows it', async () => {
    const row = await send({ type: 'text', text: 'x' });
    const payload = row['payload'];
    if (!isJsonObject(payload)) throw new Error('no envelope');
    for (const name of Object.keys(payload)) {
      const rest = Object.fromEntries(Object.entries(payload).filter(([key]) => key !== name));
      const optional = name === 'protected_headers' || name === 'version';
      expect(await isOpened({ ...row, payload: rest }), name).toBe(optional);
    }
  });
});

describe('anything at all', () => {
  it('is answered, never thrown at', async () => {
    const row = await send({ type: 'text', text: 'x' });
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.jsonValue(), async (payload, inner) => {
        const envelope = isJsonObject(row['payload']) ? row['payload'] : {};
        const rows = [
          { row: { ...row, payload } },
          { row: { ...row, payload: { ...envelope, aad: inner } } },
          { row: { ...row, payload: { ...envelope, protected_headers: inner } } },
        ];
        const results = await laptop.engine.open(rows);
        expect(results).toHaveLength(3);
        const harmless = inner === null;
        expect(results.slice(0, 2).some((result) => result.ok)).toBe(false);
        expect(results[2]?.ok).toBe(harmless);
      }),
      { numRuns: RUNS },
    );
  });
});
