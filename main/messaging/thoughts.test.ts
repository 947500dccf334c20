import { createHash, verify } from 'node:crypto';
import { z } from 'zod';
import { beforeAll, describe, expect, it } from 'vitest';
import { canonicalJson } from '../../shared/aun/canonical-json';
import { TestWorld } from '../e2ee/testing/world';
import type { TestDevice } from '../e2ee/testing/world';
import { RpcError } from '../runtime/errors';
import { createThoughts } from './thoughts';
import type { Thoughts } from './thoughts';

const ALICE = 'alice.aid.test';
const BOB = 'bobby.aid.test';
const NOW = 1_800_000_000_000;
type Params = Readonly<Record<string, unknown>>;

const putSchema = z.object({
  to: z.string(),
  thought_id: z.string(),
  timestamp: z.number(),
  context: z.object({ type: z.string(), id: z.string() }),
  payload: z.record(z.string(), z.unknown()),
});

let world: TestWorld;
let alice: TestDevice;
let bob: TestDevice;
beforeAll(async () => {
  world = new TestWorld();
  alice = await world.device(await world.person(ALICE), 'alice-desk');
  bob = await world.device(await world.person(BOB), 'bob-desk');
});

/** The thoughts of two people over a gateway that keeps what it is given, and changes what it hands out as told. */
function setUp(change: (items: Params[]) => unknown = (items) => items) {
  const kept: Params[] = [];
  const asked: Params[] = [];
  const failures: RpcError[] = [];
  const of = (device: TestDevice): Thoughts =>
    createThoughts({
      aid: device.identity.aid,
      e2ee: device.engine,
      runtime: world.runtime,
      now: () => NOW,
      rpc: {
        call: async (method, given) => {
          const [failure] = failures;
          if (failure !== undefined) throw failure;
          const params: Params = JSON.parse(JSON.stringify(given)) as Params;
          asked.push({ method, ...params });
          if (method === 'message.thought.put') {
            kept.push(params);
            return { stored_count: kept.length };
          }
          const items = kept.map((put) => {
            const { thought_id, to, context, payload } = putSchema.parse(put);
            const ids = { thought_id, message_id: thought_id };
            return { ...ids, from: ALICE, to, context, payload, created_at: NOW + 5 };
          });
          return { found: items.length > 0, sender_aid: ALICE, peer_aid: BOB, thoughts: change(items) };
        },
      },
    });
  return { kept, asked, failures, author: of(alice), reader: of(bob) };
}

const thought = { conversation: BOB, thread: 'task-7', text: 'I could look it up', stage: 'planning' };
const message = { sender: ALICE, conversation: ALICE, thread: 'task-7' };

describe('thoughts', () => {
  it('are sealed for the other side, bound to their thread, and read in order, as often as one likes', async () => {
    const { author, reader, asked } = setUp();
    const { id } = await author.put(thought);
    await author.put({ ...thought, text: 'Or guess', stage: 'thinking' });
    expect(id).toMatch(/^mt-[0-9a-f-]{36}$/);
    const expected = [
      { id, text: 'I could look it up', format: 'markdown', stage: 'planning', at: NOW + 5 },
      { text: 'Or guess', stage: 'thinking' },
    ];
    expect(await reader.get(message)).toMatchObject(expected);
    expect(await reader.get(message)).toMatchObject(expected);
    expect(asked.at(-1)).toEqual({
      method: 'message.thought.get',
      sender_aid: ALICE,
      peer_aid: BOB,
      context: { type: 'run', id: 'task-7' },
    });
  });

  it('leave as the protocol wants them: one envelope, a context, a signature over exactly what is sent', async () => {
    const { author, kept } = setUp();
    await author.put(thought);
    const [params] = kept;
    const { client_signature: signed, ...rest } = z
      .looseObject({
        client_signature: z.object({ timestamp: z.string(), params_hash: z.string(), signature: z.string() }),
      })
      .parse(params);
    expect(rest).toMatchObject({
      to: BOB,
      type: 'e2ee.encrypted',
      encrypted: true,
      timestamp: NOW,
      context: { type: 'run', id: 'task-7' },
      payload: {
        type: 'e2ee.encrypted',
        encryption_mode: 'prekey_ecdh_v2',
        aad: { from: ALICE, to: BOB, message_id: rest['thought_id'], timestamp: NOW },
        context: { type: 'run', id: 'task-7', _auth: { alg: 'HMAC-SHA256' } },
        protected_headers: { payload_type: 'thought' },
      },
    });
    expect(JSON.stringify(params)).not.toContain('look it up');
    const canonical = canonicalJson(z.record(z.string(), z.json()).parse(rest));
    expect(signed.params_hash).toBe(createHash('sha256').update(canonical).digest('hex'));
    const data = Buffer.from(`message.thought.put|${ALICE}|${signed.timestamp}|${signed.params_hash}`);
    const signature = Buffer.from(signed.signature, 'base64');
    expect(verify('sha256', data, alice.identity.publicKey, signature)).toBe(true);
  });

  it('cannot be read by who wrote them, and by nobody without a thread', async () => {
    const { author, reader, asked } = setUp();
    await author.put(thought);
    expect(await author.get({ sender: ALICE, conversation: BOB, thread: 'task-7' })).toEqual([]);
    expect(asked.at(-1)).toMatchObject({ sender_aid: ALICE, peer_aid: BOB });
    const before = asked.length;
    expect(await reader.get({ ...message, thread: null })).toEqual([]);
    expect(asked).toHaveLength(before);
  });

  it('stay silent about what the gateway changed, mixed up or invented', async () => {
    const first = (items: Params[]): Params => items[0] ?? {};
    const tampering: readonly ((items: Params[]) => unknown)[] = [
      (items) => [
        { ...first(items), decrypt_failed: true, payload: { type: 'thought', text: 'in the clear' } },
      ],
      (items) => [{ ...first(items), thought_id: 'mt-other', message_id: 'mt-other' }],
      (items) => [{ ...first(items), from: 'eve1.aid.test' }],
      (items) => [{ ...first(items), context: { type: 'run', id: 'task-7', more: 1 } }],
      (items) => [
        { ...first(items), payload: { ...(first(items)['payload'] as Params), ciphertext: 'AAAA' } },
      ],
      (items) => [
        { ...first(items), payload: { ...(first(items)['payload'] as Params), context: undefined } },
      ],
      () => [null, 7, 'x', [], {}, { thought_id: '' }],
      () => 'no list',
      () => undefined,
    ];
    for (const change of tampering) {
      const { author, reader } = setUp(change);
      await author.put(thought);
      expect(await reader.get(message)).toEqual([]);
    }
  });

  it('of another thread are not shown in this one', async () => {
    const { author, reader } = setUp();
    await author.put({ ...thought, thread: 'task-8' });
    expect(await reader.get(message)).toEqual([]);
  });

  it('are no messages: a gateway cannot pass a message off as one', async () => {
    const { reader, kept } = setUp();
    const sealed = await alice.engine.seal({
      to: BOB,
      messageId: 'm-1',
      timestamp: NOW,
      payload: { type: 'text', text: 'a message' },
    });
    const copies = z
      .object({
        payload: z.object({
          recipient_copies: z.array(z.object({ envelope: z.record(z.string(), z.unknown()) })),
        }),
      })
      .parse(sealed.params).payload.recipient_copies;
    const context = { type: 'run', id: 'task-7' };
    kept.push({ to: BOB, thought_id: 'm-1', timestamp: NOW, context, payload: copies[0]?.envelope });
    expect(await reader.get(message)).toEqual([]);
  });

  it('are bounded: two hundred at most, each of them short enough', async () => {
    const { author, reader } = setUp((items) => Array.from({ length: 500 }, () => items[0]));
    await author.put({ ...thought, text: 'x'.repeat(40_000), stage: 's'.repeat(100) });
    const thoughts = await reader.get(message);
    expect(thoughts).toHaveLength(200);
    expect(thoughts[0]?.text).toHaveLength(32_768);
    expect(thoughts[0]?.stage).toHaveLength(32);
  });

  it('pass on why they could not be asked for', async () => {
    const { reader, failures } = setUp();
    failures.push(
      new RpcError('permission_denied', { code: -32004, message: 'no' }, false, 'message.thought.get'),
    );
    await expect(reader.get(message)).rejects.toMatchObject({ code: 'permission_denied' });
  });
});

describe('sealing a thought', () => {
  const sealed = { to: BOB, thoughtId: 'mt-1', timestamp: NOW, payload: { type: 'thought', text: 'x' } };
  const context = { type: 'run', id: 't' };

  it('asks first whether the other side may be written to', async () => {
    const before = alice.trust.asked.length;
    await alice.engine.sealThought({ ...sealed, context });
    expect(alice.trust.asked.slice(before).map(({ aid }) => aid)).toEqual([BOB]);
  });

  it('fails where there are no keys: never in a weaker mode', async () => {
    await world.person('carol.aid.test');
    const attempt = alice.engine.sealThought({ ...sealed, to: 'carol.aid.test', context });
    await expect(attempt).rejects.toMatchObject({ code: 'recipient_without_keys' });
    const nobody = alice.engine.sealThought({ ...sealed, to: 'nobody.aid.test', context });
    await expect(nobody).rejects.toMatchObject({ code: 'recipient_unknown' });
  });

  it('refuses what no gateway takes', async () => {
    const payload = { type: 'thought', text: 'x'.repeat(900_000) };
    await expect(alice.engine.sealThought({ ...sealed, context, payload })).rejects.toMatchObject({
      code: 'message_too_large',
    });
  });
});
