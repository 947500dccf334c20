import { expect, it } from 'vitest';
import { groupRecord, openDesk } from './testing/desk-fixture';

it('a database that fails while pictures are fetched stops neither the others nor the end', async () => {
  const fixture = await openDesk();
  const fetched: string[] = [];
  fixture.pictures = {
    ...fixture.pictures,
    fetch: (reference) => {
      fetched.push(reference);
      return Promise.resolve('data:image/png;,');
    },
  };
  const one = groupRecord({ pictureRef: 'https://alice.aun.test/one.png' });
  const other = groupRecord({
    ...{ group: 'group.aun.test/g-other1', wireId: 'group.aun.test/g-other1' },
    pictureRef: 'https://alice.aun.test/other.png',
  });
  await fixture.put(one);
  await fixture.put(other);
  const conversation = fixture.store.conversation.bind(fixture.store);
  fixture.store.conversation = (id) =>
    id === one.group ? Promise.reject(new Error('the database is closed')) : conversation(id);
  fixture.desk.recordChanged(one);
  fixture.desk.recordChanged(other);
  await expect.poll(() => fetched, { timeout: 30_000 }).toEqual([other.pictureRef]);
  await fixture.desk.stop();
});
