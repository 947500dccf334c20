import { describe, expect, it } from 'vitest';
import { KeyBench, keyRecord, rotationTold } from '../testing/key-bench';
import { identityOf } from '../testing/key-world';
import { Backfill } from './backfill';
import { settlePending } from './rotation';

const GROUP = 'group.aun.test/g-settle1';
const [ANNA, BERT] = ['anna.aun.test', 'bert.aun.test'] as const;

async function bench(): Promise<KeyBench> {
  const made = new KeyBench(await identityOf(ANNA), GROUP);
  made.members([ANNA, BERT]);
  made.epoch({ committed: 1 });
  return made;
}

describe('a key that waits for its rotation', () => {
  it('is taken back when the rotation is gone, but not on the word of a look from before, nor while it runs here', async () => {
    const b = await bench();
    const early = await b.context.ledger.look(GROUP);
    await b.book.transition(GROUP, keyRecord(GROUP, 2, [ANNA, BERT], { pendingRotation: 'rot-2' }));
    await settlePending(b.context, GROUP, early, () => false);
    expect(b.book.get(GROUP, 2)).not.toBeNull();
    const look = await b.context.ledger.look(GROUP, { maxAge: 0 });
    await settlePending(b.context, GROUP, look, (id) => id === 'rot-2');
    expect(b.book.get(GROUP, 2)).not.toBeNull();
    await settlePending(b.context, GROUP, look, () => false);
    expect(b.book.get(GROUP, 2)).toBeNull();
  });
});

describe('the key of now for a newcomer', () => {
  it.each([
    ['is handed on when it is the committed one', true],
    ['stays here when the gateway committed another one', false],
  ])('%s', async (_name, committed) => {
    const b = await bench();
    const record = keyRecord(GROUP, 1, [ANNA]);
    await b.book.epoch(GROUP, record);
    const commitment = committed ? record.commitment : 'ab'.repeat(32);
    const rotation = rotationTold({ id: 'rot-1', target: 1, commitment, expected: [ANNA], owner: ANNA });
    b.epoch({ committed: 1, rotation });
    await new Backfill(b.context).give(GROUP, [BERT], 'an occasion');
    await new Backfill(b.context).give(GROUP, [ANNA], 'never to ourselves');
    expect(b.letters.map(({ to }) => to)).toEqual(committed ? [BERT] : []);
  });
});
