import { beforeEach, describe, expect, it } from 'vitest';
import type { FetchTicket, OutsideFile } from '../../ports/outside-files';
import { AunError } from '../../runtime/errors';
import { ALICE, BOB, CAROL, GROUP, groupRecord, openDesk, refused } from '../desk/testing/desk-fixture';
import type { DeskFixture } from '../desk/testing/desk-fixture';
import { createGroupResources } from '.';
import type { GroupResources } from '.';

let fixture: DeskFixture;
let resources: GroupResources;
/** What is asked to be saved; tests answer it. */
let save: (file: OutsideFile) => Promise<boolean>;

beforeEach(async () => {
  fixture = await openDesk();
  await fixture.put(groupRecord());
  save = () => Promise.resolve(true);
  resources = createGroupResources({
    support: fixture.desk.support,
    store: fixture.store,
    files: { save: (file) => save(file) },
  });
});

const wire = (path: string, more: Readonly<Record<string, unknown>> = {}) => ({
  resource_path: path,
  resource_type: 'file',
  title: path,
  created_by: BOB,
  storage_ref: { object_key: 'k' },
  ...more,
});
const one = (path: string) => ({ group: GROUP, path });
const download = { download_url: 'https://storage.aun.test/x', size_bytes: 3, sha256: 'ab'.repeat(32) };

function code(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'ok',
    (thrown: unknown) => (thrown instanceof AunError ? thrown.code : String(thrown)),
  );
}

describe('shared files', () => {
  it('are listed by path, and pages end where the network has no more', async () => {
    const all = ['a', 'b', 'c', 'd', 'e'].map((path) => wire(path));
    fixture.answer = (_method, { page, size }) => ({
      items: all.slice((Number(page) - 1) * Number(size), Number(page) * Number(size)),
      total: 5,
    });
    const list = (offset: number) => resources.commands.list({ group: GROUP, limit: 2, offset });
    const first = await list(0);
    expect(first.files.map(({ path }) => path)).toEqual(['a', 'b']);
    expect(first.files[0]).toMatchObject({ addedBy: BOB, addedByTitle: BOB });
    expect(first).toMatchObject({ total: 5, next: 2 });
    expect(await list(2)).toMatchObject({ next: 4 });
    expect((await list(4)).next).toBeNull();
    expect(fixture.calls[0]).toEqual({
      method: 'group.resources.list',
      params: { group_id: GROUP, page: 1, size: 2, sort_by: 'resource_path', order: 'asc' },
    });
  });

  it('that a gateway garbles, doubles or promises without end are left out', async () => {
    fixture.answer = () => ({
      items: [null, wire(''), wire('a'), wire('a', { title: 'again' }), wire('b')],
      total: 1e9,
    });
    const { files, next } = await resources.commands.list({ group: GROUP, limit: 50, offset: 0 });
    expect(files.map(({ title }) => title)).toEqual(['a', 'b']);
    expect(next).toBeNull();
    for (const answer of [null, 'x', { items: 'x' }, []]) {
      fixture.answer = () => answer;
      expect(await resources.commands.list({ group: GROUP, limit: 50, offset: 0 })).toEqual({
        files: [],
        total: 0,
        next: null,
      });
    }
  });

  it('are looked at one by one, and another one than was asked for is none', async () => {
    fixture.answer = () => ({ resource: wire('a') });
    expect(await resources.commands.get(one('a'))).toMatchObject({ path: 'a', opens: 'save' });
    expect(await code(resources.commands.get(one('b')))).toBe('protocol_error');
    fixture.answer = () => {
      throw refused(-33008, 'resource not found');
    };
    expect(await code(resources.commands.get(one('a')))).toBe('not_found');
  });

  it('are nobody’s business outside the group, and the gateway is not asked', async () => {
    await fixture.put(groupRecord({ membership: 'none', role: null }));
    fixture.truth = { membership: 'none', role: null };
    const { list, get, save: write } = resources.commands;
    for (const work of [list({ group: GROUP, limit: 50, offset: 0 }), get(one('a')), write(one('a'))])
      expect(await code(work)).toBe('group_not_member');
    expect(fixture.methods()).toEqual([]);
  });
});

describe('saving a shared file', () => {
  it('redeems a ticket after the dialog, each time a new one', async () => {
    const got: FetchTicket[] = [];
    save = async (file) => {
      expect(fixture.methods()).toEqual(['group.resources.get']);
      got.push(await file.ticket(), await file.ticket());
      expect(file.suggestedName).toBe('q_1.pdf');
      return true;
    };
    let tickets = 0;
    fixture.answer = (method, params) => {
      if (method.endsWith('.get')) return { resource: wire('x', { storage_ref: { filename: 'q/1.pdf' } }) };
      if (method.endsWith('.get_access'))
        return { access_ticket: { ticket: `tk_${String((tickets += 1))}` }, access_token: 'tk', download };
      return {
        download: { ...download, download_url: `https://storage.aun.test/${String(params['ticket'])}` },
      };
    };
    expect(await resources.commands.save(one('x'))).toEqual({ saved: true });
    expect(got.map(({ url }) => url)).toEqual([
      'https://storage.aun.test/tk_1',
      'https://storage.aun.test/tk_2',
    ]);
    expect(got[0]).toMatchObject({ size: 3, sha256: 'ab'.repeat(32) });
    expect(fixture.calls[2]?.params).toMatchObject({ ticket: 'tk_1', access_ticket: 'tk_1' });
  });

  it('takes the first address where a gateway gives no ticket or cannot redeem one', async () => {
    const urls: string[] = [];
    save = async (file) => {
      urls.push((await file.ticket()).url);
      return true;
    };
    for (const access of [{ download }, { access_ticket: { ticket: 'tk' }, download }]) {
      fixture.answer = (method) => {
        if (method.endsWith('.get')) return { resource: wire('x') };
        if (method.endsWith('.get_access')) return access;
        throw refused(-32601, 'method not found');
      };
      await resources.commands.save(one('x'));
    }
    expect(urls).toEqual([download.download_url, download.download_url]);
  });

  it('ends with what the gateway says of a ticket, and with an answer that leads nowhere', async () => {
    save = async (file) => {
      await file.ticket();
      return true;
    };
    fixture.answer = (method) => {
      if (method.endsWith('.get')) return { resource: wire('x') };
      if (method.endsWith('.get_access')) return { access_ticket: { ticket: 'tk' }, download };
      throw refused(-32004, 'access ticket has been used');
    };
    expect(await code(resources.commands.save(one('x')))).not.toBe('ok');
    fixture.answer = (method) => (method.endsWith('.get') ? { resource: wire('x') } : { download: {} });
    expect(await code(resources.commands.save(one('x')))).toBe('protocol_error');
  });

  it.each([
    ['a folder', { resource_type: 'folder' }],
    ['a kind nobody knows', { resource_type: 'hologram' }],
    ['a link outside', { resource_type: 'link', metadata: { url: 'https://e.test/' } }],
  ])('is not done with %s', async (_what, more) => {
    fixture.answer = () => ({ resource: wire('x', more) });
    expect(await code(resources.commands.save(one('x')))).toBe('attachment_unsupported');
    expect(fixture.methods()).toEqual(['group.resources.get']);
  });

  it('is done once at a time, can be stopped, and ends with the identity', async () => {
    fixture.answer = () => ({ resource: wire('x') });
    const aborted = (file: OutsideFile): Promise<boolean> =>
      new Promise((_resolve, reject) => {
        const end = (): void => reject(new AunError('cancelled', 'stopped'));
        if (file.signal.aborted) end();
        else file.signal.addEventListener('abort', end);
      });
    save = aborted;
    const first = code(resources.commands.save(one('x')));
    expect(await code(resources.commands.save(one('x')))).toBe('busy');
    await resources.commands.cancel(one('x'));
    expect(await first).toBe('cancelled');
    await resources.commands.cancel(one('x'));
    const second = code(resources.commands.save(one('x')));
    await resources.stop();
    expect(await second).toBe('cancelled');
    expect(await code(resources.commands.save(one('x')))).toBe('cancelled');
  });
});

describe('taking a file off the list', () => {
  it('is for owner and admins, also while the group is suspended', async () => {
    for (const role of ['owner', 'admin'] as const) {
      await fixture.put(groupRecord({ role, status: 'suspended' }));
      expect(await resources.commands.remove(one('a'))).toEqual({});
    }
    expect(fixture.calls.at(-1)).toEqual({
      method: 'group.resources.delete',
      params: { group_id: GROUP, resource_path: 'a' },
    });
    await fixture.put(groupRecord({ role: 'member' }));
    fixture.truth = { role: 'member' };
    expect(await code(resources.commands.remove(one('a')))).toBe('group_need_admin');
  });

  it('reads the group anew when the role was lost meanwhile', async () => {
    fixture.answer = () => {
      throw refused(-32004, 'admin role required', 'need_admin');
    };
    expect(await code(resources.commands.remove(one('a')))).toBe('group_need_admin');
    expect(fixture.did).toContain('refresh');
  });
});

describe('wishes', () => {
  const wish = (id: string, more: Readonly<Record<string, unknown>> = {}) => ({
    request_id: id,
    requester_aid: CAROL,
    resource_path: 'gift',
    title: 'Gift',
    status: 'pending',
    ...more,
  });

  it('are shown to the owner, those that wait and are somebody’s, each once', async () => {
    fixture.answer = () => ({
      items: [
        wish('r1'),
        wish('r1'),
        wish('r2', { status: 'rejected' }),
        wish('r3', { requester_aid: 1 }),
        7,
      ],
    });
    const { requests } = await resources.commands.requests({ group: GROUP });
    expect(requests).toMatchObject([{ request: 'r1', aid: CAROL, personTitle: CAROL, title: 'Gift' }]);
    for (const role of ['admin', 'member'] as const) {
      await fixture.put(groupRecord({ role, owner: BOB }));
      fixture.truth = { role };
      expect(await code(resources.commands.requests({ group: GROUP }))).toBe('group_need_owner');
    }
  });

  it('are decided on with a note, and only refused while the group is suspended', async () => {
    const review = (approve: boolean, note = '') =>
      resources.commands.review({ group: GROUP, request: 'r1', approve, note });
    await review(true);
    await review(false, 'no');
    expect(fixture.calls).toEqual([
      { method: 'group.resources.approve_request', params: { group_id: GROUP, request_id: 'r1' } },
      { method: 'group.resources.reject_request', params: { group_id: GROUP, request_id: 'r1', note: 'no' } },
    ]);
    await fixture.put(groupRecord({ status: 'suspended', owner: ALICE }));
    fixture.truth = { status: 'suspended' };
    expect(await code(review(true))).toBe('group_suspended');
    expect(await code(review(false))).toBe('ok');
    fixture.answer = () => {
      throw refused(-33009, 'resource request is not pending', 'resource_request_not_found');
    };
    expect(await code(review(false))).toBe('not_found');
  });
});
