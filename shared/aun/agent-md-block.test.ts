import { describe, expect, it } from 'vitest';
import { formatSignatureBlock, payloadAid, payloadToSign, splitAgentMd } from './agent-md-block';

const hex = 'a'.repeat(64);
const good = [
  '<!-- AUN-SIGNATURE',
  `cert_fingerprint: sha256:${hex}`,
  'timestamp: 1760000000',
  'signature: AAAA',
  '-->',
].join('\n');
const block = {
  certificateFingerprint: `sha256:${hex}`,
  keyFingerprint: null,
  timestamp: 1_760_000_000,
  signature: 'AAAA',
};

describe('the signature block of a profile document', () => {
  it('is found at the end, with line breaks of either kind around it', () => {
    expect(splitAgentMd(`text\n${good}`)).toEqual({ kind: 'signed', payload: 'text\n', block });
    expect(splitAgentMd(`text\r${good.replaceAll('\n', '\r\n')}\r\n \n`)).toEqual({
      kind: 'signed',
      payload: 'text\r',
      block,
    });
    expect(splitAgentMd(good)).toEqual({ kind: 'signed', payload: '', block });
  });

  it('is not seen in the middle of a line: such a document is unsigned', () => {
    for (const text of [`text\n ${good}`, `text${good}`, 'no block at all', ''])
      expect(splitAgentMd(text)).toEqual({ kind: 'unsigned', payload: text });
  });

  it('counts where it begins last', () => {
    expect(splitAgentMd(`${good}\n${good}`)).toMatchObject({ kind: 'signed', payload: `${good}\n` });
    expect(splitAgentMd(`${good}\n x <!-- AUN-SIGNATURE`).kind).toBe('unsigned');
  });

  it.each([
    ['text after it', `${good}x`],
    ['no end', good.slice(0, -3)],
    ['no line break before its end', good.replace('\n-->', '-->')],
    ['nothing in it', '<!-- AUN-SIGNATURE\n-->'],
    ['a marker with more behind it', good.replace('SIGNATURE', 'SIGNATURES')],
    ['a line that is no field', good.replace('timestamp', 'x\ntimestamp')],
    ['no timestamp', good.replace(/timestamp.*\n/, '')],
    ['no fingerprint', good.replace(/cert_finger.*\n/, '')],
    ['no signature', good.replace(/signature: AAAA\n/, '')],
    ['a short fingerprint', good.replace(hex, 'a'.repeat(16))],
    ['a fingerprint without its prefix', good.replace('sha256:', '')],
    ['a timestamp in words', good.replace('1760000000', 'yesterday')],
    ['a negative timestamp', good.replace('1760000000', '-1')],
    ['a signature that is not base64', good.replace('AAAA', 'A*AA')],
    ['a key fingerprint that is none', good.replace('timestamp', 'public_key_fingerprint: x\ntimestamp')],
    ['a block without end in size', good.replace('AAAA', 'A'.repeat(5000))],
  ])('is malformed with %s', (_what, text) => {
    expect(splitAgentMd(`text\n${text}`)).toMatchObject({ kind: 'malformed', payload: 'text\n' });
  });

  it('is read whatever the case of its keys and with keys of others', () => {
    const text = good
      .replace('cert_fingerprint', 'Cert_Fingerprint')
      .replace(hex, hex.toUpperCase())
      .replace('timestamp', `public_key_fingerprint: sha256:${hex}\nx-more: 1\n\ntimestamp`)
      .replace('1760000000', '1760000000.75');
    const expected = { ...block, keyFingerprint: `sha256:${hex}` };
    expect(splitAgentMd(`t\n${text}`)).toEqual({ kind: 'signed', payload: 't\n', block: expected });
  });

  it('is written as it is read', () => {
    expect(formatSignatureBlock(block)).toBe(good);
    const both = { ...block, keyFingerprint: `sha256:${hex}` };
    expect(splitAgentMd(formatSignatureBlock(both))).toEqual({ kind: 'signed', payload: '', block: both });
  });
});

describe('what is signed', () => {
  it('is the text before an old block, ended by a line break', () => {
    expect(payloadToSign('text')).toBe('text\n');
    expect(payloadToSign('text\r')).toBe('text\r');
    expect(payloadToSign('')).toBe('');
    expect(payloadToSign(`text\n${good}`)).toBe('text\n');
    expect(payloadToSign(`text ${good}`)).toBe(`text ${good}\n`);
  });
});

describe('the address a document names', () => {
  it('is the first such line of the front matter, with quotes that match or none', () => {
    expect(payloadAid('---\nname: x\naid: "a.b"\naid: c.d\n---\n')).toBe('a.b');
    expect(payloadAid("---\r\naid: 'a.b'\r\n---")).toBe('a.b');
    expect(payloadAid('---\naid:a.b')).toBe('a.b');
    expect(payloadAid('---\naid: "a.b\'\n---')).toBe('"a.b\'');
  });

  it('is not looked for anywhere else', () => {
    expect(payloadAid('aid: a.b')).toBeNull();
    expect(payloadAid('---\nname: x\n---\naid: a.b')).toBeNull();
    expect(payloadAid('\n---\naid: a.b\n---')).toBeNull();
    expect(payloadAid('---\n  aid: a.b\n---')).toBeNull();
  });
});
