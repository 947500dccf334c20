import { cutText } from '../../shared/aun/agent-md-text';
import type { JsonObject } from '../../shared/aun/canonical-json';
import type { MessageContent } from '../../shared/model/message';
import { noLinks } from '../ports/store';
import type { MessageLinks } from '../ports/store';
import { describeEvent, describeStatus, describeToolCall, describeToolResult } from './payload/activity';
import { readAttachments } from './payload/attachment-claims';
import { describeBundle } from './payload/bundles';
import { describeCard, describeChoice } from './payload/cards';
import { describeCustom, describeJson } from './payload/data';
import type { Described, Describer, PayloadContext } from './payload/described';
import { describeUnknown } from './payload/fallback';
import { isObject, MAX_BODY, optionalId } from './payload/fields';
import { describeFile, describeImage, describeVideo, describeVoice } from './payload/media';
import { readMentions } from './payload/mentions';
import { describeLink, describeLocation, describePerson } from './payload/objects';
import { replyOf } from './payload/reply';
import { describeQuote, describeText, describeThought, plainBubble } from './payload/texts';

export type { PayloadContext } from './payload/described';

/** Payloads that steer programs (`protocol/04 §11.2`, §11.3) or are handled before: kept, never shown, nothing follows from them. */
const CONTROL =
  /^(e2ee\.group_key_(distribution|request|response)|peer\.(offer|accept|reject|switch)|meta\.reject(_revoke)?|message\.(recalled|expired))$/;

const control: Describer = (payload) => ({
  content: { kind: 'control', type: typeof payload['type'] === 'string' ? payload['type'] : '' },
  links: { hidden: true },
});

const DESCRIBERS: ReadonlyMap<string, Describer> = new Map([
  ['text', describeText],
  ['quote', describeQuote],
  ['thought', describeThought],
  ['image', describeImage],
  ['video', describeVideo],
  ['voice', describeVoice],
  ['file', describeFile],
  ['location', describeLocation],
  ['link', describeLink],
  ['personal_card', describePerson],
  ['action_card', describeCard],
  ['action_card_reply', describeChoice],
  ['merge', describeBundle],
  ['status', describeStatus],
  ['event', describeEvent],
  ['tool_call', describeToolCall],
  ['tool_result', describeToolResult],
  ['json', describeJson],
  ['custom', describeCustom],
]);

/**
 * What a bubble shows for an application payload and what the message has to do with others (`protocol/04 §9`): every type
 * comes to something, every text and list is bounded, no claim about an identity is believed, and nothing that came without
 * encryption changes another message (`protocol/04 §16`). Never throws, whatever the payload is.
 */
export function describePayload(
  payload: unknown,
  context: PayloadContext,
): { readonly content: MessageContent; readonly links: MessageLinks } {
  if (!isObject(payload)) {
    const described =
      typeof payload === 'string' ? plainBubble(cutText(payload, MAX_BODY)) : describeUnknown({}, context);
    return { content: described.content, links: { ...noLinks, ...described.links } };
  }
  const described = describerOf(payload)?.(payload, context) ?? describeUnknown(payload, context);
  return { content: described.content, links: linksOf(payload, described, context) };
}

function describerOf(payload: JsonObject): Describer | undefined {
  const type = payload['type'];
  if (type === undefined || type === null || type === '') return describeText;
  if (typeof type !== 'string') return undefined;
  return CONTROL.test(type) ? control : DESCRIBERS.get(type);
}

/** Links that every type may have (`protocol/04 §9.1`), and those of this one. */
function linksOf(payload: JsonObject, described: Described, context: PayloadContext): MessageLinks {
  if (described.links?.hidden === true) return { ...noLinks, ...described.links };
  const text = typeof payload['text'] === 'string' ? payload['text'] : '';
  return {
    ...noLinks,
    replyTo: replyOf(payload),
    thread: optionalId.parse(payload['thread_id']),
    mentionsMe:
      context.sender !== context.ownAid &&
      readMentions(payload['mentions'], text, context.ownAid, context.mayNameAll).namesMe,
    attachments: described.links?.attachments ?? readAttachments(payload, context).claims,
    ...described.links,
  };
}
