import type { Message } from '../../shared/model/message';
import { AunError } from '../runtime/errors';
import { refuseBlocked, requireKind, requireMessage } from './action-support';
import type { ActionDependencies } from './action-support';
import { composeVote } from './compose';

/**
 * Votes in a poll; none of the options takes the last vote back.
 * @throws AunError `unknown_message`, `invalid_request` for options it does not have or too many of them, `poll_closed`,
 *   `conversation_blocked`
 */
export async function vote(
  deps: ActionDependencies,
  id: number,
  options: readonly string[],
  requestId: string,
): Promise<Message> {
  const { message, content } = await requireKind(deps.store, id, 'poll');
  const chosen = [...new Set(options)];
  const known = new Set(content.options.map((option) => option.id));
  if (!chosen.every((option) => known.has(option))) throw new AunError('invalid_request', 'no such option');
  if (!content.multiple && chosen.length > 1) throw new AunError('invalid_request', 'one option only');
  if (content.expiresAt !== null && content.expiresAt <= deps.now())
    throw new AunError('poll_closed', 'the poll is closed');
  await refuseBlocked(deps.store, message.conversation);
  const payload = composeVote({ messageId: message.messageId, options: content.options }, chosen);
  await deps.outbox.sendPayload({ conversation: message.conversation, payload, requestId });
  return requireMessage(deps.store, id);
}
