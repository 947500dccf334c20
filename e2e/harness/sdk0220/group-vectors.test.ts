import { X509Certificate, createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { withClientSignature } from './client-signature';
import { DataDir } from './data-dir';
import { RequestBook, buildResponse, judgeDistribution, judgeResponse } from './group/controls';
import type { ControlContext } from './group/controls';
import {
  chainOf,
  commitmentOf,
  manifestText,
  openFromServer,
  responseText,
  rotationText,
  sealToCertificate,
  stateHashOf,
  textsOf,
  verified,
} from './group/crypto';
import { GroupReplayGuard, openGroup, sealGroup } from './group/envelope';
import type { GroupOpenContext } from './group/envelope';
import { KeyBook } from './group/key-book';
import { dictsOf, isDict, numberOf, parseDict, textOf } from './json';
import type { Dict } from './json';
import { certificateFingerprint } from './primitives';

const file = path.resolve(__dirname, '../../vectors/e2ee-v1.json');
const vectors = parseDict(readFileSync(file, 'utf8')) ?? {};
const at = (source: unknown, key: string): Dict => {
  const value = isDict(source) ? source[key] : undefined;
  return isDict(value) ? value : {};
};
const group = at(vectors, 'group');
const groupId = textOf(group['group_id']);
const secrets = at(group, 'secrets');
const keyOf = (name: string): KeyObject =>
  createPrivateKey(textOf(at(at(vectors, 'keys'), name)['pkcs8_pem']));
const aidOf = (name: string): string => textOf(at(vectors, 'aids')[name]);
const people = Object.keys(at(vectors, 'aids'));
const certificateOf = (aid: string): X509Certificate | null => {
  const name = people.find((each) => aidOf(each) === aid);
  return name === undefined ? null : new X509Certificate(textOf(at(at(vectors, 'certs'), name)['pem']));
};
const named = (source: unknown): [string, Dict][] =>
  dictsOf(source).map((entry) => [textOf(entry['name']), entry]);
const secretOf = (epoch: unknown): Buffer => Buffer.from(textOf(secrets[String(epoch)]), 'hex');

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function contextOf(aid: string): ControlContext {
  const folder = mkdtempSync(path.join(tmpdir(), 'sdk0220-keys-'));
  folders.push(folder);
  return { own: aid, book: new KeyBook(new DataDir(folder), aid, () => 1), certificate: certificateOf };
}

describe('group hashes', () => {
  it.each(dictsOf(group['membership_commitment']))('commits epoch $epoch to $member_aids', (entry) => {
    const members = textsOf(entry['member_aids']);
    const secret = secretOf(entry['secret']);
    expect(commitmentOf(members, numberOf(entry['epoch']), groupId, secret)).toBe(entry['commitment']);
  });

  it.each([...dictsOf(group['epoch_chain']), ...dictsOf(group['epoch_chain_negative'])])(
    'links epoch $epoch of $rotator_aid',
    (entry) => {
      const chain = chainOf(
        textOf(entry['prev_chain']),
        numberOf(entry['epoch']),
        textOf(entry['commitment']),
        textOf(entry['rotator_aid']),
      );
      expect(chain === entry['chain']).toBe(entry['valid'] !== false);
    },
  );

  it.each(dictsOf(group['state_hash']))('hashes state $state_version', (entry) => {
    expect(stateHashOf(stateIn(entry))).toBe(entry['state_hash']);
  });

  it.each(dictsOf(group['state_hash_divergent_avoid']))('hashes as TypeScript does: $why', (entry) => {
    expect(stateHashOf(stateIn(entry))).toBe(entry['ts_state_hash']);
  });
});

function stateIn(entry: Dict) {
  return {
    groupId: textOf(entry['group_id']),
    version: numberOf(entry['state_version']),
    keyEpoch: numberOf(entry['key_epoch']),
    members: dictsOf(entry['members']).map((each) => ({
      aid: textOf(each['aid']),
      role: textOf(each['role']),
    })),
    policy: at(entry, 'policy'),
    previous: textOf(entry['prev_state_hash']),
  };
}

describe('signed texts of groups', () => {
  it.each(named(group['manifest']))('manifest: %s', (_name, entry) => {
    const manifest = at(entry, 'signed');
    expect(manifestText(manifest)).toBe(entry['sign_data_utf8']);
    const key = certificateOf(aidOf(textOf(entry['signer'])))?.publicKey;
    expect(key && verified(key, manifestText(manifest), manifest['signature'])).toBe(true);
  });

  it('key response', () => {
    const entry = at(group, 'key_response');
    expect(responseText(at(entry, 'payload'))).toBe(entry['sign_data_utf8']);
  });

  it('rotation, and the call that carries it', () => {
    const entry = at(group, 'rotation_signature');
    const params = at(entry, 'begin_rotation_params');
    const alice = aidOf('alice');
    expect(rotationText(params, alice)).toBe(entry['v2_sign_data_utf8']);
    const certificate = certificateOf(alice);
    expect(certificate).not.toBeNull();
    if (certificate === null) return;
    expect(verified(certificate.publicKey, rotationText(params, alice), params['rotation_signature'])).toBe(
      true,
    );
    const identity = { key: keyOf('alice_identity'), certificate };
    const { client_signature: expected, ...unsigned } = params;
    const seconds = numberOf(Number(textOf(at(params, 'client_signature')['timestamp'])));
    const signed = withClientSignature(
      'group.e2ee.begin_rotation',
      unsigned,
      alice,
      identity,
      seconds * 1000,
    );
    const without = (value: unknown): Dict => ({ ...(isDict(value) ? value : {}), signature: '' });
    expect(without(signed['client_signature'])).toEqual(without(expected));
  });
});

describe('server-held epoch keys', () => {
  const entry = at(group, 'ecies');
  const blob = Buffer.from(textOf(entry['blob_b64']), 'base64');

  it('are sealed to the same bytes and opened again', () => {
    const key = certificateOf(aidOf('bob'))?.publicKey;
    if (key === undefined) throw new Error('no certificate');
    const sealed = sealToCertificate(key, Buffer.from(textOf(entry['plaintext_hex']), 'hex'), {
      ephemeral: keyOf(textOf(entry['ephemeral_key'])),
      iv: Buffer.from(textOf(entry['iv_hex']), 'hex'),
    });
    expect(sealed.equals(blob)).toBe(true);
    expect(openFromServer(keyOf('bob_identity'), blob).toString('hex')).toBe(entry['plaintext_hex']);
  });

  it('are refused when a bit of the tag flips', () => {
    const changed = Buffer.from(textOf(entry['negative_tag_flip_b64']), 'base64');
    expect(() => openFromServer(keyOf('bob_identity'), changed)).toThrow();
  });
});

describe('key distributions', () => {
  it.each(named(group['key_distribution_cases']))('%s', (_name, entry) => {
    const context = contextOf(aidOf(textOf(entry['receiver'])));
    const preloaded = textOf(entry['preloaded_epoch1_chain']);
    const { book } = context;
    if (preloaded !== '') {
      book.store(groupId, {
        epoch: 1,
        secret: secretOf(1).toString('base64'),
        commitment: '',
        memberAids: [],
        epochChain: preloaded,
        pendingRotationId: '',
        chainUnverified: false,
        chainReason: '',
      });
    }
    const key = judgeDistribution(at(entry, 'payload'), context);
    expect(key === null ? 'distribution_rejected' : 'distribution').toBe(entry['sdk_result']);
    if (key !== null) book.store(groupId, key);
    const stored = isDict(entry['stored']) ? entry['stored'] : null;
    const current = book.current(groupId);
    expect(current?.epoch ?? null).toBe(stored?.['epoch'] ?? null);
    if (stored === null) return;
    expect(current?.epochChain).toBe(stored['epoch_chain']);
    expect(current?.pendingRotationId).toBe(stored['pending_rotation_id'] ?? '');
    expect(current?.chainUnverified).toBe(stored['epoch_chain_unverified'] ?? false);
    expect(current?.chainReason).toBe(stored['epoch_chain_unverified_reason'] ?? '');
  });
});

describe('key responses', () => {
  it.each(named(group['key_response_cases']))('%s', (_name, entry) => {
    const context = contextOf(aidOf('bob'));
    const requests = new RequestBook();
    const request = at(group, 'key_request');
    if (entry['request_remembered'] === true) {
      requests.remember(groupId, numberOf(request['epoch']), textOf(request['request_id']), aidOf('alice'));
    }
    const key = judgeResponse(at(entry, 'payload'), context, requests);
    expect(key === null ? 'response_rejected' : 'response').toBe(entry['sdk_result']);
  });

  const answer = (requester: string, members: string[], stored: string[]): Dict | null => {
    const { book } = contextOf(aidOf('alice'));
    book.store(groupId, {
      epoch: 2,
      secret: secretOf(2).toString('base64'),
      commitment: '',
      memberAids: stored,
      epochChain: '',
      pendingRotationId: '',
      chainUnverified: false,
      chainReason: '',
    });
    const request = { ...at(group, 'key_request'), requester_aid: requester };
    const identityKey = keyOf('alice_identity');
    return buildResponse(request, { own: aidOf('alice'), book, members, identityKey, now: 1 });
  };

  it('are given to members of the epoch only', () => {
    const [alice, bob, carol] = [aidOf('alice'), aidOf('bob'), aidOf('carol')];
    expect(answer(bob, [alice, bob], [alice, bob])).not.toBeNull();
    expect(answer(carol, [alice, bob, carol], [alice, bob])).toBeNull();
    expect(answer(bob, [alice], [alice, bob])).toBeNull();
  });
});

const opener: GroupOpenContext = {
  secret: (_group, epoch) => (secrets[String(epoch)] === undefined ? null : secretOf(epoch)),
  senderCertificate: certificateOf,
};

describe('group messages', () => {
  it.each(named(group['messages']))('%s is sealed to the same bytes and opened again', (_name, entry) => {
    const inputs = at(entry, 'inputs');
    const expected = at(entry, 'expected');
    const sender = certificateOf(textOf(inputs['from']));
    if (sender === null) throw new Error('no certificate');
    const result = sealGroup({
      senderKey: keyOf(textOf(inputs['sender_identity_key'])),
      senderFingerprint: certificateFingerprint(sender),
      groupId: textOf(inputs['group_id']),
      epoch: numberOf(inputs['epoch']),
      secret: Buffer.from(textOf(inputs['group_secret_hex']), 'hex'),
      from: textOf(inputs['from']),
      messageId: textOf(inputs['message_id']),
      timestamp: numberOf(inputs['timestamp']),
      payload: at(inputs, 'payload'),
      headers: inputs['protected_headers'],
      context: isDict(inputs['context']) ? inputs['context'] : null,
      nonce: Buffer.from(textOf(inputs['nonce_hex']), 'hex'),
    });
    expect(result.info).toBe(expected['hkdf_info']);
    expect(result.messageKey.toString('hex')).toBe(expected['message_key_hex']);
    expect(result.aad.toString('utf8')).toBe(expected['aad_utf8']);
    expect(result.signed.toString('hex')).toBe(expected['sender_sign_payload_hex']);
    const unsigned = (envelope: Dict): Dict => ({ ...envelope, sender_signature: 'differs' });
    expect(unsigned(result.envelope)).toEqual(unsigned(at(entry, 'envelope')));
    expect(openGroup(at(entry, 'message'), opener)).toEqual({ kind: 'opened', ...at(entry, 'decrypted') });
  });

  it.each(named(group['messages_negative']))('%s', (_name, entry) => {
    const { kind } = openGroup(at(entry, 'message'), opener);
    expect(kind === 'opened' ? 'accept' : 'reject').toBe(entry['sdk_result']);
  });

  it('are known again by what the envelope says', () => {
    const [first] = dictsOf(group['messages']);
    const row = at(first, 'message');
    expect(GroupReplayGuard.keyOf(row)).toBe(at(group, 'replay')['key']);
    const guard = new GroupReplayGuard();
    expect(guard.has(row)).toBe(false);
    guard.add(row);
    expect(guard.has({ ...row, message_id: 'another' })).toBe(true);
  });
});
