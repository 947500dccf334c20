import { writeSync } from 'node:fs';
import type { MessageContent } from '../../shared/model/message';
import { noLinks } from '../ports/store';
import { silentLogger } from '../runtime/logger';
import { event, GROUP, groupRecord } from './group-test-facts';
import { createStoreHost } from './host';

const textContent = (text: string): MessageContent => ({ kind: 'text', text, format: 'plain', mentions: [] });

/** Process that the kill test ends: writes without a pause and reports on stdout what was promised to be on disk. */
async function main(workerPath: string, file: string, keyHex: string): Promise<void> {
  const host = createStoreHost({ workerPath, logger: silentLogger });
  const store = await host.open(file, Buffer.from(keyHex, 'hex'));
  await store.recoverOutbox();
  const peer = 'bob.aun.test';
  let { contiguous } = await store.cursor();
  if ((await store.group(GROUP)) === null) await store.saveGroup(groupRecord());
  for (;;) {
    const records = [1, 2, 3].map((offset) => ({
      seq: contiguous + offset,
      messageId: `in-${contiguous + offset}`,
      sender: peer,
      conversation: peer,
      own: false,
      serverTime: 1_790_000_000_000 + contiguous,
      senderTime: null,
      content: textContent(`inbound ${contiguous + offset}`),
      links: { ...noLinks, searchText: `inbound ${contiguous + offset}` },
      payloadJson: '{}',
      rawJson: null,
      protection: 'e2ee-v1' as const,
      forwardSecret: true,
    }));
    const control = {
      from: peer,
      messageId: `control-${contiguous + 3}`,
      own: false,
      payloadJson: '{}',
      at: 0,
    };
    await store.commitInbound(records, { contiguous: contiguous + 3, acknowledged: contiguous }, [control]);
    contiguous += 3;
    writeSync(1, `in ${contiguous}\n`);
    const place = { contiguous, acknowledged: 0, joined: 0 };
    const spoken = records.map((record) => ({ ...record, conversation: GROUP }));
    await store.commitGroupMessages(GROUP, spoken, place);
    writeSync(1, `group ${contiguous}\n`);
    await store.commitGroupEvents(GROUP, [event(contiguous, 'joined')], place);
    writeSync(1, `event ${contiguous}\n`);
    const change = await store.enqueue({
      conversation: peer,
      messageId: `out-${contiguous}`,
      requestId: `request-${contiguous}`,
      payloadJson: '{}',
      content: textContent(`outbound ${contiguous}`),
      links: { ...noLinks, searchText: `outbound ${contiguous}` },
      attachments: [],
      sortAt: 1_790_000_000_000 + contiguous,
      sender: 'me.aun.test',
    });
    writeSync(1, `queued out-${contiguous}\n`);
    const id = change.messages[0]?.id ?? 0;
    await store.markSending(id);
    await store.markSent(id, {
      serverTime: 1_790_000_000_000 + contiguous,
      seq: contiguous,
      deviceSeqs: null,
      delivered: false,
      forwardSecret: true,
    });
    writeSync(1, `sent out-${contiguous}\n`);
  }
}

const [workerPath = '', file = '', keyHex = ''] = process.argv.slice(2);
main(workerPath, file, keyHex).catch((error: unknown) => {
  writeSync(2, `${String(error)}\n`);
  process.exitCode = 1;
});
