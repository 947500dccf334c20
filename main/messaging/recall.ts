import { z } from 'zod';
import { isGroupId } from '../../shared/aun/group-id';
import type { CommandResult } from '../../shared/bridge/contract';
import type { Message } from '../../shared/model/message';
import { AunError } from '../runtime/errors';
import type { ActionDependencies } from './action-support';

/** What became of messages that were to be taken back. */
export type Recalled = CommandResult<'message.recall'>;
type Refusal = Recalled['refused'][number]['reason'];

/** Most messages of one call (`protocol/04 §3.4`). */
const MAX_IDS = 100;

const resultSchema = z.object({
  success: z.boolean().catch(true),
  recalled: z.number().nullable().catch(null),
  errors: z
    .array(z.object({ message_id: z.string(), error: z.string() }).nullable().catch(null))
    .nullable()
    .catch(null),
});

const REFUSALS: ReadonlyMap<string, Refusal> = new Map([
  ['not_found', 'not_found'],
  ['not_sender', 'not_own'],
  ['already_recalled', 'already_recalled'],
  ['expired', 'too_late'],
]);

/**
 * Takes own messages back (`protocol/04 §3.4`): what waits just does not leave, the rest is asked of the gateway, which alone
 * says what is too late. Recalled ones are blanked here and their files deleted from the storage server.
 * @throws AunError gateway errors, such as `connection_closed`; what waited is out of the outbox then all the same
 */
export async function recall(deps: ActionDependencies, ids: readonly number[]): Promise<Recalled> {
  const recalled: number[] = [];
  const refused: Recalled['refused'] = [];
  const left: Message[] = [];
  for (const id of new Set(ids)) {
    const message = await deps.store.message(id);
    const reason = message === null ? 'not_found' : refusalOf(message);
    if (reason !== null) refused.push({ id, reason });
    else if (message !== null && (await takeOut(deps, message))) recalled.push(id);
    else if (message !== null) left.push(message);
  }
  for (const { group, messages: part } of partsOf(left)) {
    const refusals = group === null ? await ask(deps, part) : await askGroup(deps, group, part);
    const gone = part.filter(
      (message) => (refusals.get(message.messageId) ?? 'already_recalled') === 'already_recalled',
    );
    // The references to the files go with the message.
    for (const message of gone) await deps.attachments.withdraw(message.id);
    if (gone.length > 0)
      deps.publish(
        await deps.store.recall(
          deps.aid,
          gone.map((message) => message.messageId),
          group ?? undefined,
        ),
      );
    for (const message of part) {
      const reason = refusals.get(message.messageId);
      if (reason === undefined) recalled.push(message.id);
      else refused.push({ id: message.id, reason });
    }
  }
  return { recalled, refused };
}

/** Messages that one call takes back: at most {@link MAX_IDS}, those of each group by themselves. */
function partsOf(messages: readonly Message[]): { group: string | null; messages: Message[] }[] {
  const byPlace = new Map<string | null, Message[]>();
  for (const message of messages) {
    const place = isGroupId(message.conversation) ? message.conversation : null;
    byPlace.set(place, [...(byPlace.get(place) ?? []), message]);
  }
  return [...byPlace].flatMap(([group, all]) =>
    Array.from({ length: Math.ceil(all.length / MAX_IDS) }, (_part, at) => ({
      group,
      messages: all.slice(at * MAX_IDS, (at + 1) * MAX_IDS),
    })),
  );
}

/** Asks the gateway to take back messages of a group (`protocol/05 §6.5`); the map names what it refused, by message id. */
async function askGroup(
  deps: ActionDependencies,
  group: string,
  messages: readonly Message[],
): Promise<Map<string, Refusal>> {
  const ids = messages.map((message) => message.messageId);
  const { recalled, refused } = await deps.courier.recall(group, ids);
  const refusals = new Map<string, Refusal>();
  for (const { messageId, error } of refused) refusals.set(messageId, REFUSALS.get(error) ?? 'refused');
  const done = new Set(recalled);
  // What a gateway neither took back nor refused it has not taken back.
  for (const id of ids) if (!done.has(id) && !refusals.has(id)) refusals.set(id, 'refused');
  return refusals;
}

function refusalOf(message: Message): Refusal | null {
  if (!message.own) return 'not_own';
  if (message.content.kind === 'recalled') return 'already_recalled';
  return message.content.kind === 'notice' || message.content.kind === 'group_event' ? 'not_own' : null;
}

/** Takes a message that has not left out of the outbox, with its files; false when it has left. */
async function takeOut(deps: ActionDependencies, message: Message): Promise<boolean> {
  if (message.state !== 'queued' && message.state !== 'failed') return false;
  const files = (await deps.store.attachmentsOf(message.id)).filter((record) => record.parent === null);
  try {
    await deps.outbox.cancel(message.id);
  } catch (thrown) {
    // It left between the look and this moment: the gateway is asked.
    if (thrown instanceof AunError && thrown.code === 'unknown_message') return false;
    throw thrown;
  }
  // Cancelling puts the files back beside the draft; whoever takes a message back does not mean to send it again.
  for (const file of files) await deps.attachments.discard(file.id);
  return true;
}

/** Asks the gateway; the map names what it refused, by message id. */
async function ask(deps: ActionDependencies, messages: readonly Message[]): Promise<Map<string, Refusal>> {
  const answer = resultSchema.safeParse(
    await deps.rpc.call('message.recall', { message_ids: messages.map((message) => message.messageId) }),
  );
  if (!answer.success)
    throw new AunError('protocol_error', 'message.recall: the gateway answered something else');
  const refusals = new Map<string, Refusal>();
  for (const error of answer.data.errors ?? []) {
    if (error !== null) refusals.set(error.message_id, REFUSALS.get(error.error) ?? 'refused');
  }
  const unnamed = messages.filter((message) => !refusals.has(message.messageId));
  // A gateway that recalled nothing and names no reason has not done it.
  if (!answer.data.success || answer.data.recalled === 0)
    for (const message of unnamed) refusals.set(message.messageId, 'refused');
  return refusals;
}
