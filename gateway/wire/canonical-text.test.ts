import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signedParamsText } from './canonical-text';

const frame = (params: string): string => `{"jsonrpc":"2.0","id":"1","method":"m","params":${params}}`;

describe('the text that was signed', () => {
  it('is the vector of protocol/01 §9.2', () => {
    const text = signedParamsText(
      frame(
        '{"group_id":"group.aun.test/g-7abc","payload":{"type":"text","text":"你好 é \\"q\\"\\n"},"mentions":[],' +
          '"reply_to":null,"n":1.5,"device_id":"d1","slot_id":"","_trace":{"x":1},"client_signature":{"aid":"x"}}',
      ),
    );
    expect(text).toBe(
      '{"device_id":"d1","group_id":"group.aun.test/g-7abc","mentions":[],"n":1.5,' +
        '"payload":{"text":"你好 é \\"q\\"\\n","type":"text"},"reply_to":null,"slot_id":""}',
    );
    expect(createHash('sha256').update(text).digest('hex')).toBe(
      'ea0472095773b6d27de150e6d06889a6920c3821aca68a4479c5601d990251c2',
    );
  });

  it('keeps numbers as they were written and nested keys with an underscore', () => {
    expect(signedParamsText(frame('{"b":1.0,"a":12345678901234567890,"c":{"_d":-0,"\\u0041":[1e3]}}'))).toBe(
      '{"a":12345678901234567890,"b":1.0,"c":{"A":[1e3],"_d":-0}}',
    );
  });

  it('is an empty object without params and refuses what is not JSON', () => {
    expect(signedParamsText('{"id":"1","method":"m"}')).toBe('{}');
    expect(() => signedParamsText('{"params":[]}')).toThrow(SyntaxError);
    expect(() => signedParamsText(`{"params":${'['.repeat(5000)}`)).toThrow(SyntaxError);
  });
});
