import { readFileSync, writeFileSync } from 'node:fs';
import { dictsOf } from '../harness/sdk0220';
import type { Dict } from '../harness/sdk0220';
import { until } from '../harness/until';
import type { ClockedEngine } from './clocked-engine';

/** The note to self that has a file, if there is one. */
async function noteWithFile(engine: ClockedEngine, account: string): Promise<Dict | undefined> {
  const page = await engine.call('message.page', { account, conversation: account });
  return dictsOf(page['messages']).find((row) => dictsOf(row['attachments']).length > 0);
}

/** Keeps a file in the notes to self; `place` is where it lies before. Resolves when it has left. */
export async function keepFile(
  engine: ClockedEngine,
  account: string,
  place: string,
  bytes: Buffer | string,
): Promise<void> {
  writeFileSync(place, bytes);
  engine.desk.answer(place);
  const { attachments } = await engine.call('attachment.pick', { account, conversation: account });
  await engine.call('message.send', {
    account,
    conversation: account,
    text: '',
    attachments: dictsOf(attachments).map((attachment) => attachment['id']),
    requestId: place,
  });
  await until('the file has left', async () => {
    const state = (await noteWithFile(engine, account))?.['state'];
    return state === 'sent' || state === 'delivered';
  });
}

/** What is in the file of the notes to self, fetched if it is not here and saved to `place`. */
export async function keptFile(engine: ClockedEngine, account: string, place: string): Promise<Buffer> {
  const [attachment] = dictsOf((await noteWithFile(engine, account))?.['attachments']);
  await engine.call('attachment.download', { account, attachment: attachment?.['id'] });
  engine.desk.answer(place);
  await engine.call('attachment.save', { account, attachment: attachment?.['id'] });
  return readFileSync(place);
}
