import type { Message, MessageContent } from '../../../../shared/model/message';

/** What every kind of content is drawn from. */
export interface ContentProps {
  readonly account: string;
  /** Name of the sender as this window knows them. */
  readonly name: string;
  readonly message: Message;
}

/** The content of one kind. */
export type Of<Kind extends MessageContent['kind']> = Extract<MessageContent, { kind: Kind }>;
export type MediaContent = Of<'media'>;
