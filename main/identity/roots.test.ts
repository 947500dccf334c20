import { generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../shared/aun/canonical-json';
import { canonicalJson } from '../../shared/aun/canonical-json';
import { PUBLIC_ROOT_FINGERPRINT, PUBLIC_ROOT_PEM } from './public-root';
import { readRootBundle, trustRootsOf, withImported, withoutImported } from './roots';
import type { RootSources } from './roots';
import { issueLeaf, makeCa } from './testing/test-authority';
import type { TestCa } from './testing/test-authority';
import { isListed, verifyTrustList } from './trust-list';

const now = Date.UTC(2026, 10, 22, 12);
const DAY = 86_400_000;
let root: TestCa;
let other: TestCa;
let intermediate: TestCa;
let notCa: TestCa;
let expired: TestCa;

beforeAll(async () => {
  root = await makeCa('CN=Root One,O=Somebody', { now });
  other = await makeCa('CN=Root Two', { now });
  intermediate = await makeCa('CN=Issuer', { parent: root, now });
  notCa = await makeCa('CN=No authority', { now, flag: false });
  expired = await makeCa('CN=Old', { now: now - 400 * DAY, days: 30 });
});

const reason = (expected: string): unknown =>
  expect.objectContaining({
    code: 'certificate_invalid',
    detail: expect.objectContaining({ reason: expected }) as unknown,
  });

describe('a file of roots', () => {
  it('is shown with every root in it, each once', () => {
    const found = readRootBundle(`comment\n${root.pem}\n${other.pem}${root.pem}`, now);
    expect(found.map(({ subject }) => subject)).toEqual(['CN=Root One, O=Somebody', 'CN=Root Two']);
    expect(found[0]?.notAfter).toBe(root.certificate.notAfter.getTime());
    expect(found[0]?.fingerprint).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it.each<[string, string, () => string | Promise<string>]>([
    ['nothing', 'unreadable', () => ''],
    ['rubbish', 'unreadable', () => '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
    ['an authority that another one issued', 'not_a_root', () => intermediate.pem],
    ['no authority', 'not_a_root', () => notCa.pem],
    ['a leaf', 'not_a_root', () => issueLeaf(root, 'CN=alice.aun.test', { now })],
    ['a root that has expired', 'expired', () => expired.pem],
    ['a good root and a bad one', 'not_a_root', () => root.pem + intermediate.pem],
  ])('is refused with %s in it', async (_name, expected, text) => {
    const bundle = await text();
    expect(() => readRootBundle(bundle, now)).toThrow(reason(expected));
  });

  it('is refused with a root that is not valid yet', () => {
    expect(() => readRootBundle(root.pem, now - DAY)).toThrow(reason('not_yet_valid'));
  });
});

describe('the roots of a network', () => {
  const sources = (changes: Partial<RootSources> = {}): RootSources => ({
    bundled: false,
    pinned: null,
    imported: [],
    configured: [],
    ...changes,
  });

  it('name where each comes from, the strongest source first', () => {
    const found = trustRootsOf(
      sources({
        bundled: true,
        pinned: root.pem,
        imported: [other.pem, PUBLIC_ROOT_PEM, expired.pem],
        configured: [root.pem],
      }),
    );
    expect(found.map(({ source, subject }) => `${source} ${subject}`)).toEqual([
      'bundled CN=AUN Root CA, O=AgentUnion',
      'pinned CN=Root One, O=Somebody',
      'imported CN=Root Two',
      'imported CN=Old',
    ]);
    expect(found[0]?.fingerprint).toBe(PUBLIC_ROOT_FINGERPRINT);
  });

  it('grow by an import and shrink by a removal, of imported ones only', () => {
    const shown = readRootBundle(root.pem + other.pem, now);
    const imported = withImported([root.pem], shown);
    expect(imported).toHaveLength(2);
    const [first, second] = shown.map(({ fingerprint }) => fingerprint);
    expect(withoutImported(sources({ imported }), second ?? '')).toEqual([shown[0]?.pem]);
    const pinned = sources({ pinned: root.pem, imported: [other.pem] });
    expect(() => withoutImported(pinned, first ?? '')).toThrow(
      expect.objectContaining({ code: 'not_found' }) as Error,
    );
  });
});

describe('a list of trust roots', () => {
  const ed25519 = generateKeyPairSync('ed25519');
  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const stranger = generateKeyPairSync('ed25519');
  const pemOf = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();

  function body(changes: JsonObject = {}): JsonObject {
    const [shown] = readRootBundle(root.pem, now);
    const entry = { id: 'one', certificate: root.pem, fingerprint_sha256: shown?.fingerprint.slice(7) ?? '' };
    return {
      version: 7,
      issued_at: new Date(now).toISOString(),
      next_update: new Date(now + DAY).toISOString(),
      root_cas: [
        { ...entry, status: 'active' },
        { id: 'gone', certificate: 'x', fingerprint_sha256: 'y', status: 'retired' },
      ],
      _note: { b: 1, a: [true, null] },
      ...changes,
    };
  }

  function signed(list: JsonObject, key: KeyObject = ed25519.privateKey): JsonObject {
    const data = Buffer.from(canonicalJson(list));
    const signature = sign(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', data, key);
    return { ...list, authority_signature: signature.toString('base64') };
  }

  const check = (list: unknown, changes: Partial<Parameters<typeof verifyTrustList>[1]> = {}) =>
    verifyTrustList(list, { authorityPem: pemOf(ed25519.publicKey), now, knownVersion: 7, ...changes });

  it('gives its active roots when the pinned authority signed it', () => {
    const list = check(signed(body()));
    expect(list).toMatchObject({ version: 7, issuedAt: now, nextUpdate: now + DAY });
    expect(list.roots.map(({ subject }) => subject)).toEqual(['CN=Root One, O=Somebody']);
    expect(isListed(list, root.pem)).toBe(true);
    expect(isListed(list, other.pem)).toBe(false);
  });

  it('may be signed with P-256, and its signature written in every allowed way', async () => {
    check(signed(body(), p256.privateKey), { authorityPem: pemOf(p256.publicKey) });
    const spki = p256.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    const certificate = await issueLeaf(root, 'CN=authority', { now, spki });
    check(signed(body(), p256.privateKey), { authorityPem: certificate });
    const { authority_signature: given, ...rest } = signed(body());
    const signature = typeof given === 'string' ? given : '';
    const url = signature.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
    for (const text of [`base64:${signature}`, url, `base64:${url}`])
      check({ ...rest, authority_signature: text });
    const colons = readRootBundle(root.pem, now)[0]?.fingerprint.slice(7).match(/../g)?.join(':') ?? '';
    check(
      signed(
        body({
          root_cas: [
            {
              id: 'one',
              certificate: root.pem,
              fingerprint_sha256: `SHA256:${colons.toUpperCase()}`,
              status: 'active',
            },
          ],
        }),
      ),
    );
  });

  it('is not believed because of a key it brings along', async () => {
    const spki = p256.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    const own = await issueLeaf(root, 'CN=AUN authority', { now, spki });
    const list = signed(body({ authority_cert_pem: own }), p256.privateKey);
    expect(() => check(list)).toThrow(reason('trust_list'));
    expect(() => check(list, { authorityPem: null })).toThrow(/no key of the authority is pinned/);
    expect(() => check({ ...list, allow_unsigned: true }, { authorityPem: null })).toThrow(
      reason('trust_list'),
    );
  });

  it.each<[string, () => unknown]>([
    ['another signer', () => signed(body(), stranger.privateKey)],
    ['a change after signing', () => ({ ...signed(body()), version: 8 })],
    ['a member added after signing', () => ({ ...signed(body()), extra: 1 })],
    ['no signature', () => body()],
    ['an empty signature', () => ({ ...body(), authority_signature: '' })],
    ['a signature that is none', () => ({ ...body(), authority_signature: '!!' })],
    ['an earlier version', () => signed(body({ version: 6 }))],
    ['a version that is no number', () => signed(body({ version: '8' }))],
    ['a date in the future', () => signed(body({ issued_at: new Date(now + 301_000).toISOString() }))],
    ['an end before its beginning', () => signed(body({ next_update: new Date(now - 1).toISOString() }))],
    ['a date that is none', () => signed(body({ issued_at: 'soon' }))],
    ['no active root', () => signed(body({ root_cas: [] }))],
    [
      'a wrong fingerprint',
      () =>
        signed(
          body({
            root_cas: [
              { id: 'x', certificate: root.pem, fingerprint_sha256: 'a'.repeat(64), status: 'active' },
            ],
          }),
        ),
    ],
    [
      'an active root without a fingerprint',
      () => signed(body({ root_cas: [{ id: 'x', certificate: root.pem, status: 'active' }] })),
    ],
    ['no object', () => 'list'],
  ])('is refused with %s', (_name, list) => {
    expect(() => check(list())).toThrow(reason('trust_list'));
  });

  it('may be dated a little ahead of our clock', () => {
    check(signed(body({ issued_at: new Date(now + 300_000).toISOString() })));
  });

  it('is refused when an active root is none, or when the pinned key is of another kind', () => {
    const [shown] = readRootBundle(root.pem, now);
    const entry = {
      id: 'x',
      certificate: intermediate.pem,
      fingerprint_sha256: shown?.fingerprint ?? '',
      status: 'active',
    };
    expect(() => check(signed(body({ root_cas: [entry] })))).toThrow(reason('not_a_root'));
    const list = signed(body(), p384.privateKey);
    expect(() => check(list, { authorityPem: pemOf(p384.publicKey) })).toThrow(/neither Ed25519 nor P-256/);
  });
});
