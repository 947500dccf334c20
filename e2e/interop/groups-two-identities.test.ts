import { afterAll, beforeAll, expect, it } from 'vitest';
import { dictsOf, isDict, textOf } from '../harness/sdk0220';
import type { Dict } from '../harness/sdk0220';
import { until } from '../harness/until';
import { ClockedEngine } from './clocked-engine';
import { makeGroup, said, textsOf } from './group-folk';
import { Parley, textIn } from './parley';
import { World } from './world';

/* Two identities of one window in the same group: each has its own keys, counts, role and draft. */

const PATIENCE_MS = 60_000;

let world: World;
let engine: ClockedEngine;
let carol: Parley;
let anna: string;
let bert: string;
beforeAll(async () => {
  world = await World.begin();
  carol = await Parley.join(world, 'carol', false);
  engine = new ClockedEngine(world.folder('window'));
  await engine.start();
  const { url, issuer } = world.gateway.addresses;
  const network = (
    await engine.call('network.add', { issuer, gatewayUrl: url, rootPem: world.gateway.rootPem })
  )['id'];
  const made = async (name: string): Promise<string> => {
    const { account } = await engine.call('account.create', { network, name, displayName: name });
    await engine.sessionIs(textOf(account), 'online');
    await world.gateway.hasKeys(textOf(account));
    return textOf(account);
  };
  anna = await made('annawin');
  bert = await made('bertwin');
}, 120_000);
afterAll(async () => {
  await engine.stop();
  await world.end();
});

/** Waits until the group looks as wanted to one identity, and answers it. */
function groupIs(account: string, group: string, accept: (shown: Dict) => boolean): Promise<Dict> {
  return until(
    `the group of ${account} is as wanted`,
    async () => {
      const shown = await engine.call('group.get', { account, group }).catch((): Dict => ({}));
      return accept(shown) && shown;
    },
    PATIENCE_MS,
  );
}

const rowOf = (account: string, group: string): Promise<Dict> =>
  engine.call('conversation.get', { account, conversation: group });

async function reads(account: string, group: string, text: string): Promise<void> {
  await until(
    `${account} reads "${text}"`,
    async () => (await texts(account, group)).includes(text),
    PATIENCE_MS,
  );
}

async function texts(account: string, group: string): Promise<string[]> {
  const page = await engine.call('message.page', { account, conversation: group });
  return dictsOf(page['messages']).map(textIn);
}

const isSecured = ({ membership, keys }: Dict): boolean =>
  membership === 'member' && isDict(keys) && keys['state'] === 'secured';

/** Files beside a draft, by number. */
async function draftFiles(account: string, group: string): Promise<unknown[]> {
  const { attachments } = await engine.call('attachment.drafts', { account, conversation: group });
  return dictsOf(attachments).map(({ id }) => id);
}

async function addFile(account: string, group: string): Promise<void> {
  const content = Buffer.from(`a file of ${account}`);
  const place = { account, conversation: group, name: 'note.txt', type: 'text/plain', size: content.length };
  const { upload } = await engine.call('attachment.begin', place);
  await engine.call('attachment.append', { upload, bytes: new Uint8Array(content) });
  await engine.call('attachment.finish', { upload });
}

it('each reads with its own key, counts, leads and drafts for itself, and going of one leaves the other', async () => {
  const group = await makeGroup(carol, [{ aid: anna }, { aid: bert }]);
  for (const account of [anna, bert]) {
    await groupIs(account, group, isSecured);
    await engine.call('conversation.accept', { account, conversation: group });
  }
  await said(carol, group, 'for both');
  await Promise.all([reads(anna, group, 'for both'), reads(bert, group, 'for both')]);

  // Counts and mentions.
  const text = `@${bert} look`;
  await carol.act('message.send', {
    conversation: group,
    text,
    mentions: [{ aid: bert, start: 0, end: bert.length + 1 }],
  });
  await Promise.all([reads(anna, group, text), reads(bert, group, text)]);
  await expect.poll(() => rowOf(anna, group)).toMatchObject({ unread: 2, mentions: 0 });
  await expect.poll(() => rowOf(bert, group)).toMatchObject({ unread: 2, mentions: 1 });
  const page = await engine.call('message.page', { account: anna, conversation: group });
  const newest = dictsOf(page['messages']).at(-1);
  await engine.call('conversation.markRead', { account: anna, conversation: group, upTo: newest?.['id'] });
  await expect.poll(() => rowOf(anna, group)).toMatchObject({ unread: 0 });
  expect(await rowOf(bert, group)).toMatchObject({ unread: 2, mentions: 1 });

  // One's own words are a stranger's to the other.
  const sent = { account: anna, conversation: group, text: 'from anna', requestId: 'from-anna' };
  await engine.call('message.send', sent);
  await reads(bert, group, 'from anna');
  const heard = dictsOf(
    (await engine.call('message.page', { account: bert, conversation: group }))['messages'],
  );
  expect(heard.find((row) => textIn(row) === 'from anna')).toMatchObject({ own: false, sender: anna });

  // Roles.
  await carol.call('group.setRole', { group, aid: anna, role: 'admin' });
  await groupIs(anna, group, ({ role }) => role === 'admin');
  await groupIs(bert, group, ({ role }) => role === 'member');

  // Drafts, with files, over a restart; sent once and gone with it, the other's stays.
  for (const account of [anna, bert]) {
    await engine.call('conversation.setDraft', { account, conversation: group, text: `draft of ${account}` });
    await addFile(account, group);
  }
  await engine.stop();
  await engine.start();
  for (const account of [anna, bert]) {
    await engine.sessionIs(account, 'online');
    expect((await rowOf(account, group))['draft']).toBe(`draft of ${account}`);
    expect(await draftFiles(account, group)).toHaveLength(1);
  }
  await engine.call('message.send', {
    ...{ account: anna, conversation: group, text: `draft of ${anna}`, requestId: 'draft-anna' },
    attachments: await draftFiles(anna, group),
  });
  await engine.call('conversation.setDraft', { account: anna, conversation: group, text: '' });
  await expect.poll(() => draftFiles(anna, group)).toEqual([]);
  expect(await draftFiles(bert, group)).toHaveLength(1);
  expect((await rowOf(bert, group))['draft']).toBe(`draft of ${bert}`);

  // One is removed by the other; the other goes on under a key of which the removed one knows nothing.
  const before = await groupIs(anna, group, isSecured);
  const epoch = (shown: Dict): number => Number(isDict(shown['keys']) ? shown['keys']['epoch'] : 0);
  await engine.call('group.kick', { account: anna, group, aid: bert });
  await groupIs(bert, group, ({ membership }) => membership === 'removed');
  await groupIs(anna, group, (shown) => isSecured(shown) && epoch(shown) > epoch(before));
  await until(
    'carol has the new key',
    async () => {
      const shown = await carol.call('group.get', { group });
      return isSecured(shown) && epoch(shown) > epoch(before);
    },
    PATIENCE_MS,
  );
  await said(carol, group, 'without bert');
  await reads(anna, group, 'without bert');
  expect(await texts(bert, group)).not.toContain('without bert');
  expect(await texts(bert, group)).toContain('from anna');
  const again = { account: anna, conversation: group, text: 'still here', requestId: 'still-here' };
  await engine.call('message.send', again);
  await until(
    'carol reads anna',
    async () => (await textsOf(carol, group)).includes('still here'),
    PATIENCE_MS,
  );
}, 240_000);
