import { useTranslation } from 'react-i18next';
import type { Conversation } from '../../../shared/model/conversation';

/** The same for screen readers that the shape of a picture says to the eye. */
export function KindWords(props: Pick<Conversation, 'kind' | 'peerKind'>) {
  const { t } = useTranslation();
  if (props.kind === 'self' || props.peerKind === 'human') return null;
  return (
    <span className="visually-hidden">
      {props.peerKind === 'agent' ? t('kind.spokenAgent') : t('kind.spokenUnknown')}
    </span>
  );
}
