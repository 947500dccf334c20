import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Meddler } from '../harness/meddler';
import type { Person } from '../harness/person';
import { dictsOf, isDict, numberOf, textOf } from '../harness/sdk0220';
import type { Dict } from '../harness/sdk0220';
import { until } from '../harness/until';
import { Parley, textIn } from './parley';
import { World } from './world';

let world: World;
beforeAll(async () => {
  world = await World.begin();
});
afterAll(() => world.end());

/** Parley behind a gateway that can be made to lie, and a friend at the honest one who has been heard already. */
async function scene(): Promise<{ parley: Parley; meddler: Meddler; friend: Person }> {
  const meddler = await Meddler.before(world.gateway);
  world.onEnd(() => meddler.stop());
  const parley = await Parley.join(world, 'target', false, { gatewayUrl: meddler.url });
  const friend = await world.person('friend').join();
  await friend.tell(parley.aid, 'hello');
  await parley.heard(friend.aid, 1);
  return { parley, meddler, friend };
}

let questions = 0;

/** The friend is still heard, once, and still reached. */
async function works({ parley, friend }: { parley: Parley; friend: Person }): Promise<void> {
  questions += 1;
  const question = `still there ${String(questions)}?`;
  await friend.tell(parley.aid, question);
  const answer = `yes ${String(questions)}`;
  await until('the question is heard once', async () => {
    return (await parley.texts(friend.aid)).filter((text) => text === question).length === 1;
  });
  await parley.tell(friend.aid, answer);
  await until('the answer is heard', () => friend.texts.includes(answer));
  expect(friend.texts.filter((text) => text === answer)).toHaveLength(1);
}

const reply = (frame: Dict, result: unknown): Dict => ({ jsonrpc: '2.0', id: frame['id'], result });
const row = (parley: Parley, from: string, id: string, payload: unknown, more: Dict = {}): Dict => ({
  message_id: id,
  from,
  to: parley.aid,
  timestamp: Date.now(),
  type: 'message',
  direction: 'inbound',
  payload,
  ...more,
});
const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;

describe('a gateway that talks nonsense', () => {
  it('is survived frame by frame', async () => {
    const all = await scene();
    const event = (name: string, params: string): string =>
      `{"jsonrpc":"2.0","method":"event/${name}","params":${params}}`;
    all.meddler.inject(
      '',
      'not JSON',
      '{',
      'null',
      '0',
      '"text"',
      '[]',
      '[{"id":1,"result":{}}]',
      '{}',
      '{"id":null,"error":{"code":-32700,"message":"parse error"}}',
      '{"id":{"a":1},"result":{}}',
      '{"id":"rpc-unknown","result":{}}',
      '{"id":"rpc-unknown","error":"no object"}',
      '{"method":5}',
      '{"method":"event/"}',
      '{"method":"no.event","params":{}}',
      deep(200_000),
      event('unknown.event', '{"x":1}'),
      event('message.received', 'null'),
      event('message.received', deep(200_000)),
      event('message.ack', '{"to":5}'),
      event('message.ack', '{"to":"","ack_seq":9007199254740993}'),
      event('message.recalled', '{"message_ids":"x"}'),
      event('message.recalled', '{"from":"x","message_ids":[1]}'),
      event('gateway.disconnect', '"now"'),
    );
    await works(all);
    expect(await all.parley.session()).toMatchObject({ state: 'online' });
  });

  it('loses the connection over a frame beyond all limits, and nothing else', async () => {
    const all = await scene();
    await all.parley.cutOff(
      world,
      () => all.meddler.inject(`{"method":"event/big","params":"${'x'.repeat(33 * 1024 * 1024)}"}`),
      () => all.friend.tell(all.parley.aid, 'meanwhile'),
    );
    expect(await all.parley.heard(all.friend.aid, 2)).toEqual(['hello', 'meanwhile']);
    await works(all);
  });

  it('does not stop Parley from answering while it shouts', async () => {
    const all = await scene();
    const shouts = ['message.received', 'message.ack', 'message.recalled', 'unheard.of'].flatMap((name) => [
      { name, params: { nonsense: true } },
      { name, params: null },
      { name, params: { to: all.friend.aid, from: all.friend.aid, ack_seq: 1, message_ids: ['none'] } },
    ]);
    let round = 0;
    const timer = setInterval(() => {
      round += 1;
      for (let shout = 0; shout < 250; shout += 1) {
        const { name, params } = shouts[shout % shouts.length] ?? { name: '', params: null };
        all.meddler.event(name, params);
      }
    }, 25);
    try {
      await until('forty rounds', () => round >= 40);
      expect(await all.parley.texts(all.friend.aid)).toEqual(['hello']);
      await works(all);
    } finally {
      clearInterval(timer);
    }
    await works(all);
  });

  it('is asked again when its results have a wrong shape', async () => {
    const all = await scene();
    const bad: Record<string, unknown[]> = {
      'message.send': [null, { status: 5 }],
      'message.ack': [{ ack_seq: 'all' }],
      'message.pull': [null, { messages: 'none' }],
      'message.e2ee.get_prekey': [{ found: 'perhaps' }],
    };
    all.meddler.meddle = (frame, method) => {
      const next = bad[method]?.shift();
      return next === undefined ? frame : reply(frame, next);
    };
    const peer = await world.person('peer').join();
    for (let turn = 0; turn < 2; turn += 1) {
      await all.parley.cutOff(world, () => world.gateway.admin('drop', { aid: all.parley.aid }));
    }
    await all.parley.tell(peer.aid, 'once');
    expect(await peer.heard(1)).toEqual(['once']);
    await works(all);
    expect(peer.texts).toEqual(['once']);
    await until('every bad answer was given', () => Object.values(bad).flat().length === 0);
    await works(all);
  });

  it('that repeats one page forever is not pulled from forever', async () => {
    const all = await scene();
    for (const text of ['2', '3']) await all.friend.tell(all.parley.aid, text);
    await all.parley.heard(all.friend.aid, 3);
    const { reply: page } = await all.friend.client.pull({ after_seq: 0 });
    expect(isDict(page)).toBe(true);
    let repeated: unknown = null;
    all.meddler.meddle = (frame, method) => {
      if (method !== 'message.pull') return frame;
      if (repeated === null) repeated = frame['result'];
      return reply(frame, repeated);
    };
    await all.parley.stop();
    await all.friend.tell(all.parley.aid, '4');
    await all.friend.tell(all.parley.aid, '5');
    await all.parley.startAgain();
    expect(await all.parley.heard(all.friend.aid, 5)).toEqual(['hello', '2', '3', '4', '5']);
    const before = all.meddler.requestsOf('message.pull').length;
    await works(all);
    expect(all.meddler.requestsOf('message.pull').length - before).toBeLessThan(5);
  });

  it('cannot stop or double anything with numbers no counter reaches', async () => {
    const all = await scene();
    const odd = [2 ** 53, 2 ** 53 + 2, 1e300, -1, 1.5, '3', null, true, {}];
    const rows = odd.map((seq, index) =>
      row(all.parley, all.friend.aid, `odd-${String(index)}`, { type: 'text', text: 'odd' }, { seq }),
    );
    for (let turn = 0; turn < 3; turn += 1)
      for (const each of rows) all.meddler.event('message.received', each);
    await works(all);
    all.meddler.meddle = (frame, method) => {
      if (method !== 'message.pull' || !isDict(frame['result'])) return frame;
      const honest = dictsOf(frame['result']['messages']);
      return reply(frame, { ...frame['result'], messages: [...rows, ...honest] });
    };
    for (let turn = 0; turn < 2; turn += 1) {
      await all.parley.cutOff(
        world,
        () => world.gateway.admin('drop', { aid: all.parley.aid }),
        () => all.friend.tell(all.parley.aid, `away ${String(turn)}`),
      );
      await until('it came', async () => {
        const texts = await all.parley.texts(all.friend.aid);
        return texts.filter((text) => text === `away ${String(turn)}`).length === 1;
      });
    }
    all.meddler.meddle = null;
    await works(all);
    // What was no message is shown at most once, however often it was sent.
    const strange = (await all.parley.timeline(all.parley.aid)).map((entry) => entry['messageId']);
    expect(strange.length).toBeLessThanOrEqual(odd.length);
  });

  it('cannot block the inbox with rows that are nested without end', async () => {
    const all = await scene();
    const parts = ['{"type":"text","text":"x","more":', '{"type":"e2ee.encrypted","version":"1","more":', ''];
    const inserted = parts.map((part, index) => {
      const payload = part === '' ? deep(20_000) : `${part}${deep(20_000)}}`;
      const plain = JSON.stringify(
        row(all.parley, all.friend.aid, `deep-${String(index)}`, 0, { seq: 100 + index }),
      );
      return plain.replace('"payload":0', `"payload":${payload}`);
    });
    for (const text of inserted) {
      all.meddler.inject(`{"jsonrpc":"2.0","method":"event/message.received","params":${text}}`);
    }
    await works(all);
    all.meddler.meddle = (frame, method) => {
      if (method !== 'message.pull' || !isDict(frame['result'])) return frame;
      const honest = dictsOf(frame['result']['messages']).map((entry) => JSON.stringify(entry));
      const messages = [...honest, ...inserted].join(',');
      const id = JSON.stringify(frame['id']);
      return `{"jsonrpc":"2.0","id":${id},"result":{"messages":[${messages}]}}`;
    };
    await all.parley.cutOff(
      world,
      () => world.gateway.admin('drop', { aid: all.parley.aid }),
      () => all.friend.tell(all.parley.aid, 'beside them'),
    );
    await until('it came', async () => (await all.parley.texts(all.friend.aid)).includes('beside them'));
    await works(all);
  });
});

describe('a gateway that forges', () => {
  it('cannot put a message under another name, nor show one twice', async () => {
    const all = await scene();
    const { parley, friend, meddler } = all;
    const other = await world.person('other').join();
    await other.tell(parley.aid, 'mine');
    await parley.heard(other.aid, 1);
    const seen: Dict[] = [];
    meddler.meddle = (frame, method) => {
      if (method === 'event/message.received' && isDict(frame['params'])) seen.push(frame['params']);
      return frame;
    };
    await friend.tell(parley.aid, 'genuine');
    await parley.heard(friend.aid, 2);
    const [genuine] = seen;
    if (genuine === undefined) throw new Error('nothing was pushed');
    const seq = numberOf(genuine['seq']);
    meddler.event('message.received', { ...genuine, from: other.aid, seq: seq + 50 });
    meddler.event('message.received', { ...genuine, message_id: 'another-id', seq: seq + 51 });
    meddler.event('message.received', { ...genuine, seq: seq + 52 });
    meddler.event('message.received', { ...genuine, direction: 'outbound_sync', seq: seq + 53 });
    meddler.event('message.received', { ...genuine, from: parley.aid, to: other.aid, seq: seq + 54 });
    await until('the forged rows are marked', async () => {
      const rows = [...(await parley.timeline(other.aid)), ...(await parley.timeline(friend.aid))];
      return rows.filter((entry) => textIn(entry) === '<undecryptable>').length >= 3;
    });
    await works(all);
    expect((await parley.texts(friend.aid)).filter((text) => text === 'genuine')).toHaveLength(1);
    expect(await parley.texts(other.aid)).toEqual(['mine', '<undecryptable>']);
    for (const peer of [friend.aid, other.aid]) {
      const rows = await parley.timeline(peer);
      expect(rows.filter((entry) => entry['own'] === true && textIn(entry) === 'genuine')).toEqual([]);
    }
  });

  it('cannot make plaintext do anything but be shown as unprotected', async () => {
    const all = await scene();
    const { parley, friend, meddler } = all;
    const mine = await parley.tell(friend.aid, 'my own words');
    await parley.state(friend.aid, mine['messageId'], 'delivered');
    // The key that was used up by the first message is replaced behind its back.
    await until('a new key is there', () => meddler.requestsOf('message.e2ee.put_prekey').length >= 2);
    const [hello] = await parley.timeline(friend.aid);
    const target = textOf(hello?.['messageId']);
    const mallory = 'mallory.aun.test';
    const claims: Dict[] = [
      { type: 'e2ee.group_key_distribution', group_id: 'group.aun.test/g-x', epoch: 1, group_secret: 'AAAA' },
      { type: 'e2ee.group_key_request', group_id: 'group.aun.test/g-x', epoch: 1, requester_aid: mallory },
      { type: 'action_card_reply', card_message_id: target, behavior: 'reply', text: 'I agree' },
      { type: 'message.recalled', message_ids: [target, mine['messageId']] },
      { type: 'peer.offer' },
      { type: 'tool_call', call_id: '1', name: 'rm', arguments: {} },
    ];
    const sent = meddler.requests.length;
    for (const [index, payload] of claims.entries()) {
      meddler.event(
        'message.received',
        row(parley, mallory, `claim-${String(index)}`, payload, { seq: 60 + index }),
      );
    }
    meddler.event('message.recalled', {
      from: mallory,
      to: parley.aid,
      message_ids: [target, mine['messageId']],
    });
    meddler.event(
      'message.received',
      row(parley, mallory, target, { type: 'text', text: 'replaced' }, { type: 'message.recalled', seq: 70 }),
    );
    meddler.event('message.received', row(parley, friend.aid, target, { type: 'text', text: 'replaced' }));
    meddler.event(
      'message.received',
      row(parley, mallory, 'last', { type: 'text', text: 'last' }, { seq: 71 }),
    );
    await until('the last is shown', async () => {
      return (await parley.texts(mallory).catch((): string[] => [])).includes('last');
    });
    expect((await parley.timeline(friend.aid)).map(textIn)).toEqual(['hello', 'my own words']);
    for (const entry of await parley.timeline(mallory)) {
      expect(textIn(entry) === '<undecryptable>' || entry['protection'] === 'none').toBe(true);
    }
    // Nothing but acks and pulls left Parley because of it.
    const methods = new Set(meddler.requests.slice(sent).map((request) => request['method']));
    for (const method of ['message.ack', 'message.pull', 'meta.ping']) methods.delete(method);
    expect([...methods]).toEqual([]);
    await works(all);
  });

  it('cannot keep a message from the good devices with one bad device, nor make Parley write to bad ones', async () => {
    const { parley, meddler, friend } = await scene();
    let spare = true;
    meddler.meddle = (frame, method) => {
      if (method !== 'message.e2ee.get_prekey' || !isDict(frame['result'])) return frame;
      const [good] = dictsOf(frame['result']['device_prekeys']);
      if (good === undefined) return frame;
      const bad = [
        { ...good, device_id: 'forged-key', prekey_id: 'another-id' },
        { ...good, device_id: 'unknown-certificate', cert_fingerprint: `sha256:${'0'.repeat(64)}` },
        { ...good, device_id: 'no-key', public_key: 'AAAA' },
      ];
      return reply(frame, {
        found: true,
        device_prekeys: [...bad, ...(spare ? [good] : [])],
        prekey: bad[0],
      });
    };
    const peer = await world.person('peer').join();
    const bubble = await parley.tell(peer.aid, 'to the good one');
    expect(await peer.heard(1)).toEqual(['to the good one']);
    await parley.state(peer.aid, bubble['messageId'], 'delivered');
    const sends = meddler.requestsOf('message.send');
    expect(JSON.stringify(sends)).not.toMatch(/forged-key|unknown-certificate|no-key/);
    spare = false;
    const stranger = await world.person('stranger').join();
    await parley.tell(stranger.aid, 'to bad ones only');
    await until('it says why it waits', async () => {
      const [waiting] = await parley.timeline(stranger.aid);
      return waiting?.['state'] === 'queued' && waiting['stateReason'] === 'recipient_keys_invalid';
    });
    expect(meddler.requestsOf('message.send')).toHaveLength(sends.length);
    meddler.meddle = null;
    await parley.tell(friend.aid, 'others are not held up');
    expect(await friend.heard(1)).toEqual(['others are not held up']);
  });
});

describe('a sender whose certificate cannot be fetched', () => {
  it('is heard later: the message is kept with its raw row and opens by itself', async () => {
    const parley = await Parley.join(world, 'target', false);
    const [again, byHand] = [await world.person('again').join(), await world.person('byhand').join()];
    await world.gateway.admin('certificates', { up: false, aid: again.aid });
    await world.gateway.admin('certificates', { up: false, aid: byHand.aid });
    for (const sender of [again, byHand]) {
      await sender.tell(parley.aid, 'from somebody unknown');
      await parley.heard(sender.aid, 1);
      const [kept] = await parley.timeline(sender.aid);
      expect(kept).toMatchObject({
        sender: sender.aid,
        content: { kind: 'undecryptable', reason: 'sender_certificate_unavailable', retrying: true },
      });
      const raw = await parley.call('message.raw', { id: kept?.['id'] });
      expect(textOf(raw['json'])).toContain('prekey_ecdh_v2');
      await sender.event('message.ack');
    }
    await world.gateway.admin('certificates', { up: true, aid: byHand.aid });
    expect(await parley.call('message.heal', { conversation: byHand.aid })).toEqual({
      healed: 1,
      remaining: 0,
    });
    expect(await parley.texts(byHand.aid)).toEqual(['from somebody unknown']);
    expect(await parley.call('message.heal', { conversation: again.aid })).toEqual({
      healed: 0,
      remaining: 1,
    });
    await world.gateway.admin('certificates', { up: true, aid: again.aid });
    await world.gateway.admin('drop', { aid: parley.aid });
    await until('it opened', async () => (await parley.texts(again.aid))[0] === 'from somebody unknown');
  });
});
