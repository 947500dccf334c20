import { useTranslation } from 'react-i18next';
import { isGroupId } from '../../../shared/aun/group-id';
import { useAccount } from '../../stores/accounts-store';
import { useConversation } from '../../stores/conversations-store';
import { showMessage } from '../../stores/navigation';
import type { SearchHit } from '../../stores/search-store';
import type { TintStyle } from '../../ui/avatar';
import { listTime } from '../../ui/time';
import { useNow } from '../../ui/use-now';
import { ConversationPicture } from '../chat/conversation-picture';
import { KindWords } from '../contacts/kind-words';
import { previewOf, previewWords } from '../chat/conversation-words';
import { useTitle } from '../chat/use-sender';
import { Highlight } from './highlight';

/** One message that was found. Hits of another identity say whose they are. */
export function SearchHitRow(props: {
  readonly hit: SearchHit;
  readonly index: number;
  readonly active: boolean;
  readonly account: string;
}) {
  const { t, i18n } = useTranslation();
  const { hit } = props;
  const now = useNow(60_000);
  const owner = useAccount(hit.account);
  const style: TintStyle = { '--hue': owner?.hue ?? 0 };
  const isGroup = isGroupId(hit.message.conversation);
  const sender = useTitle(hit.account, isGroup && !hit.message.own ? hit.message.sender : null);
  const self = hit.message.conversation === hit.account;
  const conversation = useConversation(hit.account, hit.message.conversation);
  const preview = previewOf(hit.message.content);
  const title = self ? t('list.notesToSelf') : hit.title;
  return (
    <div role="listitem">
      <button
        type="button"
        className="search-hit"
        style={style}
        data-row={props.index}
        data-testid="search-hit"
        tabIndex={props.active ? 0 : -1}
        onClick={() => showMessage(hit.account, hit.message.conversation, hit.message.id)}
      >
        <span className="search-hit__line">
          <ConversationPicture
            conversation={
              conversation ?? {
                conversation: hit.message.conversation,
                kind: self ? 'self' : isGroup ? 'group' : 'direct',
                peerKind: 'unknown',
                group: null,
              }
            }
            title={title}
            size={20}
          />
          <span className="search-hit__title ellipsis isolate" dir="auto">
            {title}
            {!self && !isGroup && <KindWords kind="direct" peerKind={conversation?.peerKind ?? 'unknown'} />}
          </span>
          <span className="search-hit__time tabular">
            {listTime(i18n.language, hit.message.sortAt, now, t('chat.yesterday'))}
          </span>
        </span>
        <span className="search-hit__excerpt" dir="auto">
          {sender !== '' && <span className="search-hit__own">{sender}: </span>}
          {hit.message.own && <span className="search-hit__own">{t('common.you')}: </span>}
          {hit.excerpt === '' ? (
            previewWords(t, preview.kind, preview.text)
          ) : (
            <>
              {preview.kind !== 'text' && (
                <span className="search-hit__kind">{previewWords(t, preview.kind, '')}</span>
              )}
              <Highlight text={hit.excerpt} ranges={hit.ranges} />
            </>
          )}
        </span>
        {hit.account !== props.account && (
          <span className="search-hit__account ellipsis">
            <span className="search-hit__ring" />
            {hit.account}
          </span>
        )}
      </button>
    </div>
  );
}
