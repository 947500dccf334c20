import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupFileRequestSchema, groupFileSchema } from '../../../shared/model/group-resource';
import { readDownload, readResource, readResourceRequest, readTicket } from './wire';

const wire = (more: Readonly<Record<string, unknown>> = {}) => ({
  group_id: 'group.aun.test/g-abc123',
  resource_path: 'docs/plan.pdf',
  resource_type: 'file',
  title: 'The plan',
  content_type: 'application/pdf',
  size_bytes: 24,
  owner_aid: 'bobby.aun.test',
  created_by: 'bobby.aun.test',
  storage_ref: {
    provider: 'storage',
    owner_aid: 'bobby.aun.test',
    bucket: 'default',
    object_key: 'docs-plan',
    filename: 'plan v2.pdf',
  },
  metadata: {},
  visibility: 'members_only',
  tags: ['a', 'a', ' ', 7],
  created_at: 1_790_000_000,
  updated_at: 1_790_000_001_000,
  ...more,
});

describe('a resource on the wire', () => {
  it('is read with what storage knows of it', () => {
    expect(readResource(wire())).toEqual({
      path: 'docs/plan.pdf',
      title: 'The plan',
      place: 'docs/plan.pdf',
      kind: 'file',
      otherKind: '',
      fileName: 'plan v2.pdf',
      type: 'application/pdf',
      size: 24,
      dangerous: false,
      sealed: false,
      opens: 'save',
      url: null,
      host: null,
      addedBy: 'bobby.aun.test',
      addedAt: 1_790_000_000_000,
      changedAt: 1_790_000_001_000,
      forEveryone: false,
      tags: ['a'],
    });
    expect(readResource({ resource: wire({ visibility: 'public' }) })?.forEveryone).toBe(true);
  });

  it('takes the last part of its path where nothing else names it', () => {
    const bare = readResource({ resource_path: 'a/b/c.txt' });
    expect(bare).toMatchObject({
      title: 'c.txt',
      fileName: 'c.txt',
      kind: 'file',
      size: null,
      addedBy: null,
    });
  });

  it('can run when its real name or its type says so, whatever its title', () => {
    const file = { filename: 'plan.pdf.exe', object_key: 'k' };
    expect(readResource(wire({ storage_ref: file }))?.dangerous).toBe(true);
    expect(readResource(wire({ content_type: 'text/html' }))?.dangerous).toBe(true);
  });

  it('of a kind of a later version is named and never opened', () => {
    const odd = readResource(
      wire({ resource_type: 'holo\u202egram\u0007'.repeat(20), metadata: { url: 'https://x.test/' } }),
    );
    expect(odd).toMatchObject({ kind: 'other', opens: 'nothing', url: null });
    expect(odd?.otherKind).toMatch(/^[a-z ]{1,32}$/i);
  });

  it('that is a link leads to the web only, with its real host', () => {
    const link = (metadata: unknown, more = {}) =>
      readResource(wire({ resource_type: 'link', storage_ref: null, metadata, ...more }));
    expect(link({ url: 'https://bücher.example/x' })).toMatchObject({
      opens: 'link',
      url: 'https://xn--bcher-kva.example/x',
      host: 'xn--bcher-kva.example',
    });
    for (const url of ['javascript:alert(1)', 'file:///etc/passwd', 'https://a@b.test/', 'app://parley/', 7])
      expect(link({ url }), String(url)).toMatchObject({ opens: 'nothing', url: null, host: null });
    expect(link({}, { url: 'https://e.test/' })).toMatchObject({ opens: 'link', host: 'e.test' });
    expect(readResource(wire({ resource_type: 'link' }))).toMatchObject({ opens: 'save' });
    expect(readResource(wire({ metadata: { url: 'https://e.test/' } }))).toMatchObject({
      opens: 'save',
      url: null,
    });
  });

  it('says when it claims to be sealed, and has no use for a key that came along', () => {
    const sealed = readResource(wire({ metadata: { enc: { v: 1, key: 'AAAA' } } }));
    expect(sealed?.sealed).toBe(true);
    expect(JSON.stringify(sealed)).not.toContain('AAAA');
  });

  it.each([
    null,
    'x',
    [],
    {},
    wire({ resource_path: '' }),
    wire({ resource_path: 7 }),
    wire({ resource_path: 'x'.repeat(1025) }),
    wire({ resource_path: 'a\ud800b' }),
  ])('that cannot be named is none: %j', (value) => {
    expect(readResource(value)).toBeNull();
  });

  it('never throws and always fits the contract, whatever a gateway says', () => {
    const member = fc.oneof(fc.anything(), fc.string({ unit: 'binary', maxLength: 1500 }));
    const keys = [...Object.keys(wire()), 'enc', 'url', 'request_id', 'requester_aid', 'status'];
    const odd = fc.record(Object.fromEntries(keys.map((key) => [key, member])), { requiredKeys: [] });
    fc.assert(
      fc.property(odd, (value) => {
        for (const given of [value, { ...wire(), ...value }, { resource: value }]) {
          const read = readResource(given);
          if (read !== null) groupFileSchema.parse({ ...read, addedByTitle: '' });
          const wish = readResourceRequest(given);
          if (wish !== null) groupFileRequestSchema.parse({ ...wish, personTitle: '', personKind: 'human' });
          readTicket(given);
          readDownload(given);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('loses what nobody sees, and what is too long', () => {
    const hostile = readResource(
      wire({ title: 'a\u202e\nb\u0000'.repeat(500), storage_ref: { filename: '../../x\u202efdp.exe' } }),
    );
    expect(hostile?.title.length).toBeLessThanOrEqual(255);
    expect(`${hostile?.title ?? ''}${hostile?.fileName ?? ''}`).not.toMatch(/[\p{Cc}\p{Cf}/]/u);
  });
});

describe('a wish on the wire', () => {
  const wish = (more: Readonly<Record<string, unknown>> = {}) => ({
    request_id: 'req_1',
    requester_aid: 'carol.aun.test',
    resource_path: 'a/b.txt',
    resource_type: 'file',
    title: '',
    status: 'pending',
    created_at: 1_790_000_000_000,
    ...more,
  });

  it('is read while it waits for a decision', () => {
    expect(readResourceRequest(wish())).toEqual({
      request: 'req_1',
      aid: 'carol.aun.test',
      title: 'b.txt',
      place: 'a/b.txt',
      kind: 'file',
      otherKind: '',
      forEveryone: false,
      askedAt: 1_790_000_000_000,
    });
    for (const odd of [
      { status: 'approved' },
      { requester_aid: '' },
      { request_id: 'a\nb' },
      { request_id: '' },
    ])
      expect(readResourceRequest(wish(odd)), JSON.stringify(odd)).toBeNull();
  });
});

describe('what lets us in', () => {
  it('is a ticket and an address, with a hash only where it is one', () => {
    expect(readTicket({ access_ticket: { ticket: 'tk_1' } })).toBe('tk_1');
    expect(readTicket({ access_ticket: 'tk_1' })).toBeNull();
    const url = 'https://storage.aun.test/x';
    expect(readDownload({ download: { download_url: url, size_bytes: 3, sha256: 'AB'.repeat(32) } })).toEqual(
      {
        url,
        size: 3,
        sha256: 'ab'.repeat(32),
      },
    );
    expect(readDownload({ download: { download_url: url, size_bytes: -1, sha256: 'x' } })).toEqual({
      url,
      size: null,
      sha256: null,
    });
    expect(readDownload({ download: { download_url: 'x'.repeat(9000) } })).toBeNull();
    expect(readDownload({})).toBeNull();
  });
});
