import type { Conversation } from '../../../shared/model/conversation';
import { Avatar } from '../../ui/avatar';
import { hueOf } from '../../ui/avatar-text';
import { GroupAvatar } from '../../ui/group-avatar';

/** The picture of a conversation, whatever it is with. */
export function ConversationPicture(props: {
  readonly conversation: Pick<Conversation, 'conversation' | 'kind' | 'peerKind' | 'group'>;
  readonly title: string;
  readonly size: number;
}) {
  const { conversation, title, size } = props;
  const { conversation: id, kind, group } = conversation;
  if (kind === 'group')
    return <GroupAvatar group={id} name={title} picture={group?.picture ?? null} size={size} />;
  return (
    <Avatar
      name={title}
      hue={hueOf(id)}
      kind={kind === 'self' ? 'self' : conversation.peerKind}
      size={size}
    />
  );
}
