import { beforeAll, describe, expect, it } from 'vitest';
import { isResponseSigned, keyResponseSchema, signResponse } from '../../e2ee/v1/group';
import type { KeyRequest, KeyResponse } from '../../e2ee/v1/group';
import type { TestIdentity } from '../../e2ee/testing/parties';
import { KeyBench, keyRecord, rotationTold } from '../testing/key-bench';
import { identityOf } from '../testing/key-world';
import { takeAnswer } from './answers';
import { fetchFromServer } from './escrow';
import { OwnRequests, RequestAnswerer } from './requests';

const GROUP = 'group.aun.test/g-tables2';
const [ANNA, BERT, CARL] = ['anna.aun.test', 'bert.aun.test', 'carl.aun.test'] as const;
let anna: TestIdentity;
let bert: TestIdentity;
let carl: TestIdentity;

beforeAll(async () => {
  [anna, bert, carl] = [await identityOf(ANNA), await identityOf(BERT), await identityOf(CARL)];
});

/** Anna's side: she holds epoch 2 of Anna and Bert. */
async function holder() {
  const b = new KeyBench(anna, GROUP);
  for (const each of [anna, bert, carl]) b.knows(each);
  b.members([ANNA, BERT, CARL]);
  b.epoch({ committed: 2 });
  const record = keyRecord(GROUP, 2, [ANNA, BERT]);
  await b.book.epoch(GROUP, record);
  const own = new OwnRequests(b.context);
  return { b, record, own, answerer: new RequestAnswerer(b.context, own) };
}

const question = (requester: string, patch: Partial<KeyRequest> = {}): KeyRequest => ({
  type: 'e2ee.group_key_request',
  group_id: GROUP,
  epoch: 2,
  requester_aid: requester,
  request_id: 'question-1',
  requested_at: 0,
  ...patch,
});

describe('a question for a key', () => {
  it('of a member of that epoch is answered, signed, and reaches a device that is new', async () => {
    const { b, answerer, record } = await holder();
    expect(await answerer.answer(GROUP, question(BERT), BERT)).toBe('answered');
    const response = keyResponseSchema.parse(b.letters[0]?.payload);
    expect(b.letters[0]?.to).toBe(BERT);
    expect(response).toMatchObject({ requester_aid: BERT, responder_aid: ANNA, request_id: 'question-1' });
    expect(response.group_secret).toBe(Buffer.from(record.secret).toString('base64'));
    expect(isResponseSigned(response, anna.publicKey)).toBe(true);
    expect(b.forgotten).toEqual([BERT]);
  });

  it.each([
    ['somebody asks in the name of another', BERT, CARL, {}, 'not_the_requester'],
    ['the asker was not in that epoch', CARL, CARL, {}, 'not_in_epoch'],
    ['the asker is no member', 'dora.aun.test', 'dora.aun.test', {}, 'no_member'],
    ['we do not hold that epoch', BERT, BERT, { epoch: 9 }, 'no_key'],
  ] as const)('is not answered when %s', async (_name, requester, from, patch, silence) => {
    const { b, answerer } = await holder();
    expect(await answerer.answer(GROUP, question(requester, patch), from)).toBe(silence);
    expect(b.letters).toEqual([]);
  });

  it('is not answered with a key that is pending or that nothing proves', async () => {
    for (const patch of [{ pendingRotation: 'rot-1' }, { chainDoubt: 'unbound_server' }]) {
      const { b, answerer } = await holder();
      await b.book.epoch(GROUP, keyRecord(GROUP, 3, [ANNA, BERT], patch));
      expect(await answerer.answer(GROUP, question(BERT, { epoch: 3 }), BERT)).toBe('no_key');
    }
  });

  it('is answered once in half a minute, for each epoch', async () => {
    const { b, answerer } = await holder();
    await b.book.epoch(GROUP, keyRecord(GROUP, 1, [ANNA, BERT]));
    const ask = (epoch: number) => answerer.answer(GROUP, question(BERT, { epoch }), BERT);
    expect([await ask(2), await ask(2), await ask(1)]).toEqual(['answered', 'too_often', 'answered']);
    b.time.advance(29_999);
    expect(await ask(2)).toBe('too_often');
    b.time.advance(1);
    expect(await ask(2)).toBe('answered');
  });

  it('of another device of ours is answered, our own is not', async () => {
    const { b, answerer, own } = await holder();
    expect(await answerer.answer(GROUP, question(ANNA), ANNA)).toBe('answered');
    await own.ask(GROUP, 5, BERT);
    const asked = String(b.letters.at(-1)?.payload['request_id']);
    expect(await answerer.answer(GROUP, question(ANNA, { epoch: 5, request_id: asked }), ANNA)).toBe(
      'own_question',
    );
  });
});

/** Bert's side: he asked Anna for epoch 2, whose rotation the gateway tells. */
async function asker() {
  const b = new KeyBench(bert, GROUP);
  for (const each of [anna, bert, carl]) b.knows(each);
  b.members([ANNA, BERT, CARL]);
  const record = keyRecord(GROUP, 2, [ANNA, BERT, CARL]);
  const rotation = rotationTold(
    { id: 'rot-2', target: 2, commitment: record.commitment, expected: [ANNA, BERT, CARL], owner: ANNA },
    { status: 'committed', rotated_by: ANNA },
  );
  b.epoch({ committed: 2, rotation });
  const own = new OwnRequests(b.context);
  await own.ask(GROUP, 2, ANNA);
  const requestId = String(b.letters[0]?.payload['request_id']);
  const answerBy = (who: TestIdentity, patch: Partial<KeyResponse> = {}): KeyResponse =>
    signResponse(who, {
      type: 'e2ee.group_key_response',
      group_id: GROUP,
      epoch: 2,
      group_secret: Buffer.from(record.secret).toString('base64'),
      commitment: record.commitment,
      member_aids: [...record.members],
      requester_aid: BERT,
      request_id: requestId,
      responder_aid: who.aid,
      issued_at: 1,
      response_version: 1,
      ...patch,
    });
  const take = (response: KeyResponse, from: string) => takeAnswer(b.context, own, GROUP, response, from);
  return { b, own, record, answerBy, take, rotation };
}

describe('an answer', () => {
  it('of whom we asked is stored, once', async () => {
    const { b, answerBy, take } = await asker();
    expect(await take(answerBy(anna), ANNA)).toEqual({ kind: 'stored', why: 'committed' });
    expect(b.book.get(GROUP, 2)).toMatchObject({ origin: 'answered', pendingRotation: null });
    expect(await take(answerBy(anna), ANNA)).toMatchObject({ kind: 'refused' });
  });

  it('of another device of ours is stored, although somebody else was asked', async () => {
    const { answerBy, take } = await asker();
    expect(await take(answerBy(bert), BERT)).toMatchObject({ kind: 'stored' });
  });

  const faults: readonly (readonly [
    name: string,
    patch: Partial<KeyResponse>,
    from: string,
    who: 'a' | 'c',
  ])[] = [
    ['the sender of the envelope is somebody else', {}, CARL, 'a'],
    ['it is for somebody else', { requester_aid: CARL }, ANNA, 'a'],
    ['nobody asked', { request_id: 'another' }, ANNA, 'a'],
    ['another epoch was asked for', { epoch: 1 }, ANNA, 'a'],
    ['somebody answers who was not asked', {}, CARL, 'c'],
    [
      'the key does not fit its commitment',
      { group_secret: Buffer.alloc(32, 1).toString('base64') },
      ANNA,
      'a',
    ],
    ['we are not in its list', { member_aids: [ANNA, CARL] }, ANNA, 'a'],
  ];
  it.each(faults)('is refused when %s', async (_name, patch, from, who) => {
    const { b, answerBy, take } = await asker();
    const { kind } = await take(answerBy(who === 'a' ? anna : carl, patch), from);
    expect(kind).not.toBe('stored');
    expect(b.book.get(GROUP, 2)).toBeNull();
  });

  it('is refused when its signature is not one', async () => {
    const { answerBy, take } = await asker();
    expect(await take({ ...answerBy(anna), issued_at: 2 }, ANNA)).toMatchObject({ kind: 'refused' });
  });

  it('is refused when the gateway committed another key', async () => {
    const { b, answerBy, take, rotation } = await asker();
    b.epoch({ committed: 2, rotation: { ...rotation, key_commitment: 'ab'.repeat(32) } });
    expect(await take(answerBy(anna), ANNA)).toMatchObject({ kind: 'refused' });
  });

  it('above the committed epoch is refused', async () => {
    const { b, answerBy, take } = await asker();
    b.epoch({ committed: 1 });
    expect(await take(answerBy(anna), ANNA)).toMatchObject({ kind: 'refused' });
  });

  it('for an epoch that is over is kept for opening only', async () => {
    const { b, answerBy, take, rotation } = await asker();
    b.epoch({ committed: 5, rotation: { ...rotation, target_epoch: 5 } });
    expect(await take(answerBy(anna), ANNA)).toEqual({ kind: 'stored', why: 'unbound' });
    expect(b.book.committed(GROUP)).toBe(0);
  });

  it('of somebody who is no member any more is refused', async () => {
    const { b, answerBy, take } = await asker();
    b.members([BERT, CARL]);
    expect(await take(answerBy(anna), ANNA)).toMatchObject({ kind: 'refused' });
  });
});

describe('a key the server holds', () => {
  async function held() {
    const made = await asker();
    const { b, record } = made;
    const { groupPeers } = b.context.deps.e2ee;
    const blob = groupPeers.sealForServer(record.secret, await groupPeers.certificate(BERT));
    b.answers.set('group.e2ee.get_epoch_key', { group_id: GROUP, epoch: 2, encrypted_key: blob });
    return { ...made, blob };
  }

  it('is stored when it is the one of the committed rotation', async () => {
    const { b, record } = await held();
    expect(await fetchFromServer(b.context, GROUP, 2)).toBe(true);
    expect(Buffer.from(b.book.get(GROUP, 2)?.secret ?? []).equals(Buffer.from(record.secret))).toBe(true);
    expect(b.book.committed(GROUP)).toBe(2);
  });

  it('is refused when its commitment is another one', async () => {
    const { b, rotation } = await held();
    b.epoch({ committed: 2, rotation: { ...rotation, key_commitment: 'ab'.repeat(32) } });
    expect(await fetchFromServer(b.context, GROUP, 2)).toBe(false);
    expect(b.book.get(GROUP, 2)).toBeNull();
  });

  it('of an epoch that is over, or of a rotation without commitment, is never sealed with', async () => {
    for (const change of [{ target_epoch: 7 }, { key_commitment: '' }]) {
      const { b, rotation } = await held();
      b.epoch({ committed: 'target_epoch' in change ? 7 : 2, rotation: { ...rotation, ...change } });
      expect(await fetchFromServer(b.context, GROUP, 2)).toBe(true);
      expect(b.book.get(GROUP, 2)?.chainDoubt).toBe('unbound_server');
      expect(b.book.committed(GROUP)).toBe(0);
    }
  });

  it.each([
    ['nothing', {}],
    ['something else', { encrypted_key: 'AAAA' }],
    ['an error', new Error('no')],
    ['no object', null],
  ])('is not there when the server answers %s', async (_name, answer) => {
    const { b } = await held();
    b.answers.set('group.e2ee.get_epoch_key', answer);
    expect(await fetchFromServer(b.context, GROUP, 2)).toBe(false);
  });
});
