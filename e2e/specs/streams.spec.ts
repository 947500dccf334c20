import { expect, test } from 'playwright/test';
import { Pair } from '../support/pair';
import { photographFailures } from '../support/seat';

/** Replies that grow while they are read. */
let pair: Pair;

test.beforeAll(async () => {
  pair = await Pair.begin(['watcher', 'streamer']);
});
test.afterAll(() => pair.end());
photographFailures(() => pair.here);

const live = () => pair.here.page.getByTestId('stream').last();

async function begin(requestId: string): Promise<string> {
  const { stream } = await pair.there.invoke('stream.begin', {
    account: pair.peer,
    conversation: pair.own,
    thread: 'run-1',
    requestId,
  });
  return stream;
}
const append = (stream: string, text: string) =>
  pair.there.invoke('stream.append', { account: pair.peer, stream, text });

test('a reply grows in place and becomes an encrypted message at its end', async () => {
  const stream = await begin('one');
  await append(stream, '从前有座山，');
  await expect(live()).toContainText('从前有座山，');
  await append(stream, 'once upon a time.');
  await expect(live()).toContainText('从前有座山，once upon a time.');
  await pair.there.invoke('stream.finish', { account: pair.peer, stream, requestId: 'one-end' });
  await pair.here.window.shows('从前有座山，once upon a time.', { own: false });
  await expect(pair.here.page.getByTestId('stream')).toHaveCount(0);
});

test('who comes late reads from the beginning, and goes on after the connection broke', async () => {
  const stream = await begin('two');
  await append(stream, 'alpha ');
  await pair.here.reload();
  await pair.here.window.visit(pair.peer);
  await expect(live()).toContainText('alpha');
  await pair.world.gateway.admin('stream_drop', { side: 'pull' });
  await append(stream, 'beta ');
  await append(stream, 'gamma');
  await expect(live()).toContainText('alpha beta gamma', { timeout: 20_000 });
  await pair.there.invoke('stream.finish', { account: pair.peer, stream, requestId: 'two-end' });
  await pair.here.window.shows('alpha beta gamma', { own: false });
});

test('Stop keeps what was read, and the final text still comes', async () => {
  const stream = await begin('three');
  await append(stream, 'so far');
  await expect(live()).toContainText('so far');
  await pair.here.page.getByTestId('stream-stop').last().click();
  await append(stream, ' and further');
  await pair.there.invoke('stream.finish', { account: pair.peer, stream, requestId: 'three-end' });
  await pair.here.window.shows('so far and further', { own: false });
});
