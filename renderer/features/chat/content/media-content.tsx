import { FileRows, NotEncryptedMark } from './file-rows';
import { ImageContent } from './image-content';
import type { ContentProps, MediaContent as Media } from './parts';
import { TextBody } from './text-body';
import { VideoContent } from './video-content';
import { VoiceContent } from './voice-content';

function Body(props: ContentProps & { readonly content: Media }) {
  const { content, message } = props;
  switch (content.media) {
    case 'image':
      return <ImageContent {...props} />;
    case 'video':
      return <VideoContent {...props} />;
    case 'voice':
      return <VoiceContent {...props} />;
    case 'file':
      return (
        <FileRows
          account={props.account}
          message={message}
          attachments={message.attachments.filter(({ role }) => role === 'main')}
          expiresAt={content.expiresAt}
        />
      );
  }
}

/** Pictures, films, voices and files, with what was written to them. */
export function MediaContent(props: ContentProps & { readonly content: Media }) {
  const { content, message } = props;
  const open = content.media !== 'file' && message.attachments.some(({ encrypted }) => !encrypted);
  return (
    <div className="media" data-media={content.media}>
      <Body {...props} />
      {open && <NotEncryptedMark />}
      {content.text !== '' && (
        <div className="media__caption">
          <TextBody text={content.text} format={content.format} mentions={[]} account={props.account} />
        </div>
      )}
    </div>
  );
}
