import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseAid } from '../../shared/aun/aid';
import type { Identity } from '../ports/identity';
import { clientSignature } from './client-signature';

const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const aid = parseAid('alice.aun.test');
if (aid === null) throw new Error('not an AID');
const identity: Pick<Identity, 'aid' | 'certificate' | 'sign'> = {
  aid,
  certificate: () => null,
  sign: (data) => sign('sha256', data, keys.privateKey),
};

describe('the signature of an RPC', () => {
  it('covers the params as the protocol writes them down', () => {
    const params = {
      group_id: 'group.aun.test/g-7abc',
      payload: { type: 'text', text: '你好 é "q"\n' },
      mentions: [],
      reply_to: null,
      n: 1.5,
      device_id: 'd1',
      slot_id: '',
      _trace: { x: 1 },
      client_signature: 'of before',
    };
    const made = clientSignature(identity, 'group.update', params, 1_760_000_000_999);
    expect(made).toMatchObject({
      aid: 'alice.aun.test',
      cert_fingerprint: '',
      timestamp: '1760000000',
      params_hash: 'ea0472095773b6d27de150e6d06889a6920c3821aca68a4479c5601d990251c2',
    });
    const data = Buffer.from(`group.update|alice.aun.test|1760000000|${made.params_hash}`);
    expect(verify('sha256', data, keys.publicKey, Buffer.from(made.signature, 'base64'))).toBe(true);
  });

  it('is another one for other params, but not for a nested member that begins with a line', () => {
    const hash = (params: Record<string, string | { _x: number }>): string =>
      clientSignature(identity, 'm', params, 0).params_hash;
    expect(hash({ a: '1' })).not.toBe(hash({ a: '2' }));
    expect(hash({ a: { _x: 1 } })).not.toBe(hash({ a: { _x: 2 } }));
    expect(hash({ a: '1', _meta: '2' })).toBe(hash({ a: '1' }));
  });
});
