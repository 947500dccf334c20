import type { CardAction, Message } from '../../shared/model/message';
import { AunError } from '../runtime/errors';
import { refuseBlocked, requireKind } from './action-support';
import type { ActionDependencies } from './action-support';
import { composeChoice } from './compose';
import type { ChosenCard } from './compose';
import { choiceLabel } from './payload/cards';

/** Cards whose answer is being written, at most; older ones are answered by plain texts. */
const MAX_PRESSED = 100;

/** A `compose` button that was pressed: until when (Unix ms) what is written answers the card. */
interface Pressed {
  readonly label: string;
  readonly until: number;
}

/** Pressing buttons of action cards (`protocol/04 §9.3`). What was pressed but not yet written is forgotten at the end. */
export class Cards {
  private readonly pressed = new Map<number, Pressed>();

  constructor(private readonly deps: ActionDependencies) {}

  /**
   * Presses a button. A card is answered once: its answer has one request id, whoever presses how often.
   * @throws AunError `unknown_message`, `invalid_request`, `card_answered` with another button, `card_expired`,
   *   `conversation_blocked`
   */
  async press(id: number, index: number): Promise<Message> {
    const { store } = this.deps;
    const { message, content } = await requireKind(store, id, 'actions');
    const action = content.actions[index];
    if (action === undefined || message.own) throw new AunError('invalid_request', 'there is no such button');
    if (message.card !== null && message.card.state !== 'pending') {
      const { label } = message.card;
      if (label === action.label || label === choiceLabel(action.label, action.value)) return message;
      throw new AunError('card_answered', 'the card was answered already');
    }
    if (content.expiresAt !== null && content.expiresAt <= this.deps.now())
      throw new AunError('card_expired', 'the time for an answer is over');
    if (action.behavior === 'dismiss') {
      this.pressed.delete(id);
      await this.mark(id, 'dismissed', action.label);
    } else {
      await refuseBlocked(store, message.conversation);
      if (action.behavior === 'compose') await this.begin(id, action);
      else await this.reply(message, { messageId: message.messageId, title: content.title }, action);
    }
    return (await requireKind(store, id, 'actions')).message;
  }

  /**
   * The card that a text answers, or null where it is a plain text: the time for the answer is over or another one was
   * given. @throws AunError `unknown_message`, `invalid_request` for a card of another conversation or without such a button
   */
  async answeredBy(conversation: string, id: number): Promise<{ card: ChosenCard; label: string } | null> {
    const { message, content } = await requireKind(this.deps.store, id, 'actions');
    const button = content.actions.find((action) => action.behavior === 'compose');
    if (message.conversation !== conversation || message.own || button === undefined)
      throw new AunError('invalid_request', 'the card is not to be answered here');
    const now = this.deps.now();
    // A window that began to write before this process knew of it presses the button with what it wrote.
    const pressed = this.pressed.get(id) ?? { label: button.label, until: now };
    const expired = content.expiresAt !== null && content.expiresAt <= now;
    if (expired || pressed.until < now || (message.card !== null && message.card.state !== 'pending'))
      return null;
    return { card: { messageId: message.messageId, title: content.title }, label: pressed.label };
  }

  /** The written answer is in the outbox: later texts are plain ones. */
  async written(id: number, label: string): Promise<void> {
    this.pressed.delete(id);
    await this.mark(id, 'completed', label);
  }

  private async begin(id: number, action: CardAction): Promise<void> {
    this.pressed.delete(id);
    for (const oldest of this.pressed.keys()) {
      if (this.pressed.size < MAX_PRESSED) break;
      this.pressed.delete(oldest);
    }
    this.pressed.set(id, { label: action.label, until: this.deps.now() + action.composeTimeoutMs });
    await this.mark(id, 'pending', action.label);
  }

  private async reply(message: Message, card: ChosenCard, action: CardAction): Promise<void> {
    const sent = await this.deps.outbox.sendPayload({
      conversation: message.conversation,
      payload: composeChoice(card, action),
      requestId: `card:${message.id}:${message.messageId}`,
    });
    this.pressed.delete(message.id);
    // Two buttons pressed at once: what was sent first counts.
    const label =
      sent.content.kind === 'choice' ? sent.content.label : choiceLabel(action.label, action.value);
    await this.mark(message.id, 'completed', label);
  }

  private async mark(id: number, state: 'pending' | 'completed' | 'dismissed', label: string): Promise<void> {
    this.deps.publish(await this.deps.store.setCard(id, state, label));
  }
}
