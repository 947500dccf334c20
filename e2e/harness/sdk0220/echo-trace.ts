import { isDict } from './json';

/**
 * The trace line the SDK adds to plaintext whose first line contains "echo" (protocol/04 §7.5). Returns the payload
 * itself when nothing is to be added.
 */
export function echoTrace(
  payload: unknown,
  stage: 'send' | 'receive',
  aid: string,
  nowMs: number,
  uptimeSeconds: number,
): unknown {
  if (!isDict(payload) || typeof payload['text'] !== 'string' || payload['text'].length > 4096)
    return payload;
  const firstLine = payload['text'].split('\n')[0] ?? '';
  if (!firstLine.toLowerCase().includes('echo')) return payload;
  const clock = new Date(nowMs).toISOString().slice(11, 23);
  const line = `\n${clock} [AUN-SDK.${stage}] aid=${aid} conn_uptime=${String(uptimeSeconds)}s`;
  return { ...payload, text: payload['text'] + line };
}
