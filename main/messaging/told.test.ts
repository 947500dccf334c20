import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Inbox } from './inbox';
import { textRow } from './testing/fake-gateway';
import { InboxScene } from './testing/inbox-scene';

let scene: InboxScene;
let inbox: Inbox;

beforeEach(async () => {
  scene = await InboxScene.begin();
  inbox = await scene.inbox();
});

afterEach(async () => {
  await inbox.stop();
  await scene.end();
});

it('a recall is carried out after its message, also when both come while an earlier one is stored', async () => {
  const rows = [1, 2].map((seq) => textRow(seq, 'bobby.aun.test', 'me01.aun.test', `t${String(seq)}`));
  const commit = scene.store.commitInbound.bind(scene.store);
  vi.spyOn(scene.store, 'commitInbound').mockImplementationOnce((...given) => {
    inbox.event('message.received', rows[1]);
    inbox.event('message.recalled', { from: 'bobby.aun.test', message_ids: [rows[1]?.message_id] });
    return commit(...given);
  });
  inbox.event('message.received', rows[0]);
  await vi.waitFor(async () => expect(await scene.texts()).toEqual(['t1', 'recalled']));
});
