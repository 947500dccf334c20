import { z } from 'zod';
import { cutText } from '../../../shared/aun/agent-md-text';
import { searchable } from './described';
import type { Describer } from './described';
import { entriesOf, id, line, moment, passage, requiredLine, textFormat } from './fields';
import { plainBubble } from './texts';

/** Most buttons of one card. */
const MAX_ACTIONS = 20;
/** Longest label of a button. */
const MAX_LABEL = 80;
/** Longest value that a button sends back. */
const MAX_VALUE = 4_096;
/** How long an answer to a `compose` button may take by default, in ms (`protocol/04 §9.3`). */
const COMPOSE_TIMEOUT_MS = 300_000;

const behaviors: Readonly<Record<string, 'reply' | 'compose' | 'dismiss'>> = {
  compose: 'compose',
  dismiss: 'dismiss',
  free_input: 'compose',
};

const actionSchema = z
  .object({
    label: requiredLine(MAX_LABEL),
    value: z.string().min(1).max(MAX_VALUE).nullable().default(null).catch(null),
    behavior: z.string().default('reply').catch('reply'),
    style: z.enum(['default', 'primary', 'danger']).default('default').catch('default'),
    compose_timeout_ms: z
      .number()
      .min(1_000)
      .max(86_400_000)
      .default(COMPOSE_TIMEOUT_MS)
      .catch(COMPOSE_TIMEOUT_MS),
  })
  .transform((action) => ({
    label: action.label,
    value: action.value ?? action.label,
    behavior: Object.hasOwn(behaviors, action.behavior) ? (behaviors[action.behavior] ?? 'reply') : 'reply',
    style: action.style,
    composeTimeoutMs: Math.round(action.compose_timeout_ms),
  }));

const cardSchema = z.object({
  title: line(),
  text: passage(20_000),
  format: textFormat,
  expires_at: moment,
});

/** `action_card` (`protocol/04 §9.3`): one without a usable button is a text. */
export const describeCard: Describer = (payload) => {
  const parsed = cardSchema.safeParse(payload);
  if (!parsed.success) return null;
  const { title, text, format, expires_at: expiresAt } = parsed.data;
  const actions = entriesOf(payload['actions'], MAX_ACTIONS)
    .map((action) => actionSchema.safeParse(action).data)
    .filter((action) => action !== undefined);
  if (actions.length === 0) {
    const words = searchable(title, text);
    return words === '' ? null : plainBubble(words, format);
  }
  return {
    content: { kind: 'actions', title, text, format, actions, expiresAt },
    links: { searchText: searchable(title, text, ...actions.map((action) => action.label)) },
  };
};

/** A button says one thing and may send another: of its label and of what it sends so much is shown. */
const MAX_SHOWN_LABEL = 40;
const MAX_SHOWN_VALUE = 200;
const sentLine = line(MAX_VALUE);
const shortLine = line(MAX_SHOWN_LABEL);

/** What is shown of a pressed button: its label, and what is really sent where that is something else. */
export function choiceLabel(label: string, value: string): string {
  const sent = sentLine.parse(value).replace(/\s+/g, ' ').trim();
  // Nothing may hide behind an end that is cut off.
  const same = value.length <= MAX_VALUE && sent.toLowerCase() === label.trim().toLowerCase();
  if (label === '' || sent === '' || same) return label;
  const end = value.length > MAX_VALUE || sent.length > MAX_SHOWN_VALUE ? '…' : '';
  return `${shortLine.parse(label)}: ${cutText(sent, MAX_SHOWN_VALUE)}${end}`;
}

const replySchema = z.object({
  card_message_id: id,
  behavior: z.string().default('reply').catch('reply'),
  text: passage(),
  action_label: line(MAX_LABEL),
});

/** `action_card_reply`: counts for the card only where it came encrypted (`protocol/04 §16`). */
export const describeChoice: Describer = (payload, context) => {
  const parsed = replySchema.safeParse(payload);
  if (!parsed.success || typeof payload['text'] !== 'string') return null;
  const { card_message_id: card, behavior, text, action_label: label } = parsed.data;
  const typed = behavior === 'compose';
  return {
    content: { kind: 'choice', card, label: typed ? label : choiceLabel(label, text), text, typed },
    links: {
      searchText: text === label ? label : searchable(label, text),
      refersTo: context.protection === 'none' ? null : { messageId: card, as: 'choice' },
    },
  };
};
