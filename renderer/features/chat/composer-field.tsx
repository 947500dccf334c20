import { Users } from 'lucide-react';
import {
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  type ClipboardEvent,
  type KeyboardEvent,
  type RefObject,
} from 'react';
import { useTranslation } from 'react-i18next';
import { Avatar } from '../../ui/avatar';
import { hueOf } from '../../ui/avatar-text';
import { sendsMessage } from './composer-keys';
import { fittingMentions, openMention, type Mentionable, type OpenMention } from './composer-mentions';

/** As high as its text, up to a share of the window; beyond that it scrolls. */
function fitToText(element: HTMLTextAreaElement): void {
  element.style.height = 'auto';
  element.style.height = `${Math.min(element.scrollHeight, window.innerHeight * 0.4)}px`;
}

/** Files in a paste; none where the clipboard has words as well: then the words are what is meant. */
function pastedFiles(paste: ClipboardEvent): File[] {
  const { files } = paste.clipboardData;
  return paste.clipboardData.getData('text/plain') === '' ? [...files] : [];
}

/** Where the text is typed: Enter sends, an `@` offers names, files can be pasted. */
export function ComposerField(props: {
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly text: string;
  readonly placeholder: string;
  readonly label: string;
  readonly people: readonly Mentionable[];
  readonly onType: (text: string) => void;
  readonly onSend: () => void;
  /** Escape; true when something was left with it. */
  readonly onLeave: () => boolean;
  readonly onFiles: (files: readonly File[]) => void;
  readonly onBlur: () => void;
}) {
  const { t } = useTranslation();
  const { field, text, people } = props;
  const [mention, setMention] = useState<OpenMention | null>(null);
  const [chosen, setChosen] = useState(0);
  // Where a name was taken or turned down: moving the caret there offers nothing again, typing does.
  const settled = useRef<number | null>(null);
  useLayoutEffect(() => {
    if (field.current !== null) fitToText(field.current);
  }, [field, text]);
  const offers = mention === null ? [] : fittingMentions(people, mention.query);
  const open = offers.length > 0;

  const look = (): void => {
    const element = field.current;
    if (element === null) return;
    const single = element.selectionStart === element.selectionEnd;
    const found = single ? openMention(element.value, element.selectionStart) : null;
    setMention(found === null || found.start === settled.current ? null : found);
    setChosen(0);
  };
  // The one that is chosen stays in sight while arrows walk through many.
  useEffect(() => {
    if (open) document.getElementById(`mention-offer-${chosen}`)?.scrollIntoView({ block: 'nearest' });
  }, [open, chosen]);
  const close = (): void => {
    settled.current = mention?.start ?? null;
    setMention(null);
  };
  const pick = (person: Mentionable): void => {
    const element = field.current;
    if (mention === null || element === null) return;
    const end = mention.start + 1 + mention.query.length;
    const before = `${text.slice(0, mention.start)}@${person.name} `;
    props.onType(before + text.slice(end).replace(/^ /, ''));
    close();
    requestAnimationFrame(() => {
      element.focus();
      element.setSelectionRange(before.length, before.length);
    });
  };
  const onOffersKey = (key: KeyboardEvent<HTMLTextAreaElement>): boolean => {
    if (!open || key.nativeEvent.isComposing) return false;
    const step = key.key === 'ArrowDown' ? 1 : key.key === 'ArrowUp' ? -1 : 0;
    const person = offers[chosen];
    if (step !== 0) setChosen((chosen + step + offers.length) % offers.length);
    else if ((key.key === 'Enter' || key.key === 'Tab') && person !== undefined) pick(person);
    else if (key.key === 'Escape') close();
    else return false;
    key.preventDefault();
    return true;
  };
  const onKeyDown = (key: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (onOffersKey(key)) return;
    const { isComposing } = key.nativeEvent;
    if (key.key === 'Escape' && !isComposing && props.onLeave()) {
      key.preventDefault();
      return;
    }
    const { shiftKey, altKey, keyCode } = key;
    if (!sendsMessage({ key: key.key, shiftKey, altKey, isComposing, keyCode })) return;
    key.preventDefault();
    // A held key goes on after the conversation under it has changed: it must not send what stands in the new one.
    if (!key.repeat) props.onSend();
  };

  return (
    <>
      {open && (
        <ul className="menu mention-menu" role="listbox" id="mention-offers" aria-label={t('write.mention')}>
          {offers.map((person, index) => (
            <li
              key={person.aid ?? ''}
              id={`mention-offer-${index}`}
              className="menu__item"
              role="option"
              aria-selected={index === chosen}
              data-highlighted={index === chosen ? '' : undefined}
              data-testid="mention-offer"
              onPointerDown={(down) => {
                down.preventDefault();
                pick(person);
              }}
            >
              {person.aid === null ? (
                <Users className="mention-menu__all" size={18} aria-hidden />
              ) : (
                <Avatar name={person.name} hue={hueOf(person.aid)} kind={person.kind ?? 'human'} size={22} />
              )}
              <span className="ellipsis isolate" dir="auto">
                {person.name}
              </span>
              {person.kind === 'agent' && <span className="conversation-row__tag">{t('list.agent')}</span>}
              <span className="mention-menu__aid ellipsis">{person.aid ?? t('groupMention.all')}</span>
            </li>
          ))}
        </ul>
      )}
      <textarea
        ref={field}
        className="composer__field"
        rows={1}
        dir="auto"
        value={text}
        placeholder={props.placeholder}
        aria-label={props.label}
        aria-describedby="composer-hint"
        aria-autocomplete={people.length > 0 ? 'list' : undefined}
        aria-controls={open ? 'mention-offers' : undefined}
        aria-activedescendant={open ? `mention-offer-${chosen}` : undefined}
        data-testid="composer"
        onChange={(change) => {
          props.onType(change.target.value);
          settled.current = null;
          look();
        }}
        onSelect={look}
        onKeyDown={onKeyDown}
        onBlur={() => {
          setMention(null);
          props.onBlur();
        }}
        onPaste={(paste) => {
          const files = pastedFiles(paste);
          if (files.length === 0) return;
          paste.preventDefault();
          props.onFiles(files);
        }}
      />
    </>
  );
}
