import { File, Image, Link2, Play } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Message } from '../../../shared/model/message';
import { invoke, toCommandError, type CommandError } from '../../stores/bridge';
import { showMessage } from '../../stores/navigation';
import { Button } from '../../ui/button';
import { EmptyState } from '../../ui/empty-state';
import { Spinner } from '../../ui/spinner';
import { dateOf } from '../../ui/time';
import { picturesOf } from '../media/use-viewer-pictures';
import { label as nameOf, sizeWords } from './content/format';
import { useMessageOverlay } from './message-overlay';

export type FilesTab = 'media' | 'files' | 'links';

interface Listed {
  readonly messages: readonly Message[];
  readonly more: boolean;
  readonly loading: boolean;
  readonly error: CommandError | null;
}

const fresh: Listed = { messages: [], more: false, loading: true, error: null };

/** Messages of one sort, newest first, page by page. */
function useListed(account: string, conversation: string, what: FilesTab) {
  const [listed, setListed] = useState<Listed>(fresh);
  const load = useCallback(
    async (before: number | null) => {
      const place = before === null ? {} : { before };
      try {
        const page = await invoke('attachment.list', { account, conversation, what, ...place });
        setListed((known) => ({
          messages: before === null ? page.messages : [...known.messages, ...page.messages],
          more: page.more,
          loading: false,
          error: null,
        }));
      } catch (reason) {
        setListed((known) => ({ ...known, loading: false, error: toCommandError(reason) }));
      }
    },
    [account, conversation, what],
  );
  useEffect(() => void load(null), [load]);
  const last = listed.messages.at(-1);
  const loadMore = (): void => {
    setListed((known) => ({ ...known, loading: true }));
    void load(last?.id ?? null);
  };
  return { listed, loadMore };
}

const address = /https?:\/\/[^\s<>"'）】》]+/i;

/** The link of a message, and the words beside it. */
function linkOf({ content }: Message): { readonly title: string; readonly url: string } {
  if (content.kind === 'link') return { title: content.title || content.host, url: content.url };
  const text = 'text' in content ? content.text : '';
  return { title: text.split('\n')[0] ?? '', url: address.exec(text)?.[0] ?? '' };
}

/** A picture opens in the viewer; a film leads to its message, where it plays. */
function Tile(props: { readonly message: Message; readonly onOpen: () => void }) {
  const { t, i18n } = useTranslation();
  const { message } = props;
  const [attachment] = message.attachments;
  const viewable = picturesOf(message)[0]?.attachment;
  const date = dateOf(i18n.language, message.sortAt);
  const label =
    viewable === undefined
      ? t('about.showMessage', { date })
      : `${t('content.openImage', { name: nameOf(viewable.name) })} · ${date}`;
  const picture = attachment?.thumbnail ?? null;
  const open = (): void => {
    if (viewable === undefined) props.onOpen();
    else useMessageOverlay.getState().show({ kind: 'viewer', message, attachment: viewable.id });
  };
  const film = message.content.kind === 'media' && message.content.media === 'video';
  return (
    <button
      type="button"
      className="details-tile"
      aria-label={label}
      title={label}
      onClick={open}
      data-testid="details-tile"
    >
      {picture === null ? (
        <Image size={22} strokeWidth={1.5} aria-hidden />
      ) : (
        <img src={picture} alt="" loading="lazy" draggable={false} />
      )}
      {film && (
        <span className="details-tile__film">
          <Play size={14} aria-hidden />
        </span>
      )}
    </button>
  );
}

function Line(props: { readonly message: Message; readonly what: FilesTab; readonly onOpen: () => void }) {
  const { i18n } = useTranslation();
  const { message, what } = props;
  const date = dateOf(i18n.language, message.sortAt);
  const [attachment] = message.attachments;
  const link = what === 'links' ? linkOf(message) : null;
  const title = link?.title ?? attachment?.name ?? '';
  const facts = link === null ? sizeWords(i18n.language, attachment?.size ?? 0) : link.url;
  return (
    <button type="button" className="details-line" onClick={props.onOpen} data-testid="details-line">
      {link === null ? <File size={18} aria-hidden /> : <Link2 size={18} aria-hidden />}
      <span className="details-line__words">
        <span className="ellipsis isolate" dir="auto">
          {title}
        </span>
        <span className="details-line__facts ellipsis tabular">
          {[facts, date].filter((part) => part !== '').join(' · ')}
        </span>
      </span>
    </button>
  );
}

/** Pictures and films, files, or links of a conversation; pictures open, everything else leads to its message. */
export function DetailsFiles(props: {
  readonly account: string;
  readonly conversation: string;
  readonly what: FilesTab;
}) {
  const { t } = useTranslation();
  const { account, conversation, what } = props;
  const { listed, loadMore } = useListed(account, conversation, what);
  const { messages, more, loading, error } = listed;
  const open = (message: Message) => (): void => showMessage(account, conversation, message.id);
  if (error !== null && messages.length === 0)
    return (
      <EmptyState title={t(`errors.${error.code}`)}>
        <Button onClick={loadMore}>{t('common.retry')}</Button>
      </EmptyState>
    );
  if (messages.length === 0) {
    const words = { media: t('about.noMedia'), files: t('about.noFiles'), links: t('about.noLinks') };
    return loading ? <Spinner /> : <p className="details-none">{words[what]}</p>;
  }
  return (
    <>
      {what === 'media' ? (
        <div className="details-tiles">
          {messages.map((message) => (
            <Tile key={message.id} message={message} onOpen={open(message)} />
          ))}
        </div>
      ) : (
        <div className="details-lines">
          {messages.map((message) => (
            <Line key={message.id} message={message} what={what} onOpen={open(message)} />
          ))}
        </div>
      )}
      {more && (
        <Button size="small" busy={loading} onClick={loadMore}>
          {t('about.more')}
        </Button>
      )}
    </>
  );
}
