import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { groupControlSchema, keyDistributionSchema, signManifest } from '../../e2ee/v1/group';
import type { KeyDistribution } from '../../e2ee/v1/group';
import { TestIdentity } from '../../e2ee/testing/parties';
import { RpcError } from '../../runtime/errors';
import { distributionBy, KeyBench, keyRecord, rotationTold } from '../testing/key-bench';
import { identityOf } from '../testing/key-world';
import { takeDistribution } from './distributions';

const GROUP = 'group.aun.test/g-tables1';
const [ANNA, BERT, CARL] = ['anna.aun.test', 'bert.aun.test', 'carl.aun.test'] as const;
const EVERYBODY = [ANNA, BERT, CARL];
const ROTATION = 'rot-00000000000000000000000000000001';
const secret = Buffer.alloc(32, 7);
let anna: TestIdentity;
let bert: TestIdentity;
let carl: TestIdentity;

beforeAll(async () => {
  [anna, bert, carl] = [await identityOf(ANNA), await identityOf(BERT), await identityOf(CARL)];
});

/** Bert's side; Anna rotates to epoch 2. */
function bench(): { bench: KeyBench; distribution: KeyDistribution } {
  const made = new KeyBench(bert, GROUP);
  made.knows(anna);
  made.knows(carl);
  const distribution = distributionBy(anna, {
    group: GROUP,
    epoch: 2,
    members: EVERYBODY,
    secret,
    rotationId: ROTATION,
  });
  made.epoch({ committed: 1, pending: told(distribution) });
  return { bench: made, distribution };
}

const told = (distribution: KeyDistribution, more: Record<string, unknown> = {}) =>
  rotationTold(
    { id: ROTATION, target: 2, commitment: distribution.commitment, expected: EVERYBODY, owner: ANNA },
    more,
  );

const take = ({ context }: KeyBench, distribution: KeyDistribution, from: string = ANNA) =>
  takeDistribution(context, GROUP, distribution, from);

describe('a key that is handed out', () => {
  it('is stored as pending while its rotation is, and confirmed', async () => {
    const { bench: b, distribution } = bench();
    expect(await take(b, distribution)).toMatchObject({ kind: 'stored', why: 'pending' });
    expect(b.book.get(GROUP, 2)).toMatchObject({
      pendingRotation: ROTATION,
      chainDoubt: 'missing_prev_chain',
    });
    expect(b.calls.find(({ method }) => method.endsWith('ack_rotation_key'))?.params).toMatchObject({
      rotation_id: ROTATION,
      key_commitment: distribution.commitment,
      device_id: 'one',
    });
  });

  it('is usable at once when its rotation is committed already', async () => {
    const { bench: b, distribution } = bench();
    b.epoch({ committed: 2, rotation: told(distribution, { status: 'committed', rotated_by: ANNA }) });
    expect(await take(b, distribution)).toMatchObject({ kind: 'stored', why: 'committed' });
    expect(b.book.get(GROUP, 2)?.pendingRotation).toBeNull();
  });

  it('is refused when the sender of the envelope is not who distributes', async () => {
    const { bench: b, distribution } = bench();
    expect(await take(b, distribution, CARL)).toMatchObject({ kind: 'refused' });
    expect(b.book.epochs(GROUP)).toEqual([]);
  });

  it('is refused when somebody passes on what another distributed, or signs a list in the name of another', async () => {
    for (const from of [CARL, ANNA]) {
      const { bench: b, distribution } = bench();
      const list = { ...distribution.manifest, initiator_aid: CARL };
      const manifest = signManifest(anna, list);
      expect(await take(b, { ...distribution, manifest }, from)).toMatchObject({ kind: 'refused' });
    }
  });

  const changes: readonly (readonly [name: string, change: (d: KeyDistribution) => KeyDistribution])[] = [
    [
      'the manifest is signed by somebody else',
      (d) => ({ ...d, manifest: { ...d.manifest, initiator_aid: CARL } }),
    ],
    [
      'the manifest is of another group',
      (d) => ({ ...d, manifest: { ...d.manifest, group_id: 'group.aun.test/g-other01' } }),
    ],
    ['the manifest is of another epoch', (d) => ({ ...d, manifest: { ...d.manifest, epoch: 3 } })],
    ['the manifest names other members', (d) => ({ ...d, member_aids: [ANNA, BERT] })],
    [
      'the signature of the manifest is not one',
      (d) => ({ ...d, manifest: { ...d.manifest, issued_at: 5 } }),
    ],
    ['the key is another one', (d) => ({ ...d, group_secret: Buffer.alloc(32, 8).toString('base64') })],
    ['the commitment is another one', (d) => ({ ...d, commitment: 'ab'.repeat(32) })],
    ['a rotation comes without a chain', ({ epoch_chain: _chain, ...d }) => d],
    ['the rotation is another one', (d) => ({ ...d, rotation_id: 'rot-other' })],
  ];
  it.each(changes)('is refused when %s', async (_name, change) => {
    const { bench: b, distribution } = bench();
    expect(await take(b, change(distribution))).toMatchObject({ kind: 'refused' });
    expect(b.book.epochs(GROUP)).toEqual([]);
  });

  it('is refused when we are not among its members', async () => {
    const { bench: b } = bench();
    const without = distributionBy(anna, {
      group: GROUP,
      epoch: 2,
      members: [ANNA, CARL],
      secret,
      rotationId: ROTATION,
    });
    expect(await take(b, without)).toMatchObject({ kind: 'refused' });
  });

  it('is refused when the gateway tells another commitment, owner or no rotation at all', async () => {
    for (const pending of [
      { key_commitment: 'cd'.repeat(32) },
      { lease_owner: CARL },
      { rotation_id: 'rot-x' },
    ]) {
      const { bench: b, distribution } = bench();
      b.epoch({ committed: 1, pending: told(distribution, pending) });
      expect(await take(b, distribution)).toMatchObject({ kind: 'refused' });
    }
    const { bench: b, distribution } = bench();
    b.epoch({ committed: 1 });
    expect(await take(b, distribution)).toMatchObject({ kind: 'refused' });
  });

  it('is taken back when its rotation ended while it was stored', async () => {
    const { bench: b, distribution } = bench();
    let asked = 0;
    b.answers.set('group.e2ee.get_epoch', () => {
      asked += 1;
      return { committed_epoch: 1, pending_rotation: asked === 1 ? told(distribution) : null };
    });
    expect(await take(b, distribution)).toMatchObject({ kind: 'refused' });
    expect(b.book.get(GROUP, 2)).toBeNull();
    expect(b.count('group.e2ee.ack_rotation_key')).toBe(0);
  });

  it('waits when the gateway or the certificate cannot be reached', async () => {
    const { bench: b, distribution } = bench();
    const cut = new RpcError('connection_closed', { code: 0, message: 'closed' }, true, 'x');
    b.answers.set('group.e2ee.get_epoch', cut);
    await expect(take(b, distribution)).rejects.toThrow('closed');
  });

  it('does not replace a committed key, but a pending one of another rotation', async () => {
    const { bench: b, distribution } = bench();
    const other = keyRecord(GROUP, 2, EVERYBODY, { pendingRotation: 'rot-gone' });
    await b.book.transition(GROUP, other);
    expect(await take(b, distribution)).toMatchObject({ kind: 'stored' });
    expect(b.book.get(GROUP, 2)?.pendingRotation).toBe(ROTATION);
    const settled = new KeyBench(bert, GROUP);
    settled.knows(anna);
    settled.epoch({ committed: 1, pending: told(distribution) });
    await settled.book.transition(GROUP, keyRecord(GROUP, 2, EVERYBODY));
    expect(await take(settled, distribution)).toMatchObject({ kind: 'ignored' });
  });

  it('continues the chain of the epoch before, or is refused', async () => {
    const first = keyRecord(GROUP, 1, EVERYBODY, { chain: 'aa'.repeat(32), chainDoubt: null });
    const right = distributionBy(anna, {
      group: GROUP,
      epoch: 2,
      members: EVERYBODY,
      secret,
      rotationId: ROTATION,
      previousChain: first.chain,
    });
    const { bench: b, distribution: wrong } = bench();
    await b.book.transition(GROUP, first);
    expect(await take(b, wrong)).toMatchObject({ kind: 'refused' });
    expect(await take(b, right)).toMatchObject({ kind: 'stored' });
    expect(b.book.get(GROUP, 2)?.chainDoubt).toBeNull();
  });

  it('of an epoch that is over opens messages, but is bound by nothing', async () => {
    const { bench: b, distribution } = bench();
    b.epoch({ committed: 4, rotation: told(distribution, { target_epoch: 4, rotation_id: 'rot-4' }) });
    expect(await take(b, distribution)).toMatchObject({ kind: 'stored', why: 'unbound' });
    expect(b.book.get(GROUP, 2)?.chainDoubt).toBe('unbound_distribution');
    expect(b.book.committed(GROUP)).toBe(0);
  });
});

describe('a key that is handed on outside a rotation', () => {
  const handedOn = (members: readonly string[]): KeyDistribution =>
    distributionBy(anna, { group: GROUP, epoch: 2, members, secret, rotationId: null });

  it('is refused above the committed epoch', async () => {
    const { bench: b } = bench();
    expect(await take(b, handedOn(EVERYBODY))).toMatchObject({ kind: 'refused' });
  });

  it('is taken by a newcomer whose list differs from that of the rotation, if the key is the same', async () => {
    const old = distributionBy(anna, {
      group: GROUP,
      epoch: 2,
      members: [ANNA, CARL],
      secret,
      rotationId: ROTATION,
    });
    const { bench: b } = bench();
    const rotation = rotationTold(
      { id: ROTATION, target: 2, commitment: old.commitment, expected: [ANNA, CARL], owner: ANNA },
      { status: 'committed' },
    );
    b.epoch({ committed: 2, rotation });
    expect(await take(b, handedOn(EVERYBODY))).toMatchObject({ kind: 'stored', why: 'committed' });
    const other = new KeyBench(bert, GROUP);
    other.knows(anna);
    other.epoch({ committed: 2, rotation: { ...rotation, key_commitment: 'ef'.repeat(32) } });
    expect(await take(other, handedOn(EVERYBODY))).toMatchObject({ kind: 'refused' });
  });
});

const vectors = z
  .object({
    certs: z.record(z.string(), z.object({ aid: z.string(), pem: z.string() })),
    keys: z.record(z.string(), z.object({ pkcs8_pem: z.string() })),
    group: z.object({
      key_distribution_cases: z.array(
        z.object({
          name: z.string(),
          receiver: z.string(),
          payload: z.record(z.string(), z.json()),
          sdk_result: z.string(),
          preloaded_epoch1_chain: z.string().optional(),
        }),
      ),
    }),
  })
  .parse(JSON.parse(readFileSync(path.resolve('e2e/vectors/e2ee-v1.json'), 'utf8')));

describe('distributions of the vectors', () => {
  it.each(vectors.group.key_distribution_cases)('$name: $sdk_result', async (example) => {
    const parsed = groupControlSchema.safeParse(example.payload);
    const distribution = keyDistributionSchema.safeParse(parsed.data).data;
    if (distribution === undefined) {
      expect(example.sdk_result).toBe('distribution_rejected');
      return;
    }
    const group = distribution.group_id;
    const b = new KeyBench(await vectorIdentity(example.receiver), group);
    b.knows(await vectorIdentity('alice'));
    if (example.preloaded_epoch1_chain !== undefined) {
      const chain = example.preloaded_epoch1_chain;
      await b.book.transition(group, keyRecord(group, 1, [], { chain, chainDoubt: null }));
    }
    const rotation = rotationTold({
      id: distribution.rotation_id ?? 'rot-vector',
      target: 2,
      commitment: distribution.commitment,
      expected: distribution.member_aids,
      owner: distribution.distributed_by,
    });
    b.epoch({ committed: 2, rotation });
    const { kind } = await takeDistribution(b.context, group, distribution, distribution.distributed_by);
    expect(kind).toBe(example.sdk_result === 'distribution' ? 'stored' : 'refused');
  });
});

async function vectorIdentity(name: string): Promise<TestIdentity> {
  const [key, certificate] = [vectors.keys[name] ?? vectors.keys[`${name}_identity`], vectors.certs[name]];
  if (key === undefined || certificate === undefined) return TestIdentity.create(`${name}.aid.test`);
  return TestIdentity.fromPem(certificate.aid, key.pkcs8_pem, certificate.pem);
}
