import type { ParsedParams } from '../../shared/bridge/contract';
import type { Message } from '../../shared/model/message';
import { requireMessage } from './action-support';
import type { ActionDependencies } from './action-support';
import { Cards } from './cards';
import { Forwarding } from './forwarding';
import type { Forward } from './forwarding';
import { vote } from './polls';
import { recall } from './recall';
import type { Recalled } from './recall';
import { send, sendObject } from './sending';
import type { NewMessage } from './sending';

export type { ActionDependencies } from './action-support';

/** What a person does with messages. Everything that is sent goes through the durable outbox and leaves encrypted. */
export interface MessageActions {
  /** See {@link send}. */
  send(message: NewMessage): Promise<Message>;
  /** See {@link sendObject}. */
  sendObject(
    conversation: string,
    object: ParsedParams<'message.sendObject'>['object'],
    requestId: string,
  ): Promise<Message>;
  /** See {@link Forwarding.forward}. */
  forward(request: Forward): Promise<Message[]>;
  /** See {@link Cards.press}: a card has one answer, so the request needs no id of its own. */
  answerCard(id: number, action: number, requestId: string): Promise<Message>;
  /** See {@link vote}. */
  vote(id: number, options: readonly string[], requestId: string): Promise<Message>;
  /** See {@link recall}. */
  recall(ids: readonly number[]): Promise<Recalled>;
  /** Deletes messages on this computer only. */
  delete(ids: readonly number[]): Promise<void>;
  /** Notes that drawing a message broke the window, or lets it be drawn again. @throws AunError `unknown_message` */
  quarantine(id: number, quarantined: boolean): Promise<Message>;
}

/** Makes the actions of one account. */
export function createMessageActions(deps: ActionDependencies): MessageActions {
  const cards = new Cards(deps);
  const forwarding = new Forwarding(deps);
  return {
    send: (message) => send(deps, cards, message),
    sendObject: (conversation, object, requestId) => sendObject(deps, conversation, object, requestId),
    forward: (request) => forwarding.forward(request),
    answerCard: (id, action) => cards.press(id, action),
    vote: (id, options, requestId) => vote(deps, id, options, requestId),
    recall: (ids) => recall(deps, ids),
    async delete(ids) {
      deps.publish(await deps.store.deleteMessages(ids));
    },
    async quarantine(id, quarantined) {
      await requireMessage(deps.store, id);
      deps.publish(await deps.store.setQuarantined(id, quarantined));
      return requireMessage(deps.store, id);
    },
  };
}
