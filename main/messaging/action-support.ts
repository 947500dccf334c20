import type { Message, MessageContent } from '../../shared/model/message';
import type { Attachments } from '../ports/attachments';
import type { GroupCourier } from '../ports/groups';
import type { RpcCaller } from '../ports/session';
import type { AccountStore, StoreChange } from '../ports/store';
import { AunError } from '../runtime/errors';
import type { Outbox } from './outbox';

/** What acting on messages needs of its account. */
export interface ActionDependencies {
  /** Own AID. */
  readonly aid: string;
  readonly store: Pick<
    AccountStore,
    | 'attachmentsOf'
    | 'conversation'
    | 'deleteMessages'
    | 'draftAttachments'
    | 'findRequest'
    | 'message'
    | 'payload'
    | 'profile'
    | 'recall'
    | 'setCard'
    | 'setQuarantined'
  >;
  readonly outbox: Pick<Outbox, 'sendPayload' | 'cancel'>;
  readonly rpc: RpcCaller;
  /** Takes back what went into groups. */
  readonly courier: Pick<GroupCourier, 'recall'>;
  readonly attachments: Pick<Attachments, 'copy' | 'discard' | 'download' | 'withdraw'>;
  /** Our clock corrected by the gateway's, Unix ms. */
  readonly now: () => number;
  /** Tells what changed, after it is on disk; it also deletes the files a change names. */
  readonly publish: (change: StoreChange) => void;
}

/** @throws AunError `unknown_message` */
export async function requireMessage(store: ActionDependencies['store'], id: number): Promise<Message> {
  const message = await store.message(id);
  if (message === null) throw new AunError('unknown_message', 'there is no such message');
  return message;
}

/** A message whose content is of a kind. @throws AunError `unknown_message`, `invalid_request` */
export async function requireKind<Kind extends MessageContent['kind']>(
  store: ActionDependencies['store'],
  id: number,
  kind: Kind,
): Promise<{ message: Message; content: Extract<MessageContent, { kind: Kind }> }> {
  const message = await requireMessage(store, id);
  const { content } = message;
  if (!isKind(content, kind))
    throw new AunError('invalid_request', `the message is a ${content.kind}, no ${kind}`);
  return { message, content };
}

function isKind<Kind extends MessageContent['kind']>(
  content: MessageContent,
  kind: Kind,
): content is Extract<MessageContent, { kind: Kind }> {
  return content.kind === kind;
}

/** Nothing is written to somebody who is blocked. @throws AunError `conversation_blocked` */
export async function refuseBlocked(store: ActionDependencies['store'], conversation: string): Promise<void> {
  if ((await store.conversation(conversation))?.standing === 'blocked')
    throw new AunError('conversation_blocked', 'this address is blocked');
}
