import { describe, expect, it } from 'vitest';
import { addressIn, placeOf } from './discovery';

const URL_ONE = 'https://aid_custody.aun.test';

describe('the discovery document of a custody service', () => {
  it.each<[string, unknown]>([
    ['custody_url', { custody_url: URL_ONE }],
    ['custodyUrl', { custodyUrl: URL_ONE }],
    ['url', { url: URL_ONE }],
    ['custody.url', { custody: { url: URL_ONE } }],
    ...['custody_services', 'custodyServices', 'services'].map((name): [string, unknown] => [
      `${name} by priority`,
      { [name]: [{ url: 'https://later', priority: 7 }, { priority: 0 }, { url: URL_ONE, priority: '2' }] },
    ]),
    ['services without priorities', { services: [{ url: URL_ONE }, { url: 'https://later' }] }],
    [
      'services, one with a senseless priority',
      {
        services: [
          { url: 'https://x', priority: {} },
          { url: URL_ONE, priority: 5 },
        ],
      },
    ],
    ['url beside a member of the wrong kind', { custody_url: 5, services: 'none', url: URL_ONE }],
  ])('is understood in the form %s', (_name, document) => {
    expect(addressIn(JSON.stringify(document))).toBe(URL_ONE);
  });

  it.each(['', '[]', '{}', 'null', '<html></html>', '{"services":[]}', '{"custody_url":""}'])(
    'gives nothing as %s',
    (body) => {
      expect(addressIn(body)).toBeNull();
    },
  );
});

describe('the address of a custody service', () => {
  const far = { issuer: 'aun.test', local: false };
  const near = { issuer: 'aun.test', local: true };

  it.each([
    ['https://aid_custody.aun.test', 'aid_custody.aun.test', ''],
    ['https://AID_custody.aun.test/', 'aid_custody.aun.test', ''],
    ['https://aun.test/services/custody//', 'aun.test', '/services/custody'],
  ])('%s is used', (url, host, basePath) => {
    expect(placeOf(url, far)).toEqual({ host, basePath });
  });

  it.each([
    ['http://aid_custody.aun.test', 'plain_text'],
    ['https://aid_custody.evil.test', 'foreign_host'],
    ['https://evilaun.test', 'foreign_host'],
    ['https://127.0.0.1', 'foreign_host'],
    ['https://aid_custody.aun.test:8443', 'port'],
    ['https://user:pw@aid_custody.aun.test', 'malformed'],
    ['https://aid_custody.aun.test/?a=b', 'malformed'],
    ['ftp://aid_custody.aun.test', 'malformed'],
    ['aid_custody.aun.test', 'malformed'],
  ])('%s is not used: %s', (url, reason) => {
    expect(placeOf(url, far)).toBe(reason);
  });

  it('may be plain, with a port, or bare where the gateway is on this computer', () => {
    const own = { host: 'aid_custody.aun.test', basePath: '' };
    expect(placeOf('http://aid_custody.aun.test:4711', near)).toEqual(own);
    expect(placeOf('http://127.0.0.1:4711', near)).toEqual(own);
    expect(placeOf('https://localhost:4711/', near)).toEqual(own);
    expect(placeOf('http://[::1]:4711', near)).toEqual(own);
    expect(placeOf('http://aid_custody.evil.test', near)).toBe('foreign_host');
    expect(placeOf('http://127.0.0.1.evil.test', near)).toBe('foreign_host');
  });
});
