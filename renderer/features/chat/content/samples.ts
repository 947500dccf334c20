import type { Attachment } from '../../../../shared/model/attachment';
import type { Message, MessageContent } from '../../../../shared/model/message';
import { sampleMessage } from '../../../stores/samples';

/** An attachment for tests. */
export function sampleAttachment(id: number, more: Partial<Attachment> = {}): Attachment {
  return {
    id,
    role: 'main',
    name: `file-${id}.pdf`,
    type: 'application/pdf',
    size: 1_200_000,
    width: null,
    height: null,
    durationMs: null,
    encrypted: true,
    dangerous: false,
    state: 'remote',
    problem: null,
    media: null,
    thumbnail: null,
    ...more,
  };
}

type Media = Extract<MessageContent, { kind: 'media' }>;

/** A message with pictures, films, voices or files for tests. */
export function sampleMedia(
  media: Media['media'],
  attachments: Attachment[],
  more: Partial<Media> = {},
  message: Partial<Message> = {},
): Message {
  return sampleMessage(1, 0, {
    content: {
      kind: 'media',
      media,
      text: '',
      format: 'plain',
      alt: '',
      width: null,
      height: null,
      durationMs: null,
      transcript: '',
      expiresAt: null,
      ...more,
    },
    attachments,
    ...message,
  });
}
