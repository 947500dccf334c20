import type { ObjectDialogName } from '../../stores/view-store';
import { LinkDialog } from './link-dialog';
import { PersonCardDialog } from './person-card-dialog';
import { PlaceDialog } from './place-dialog';
import { PollDialog } from './poll-dialog';

/** What is composed in a dialog and sent into a conversation. */
export function ObjectDialogs(props: {
  readonly name: ObjectDialogName;
  readonly account: string;
  readonly conversation: string;
  readonly onClose: () => void;
}) {
  const { name, ...rest } = props;
  switch (name) {
    case 'send-place':
      return <PlaceDialog {...rest} />;
    case 'send-person':
      return <PersonCardDialog {...rest} />;
    case 'send-poll':
      return <PollDialog {...rest} />;
    case 'send-link':
      return <LinkDialog {...rest} />;
  }
}
