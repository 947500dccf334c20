import { ActionCard } from './action-card';
import { BundleContent, LinkContent, LocationContent, PersonContent } from './cards';
import { MediaContent } from './media-content';
import type { ContentProps } from './parts';
import { DataContent, ThoughtContent } from './plain-contents';
import { PollCard } from './poll-card';
import { StreamContent } from './stream-content';
import './cards.css';
import './media.css';
import './answers.css';

/** Everything a bubble can show besides words. Loaded when the window has time, before a conversation needs it. */
export function RichContent(props: ContentProps) {
  const { content } = props.message;
  switch (content.kind) {
    case 'media':
      return <MediaContent {...props} content={content} />;
    case 'location':
      return <LocationContent {...props} content={content} />;
    case 'link':
      return <LinkContent {...props} content={content} />;
    case 'person':
      return <PersonContent {...props} content={content} />;
    case 'bundle':
      return <BundleContent {...props} content={content} />;
    case 'actions':
      return <ActionCard {...props} content={content} />;
    case 'poll':
      return <PollCard {...props} content={content} />;
    case 'thought':
      return <ThoughtContent {...props} content={content} />;
    case 'stream':
      return <StreamContent {...props} content={content} />;
    case 'data':
      return <DataContent {...props} content={content} />;
    default:
      return null;
  }
}
