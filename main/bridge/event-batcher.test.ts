import { expect, it } from 'vitest';
import type { BridgeEvent } from '../../shared/bridge/contract';
import { sampleConversation } from '../../shared/model/testing/samples';
import { FakeTime } from '../runtime/testing/fake-time';
import { BATCH_PERIOD_MS, createEventBatcher } from './event-batcher';

function draftEvent(conversation: string, draft: string): BridgeEvent {
  return {
    event: 'conversation.changed',
    data: {
      account: 'me.aun.test',
      conversations: [sampleConversation({ conversation, draft })],
    },
  };
}

const removal: BridgeEvent = {
  event: 'message.removed',
  data: { account: 'me.aun.test', conversation: 'bob.aun.test', ids: [1] },
};

function batcher(): {
  batches: (readonly BridgeEvent[])[];
  time: FakeTime;
  push: (event: BridgeEvent) => void;
} {
  const batches: (readonly BridgeEvent[])[] = [];
  const time = new FakeTime();
  const made = createEventBatcher(
    (batch) => batches.push(batch),
    time,
    () => time.monotonic(),
  );
  return { batches, time, push: made.push };
}

it('delivers the first event after a quiet time without waiting for a period', () => {
  const { batches, time, push } = batcher();
  push(draftEvent('bob.aun.test', 'a'));
  time.advance(0);
  expect(batches).toHaveLength(1);
});

it('delivers at most one batch in a period', () => {
  const { batches, time, push } = batcher();
  push(draftEvent('bob.aun.test', 'a'));
  time.advance(0);
  push(draftEvent('bob.aun.test', 'b'));
  time.advance(BATCH_PERIOD_MS - 1);
  expect(batches).toHaveLength(1);
  time.advance(1);
  expect(batches).toHaveLength(2);
});

it('merges changes of the same key and keeps the newest of each conversation', () => {
  const { batches, time, push } = batcher();
  push(draftEvent('bob.aun.test', 'a'));
  push(draftEvent('eve.aun.test', 'x'));
  push(draftEvent('bob.aun.test', 'ab'));
  time.advance(0);
  const event = batches[0]?.[0];
  if (event?.event !== 'conversation.changed') throw new Error('expected one conversation event');
  expect(event.data.conversations.map((each) => [each.conversation, each.draft])).toEqual([
    ['eve.aun.test', 'x'],
    ['bob.aun.test', 'ab'],
  ]);
});

it('never merges a change across a removal', () => {
  const { batches, time, push } = batcher();
  push(draftEvent('bob.aun.test', 'a'));
  push(removal);
  push(draftEvent('bob.aun.test', 'ab'));
  time.advance(0);
  expect(batches[0]?.map((event) => event.event)).toEqual([
    'conversation.changed',
    'message.removed',
    'conversation.changed',
  ]);
});

function progress(job: string, done: number): BridgeEvent {
  return {
    event: 'backup.progress',
    data: {
      account: 'me.aun.test',
      progress: { job, aid: 'me.aun.test', kind: 'create', phase: 'history', done, total: null, bytes: done },
    },
  };
}

it('keeps only the newest progress of each backup in a batch', () => {
  const { batches, time, push } = batcher();
  for (const done of [1, 2, 3]) {
    push(progress('one', done));
    push(progress('two', done * 10));
  }
  time.advance(0);
  expect(batches[0]).toEqual([progress('one', 3), progress('two', 30)]);
});

function piece(at: number, text: string): BridgeEvent {
  return { event: 'stream.changed', data: { account: 'me.aun.test', id: 7, at, text, state: 'live' } };
}

it('joins the pieces of one stream, also where a later one writes over the end of an earlier one', () => {
  const { batches, time, push } = batcher();
  push(piece(10, 'abc'));
  push(piece(13, 'def'));
  push(piece(14, 'XY'));
  time.advance(0);
  expect(batches[0]).toEqual([piece(10, 'abcdXY')]);
});

it('keeps the pieces of one stream apart where there is a gap between them', () => {
  const { batches, time, push } = batcher();
  push(piece(0, 'abc'));
  push(piece(9, 'z'));
  push(piece(10, '!'));
  time.advance(0);
  expect(batches[0]).toEqual([piece(0, 'abc'), piece(9, 'z!')]);
});

it('keeps only the newest progress of a transfer and the newest word about typing', () => {
  const { batches, time, push } = batcher();
  const account = 'me.aun.test';
  const transfer = (done: number): BridgeEvent => ({
    event: 'transfer.progress',
    data: { account, attachment: 3, done, total: 9 },
  });
  const typing = (until: number | null): BridgeEvent => ({
    event: 'typing.changed',
    data: { account, conversation: 'bob.aun.test', who: 'bob.aun.test', until },
  });
  push(transfer(1));
  push(typing(5));
  push(transfer(2));
  push(typing(null));
  time.advance(0);
  expect(batches[0]).toEqual([transfer(2), typing(null)]);
});
