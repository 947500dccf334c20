import { z } from 'zod';
import type { MessageContent } from '../../../shared/model/message';
import { readAttachments, readClaim } from './attachment-claims';
import { searchable } from './described';
import type { Describer } from './described';
import { duration, line, moment, passage, pixels, textFormat } from './fields';

type Media = Extract<MessageContent, { kind: 'media' }>['media'];

const mediaSchema = z.object({
  text: passage(),
  format: textFormat,
  alt: line(1_000),
  width: pixels,
  height: pixels,
  duration_ms: duration,
  transcript: passage(),
  expires_at: moment,
});

/** `image`, `video`, `voice` and `file` (`protocol/04 §9.2`): at least one attachment, or the texts are shown instead. */
function describeMedia(media: Media): Describer {
  return (payload, context) => {
    const parsed = mediaSchema.safeParse(payload);
    if (!parsed.success) return null;
    const { text, format, alt, width, height, transcript } = parsed.data;
    const stated = { width, height, durationMs: parsed.data.duration_ms };
    const { claims, any } = readAttachments(payload, context, stated);
    if (!any) return null;
    const poster = media === 'video' ? readClaim(payload['thumbnail'], 'thumbnail', context) : null;
    const attachments = claims.map((claim, index) =>
      index === 0 && claim.thumbnail === null ? { ...claim, thumbnail: poster } : claim,
    );
    return {
      content: {
        kind: 'media',
        media,
        text,
        format,
        alt,
        ...stated,
        transcript,
        expiresAt: parsed.data.expires_at,
      },
      links: {
        attachments,
        searchText: searchable(text, alt, transcript, ...claims.map((claim) => claim.name)),
      },
    };
  };
}

export const describeImage = describeMedia('image');
export const describeVideo = describeMedia('video');
export const describeVoice = describeMedia('voice');
export const describeFile = describeMedia('file');
