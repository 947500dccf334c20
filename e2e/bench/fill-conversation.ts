import { noLinks } from '../../main/ports/store';
import type { InboundRecord } from '../../main/ports/store';
import type { GatewayProcess } from '../harness/gateway-process';
import { makeAccount, openOnlyAccount } from './filled-account';

const BATCH = 500;
const SECOND = 1000;

/** Texts of different lengths, as people write them. */
function textOf(number: number): string {
  const short = `第 ${number} 条：明天上午部署 build ${number}`;
  if (number % 7 !== 0) return short;
  return `${short}. ${'Please review the change before we go on, 谢谢。 '.repeat(1 + (number % 5))}`;
}

function record(number: number, own: string, peer: string, start: number): InboundRecord {
  const mine = number % 3 === 0;
  const text = textOf(number);
  const at = start + number * 20 * SECOND;
  return {
    seq: number,
    messageId: `fill-${number}`,
    sender: mine ? own : peer,
    conversation: peer,
    own: mine,
    serverTime: at,
    senderTime: at,
    content: { kind: 'text', text, format: 'plain', mentions: [] },
    links: { ...noLinks, searchText: text },
    payloadJson: JSON.stringify({ type: 'text', text }),
    rawJson: null,
    protection: 'e2ee-v1',
    forwardSecret: true,
  };
}

/**
 * Makes an identity in a data folder and one conversation with `count` messages, a third of them own, all read; the bridge's
 * commands would take minutes for it.
 */
export async function fillConversation(
  gateway: GatewayProcess,
  dataDir: string,
  name: string,
  peer: string,
  count: number,
): Promise<void> {
  const own = await makeAccount(gateway, dataDir, name, peer);
  const store = await openOnlyAccount(dataDir);
  const start = Date.now() - count * 20 * SECOND;
  for (let from = 1; from <= count; from += BATCH) {
    const numbers = Array.from(
      { length: Math.min(BATCH, count - from + 1) },
      (_unused, index) => from + index,
    );
    await store.commitInbound(
      numbers.map((number) => record(number, own, peer, start)),
      null,
    );
  }
  const { messages } = await store.page(peer, { limit: 1 });
  await store.markRead(peer, messages[0]?.id ?? 0);
  await store.close();
}
