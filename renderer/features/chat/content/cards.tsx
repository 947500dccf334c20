import { Contact, ExternalLink, MapPin, MessagesSquare, Search } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Message } from '../../../../shared/model/message';
import { invoke, toCommandError } from '../../../stores/bridge';
import { useNoticesStore } from '../../../stores/notices-store';
import { useViewStore } from '../../../stores/view-store';
import { Avatar } from '../../../ui/avatar';
import { hueOf } from '../../../ui/avatar-text';
import { useMessageOverlay } from '../message-overlay';
import { label } from './format';
import type { ContentProps, Of } from './parts';

function openOutside(url: string): void {
  invoke('app.openLink', { url }).catch((reason: unknown) =>
    useNoticesStore.getState().showError(toCommandError(reason)),
  );
}

/** Degrees with as many digits as a map needs. */
function degrees(value: number): string {
  return value.toFixed(5);
}

/** The small picture of a card, only where it is on this disk already: nothing is fetched to draw it. */
function CardPicture(props: { readonly message: Message }) {
  const [broken, setBroken] = useState(false);
  const picture = props.message.attachments.find(({ role }) => role === 'picture');
  const source = picture?.thumbnail ?? picture?.media ?? null;
  if (source === null || broken) return null;
  return (
    <img className="card__picture" src={source} alt="" draggable={false} onError={() => setBroken(true)} />
  );
}

function Card(props: {
  readonly icon: ReactNode;
  readonly title: string;
  readonly lines: readonly string[];
  readonly testId: string;
  readonly children?: ReactNode;
}) {
  return (
    <div className="card" data-testid={props.testId}>
      <div className="card__head">
        <span className="card__icon">{props.icon}</span>
        <div className="card__facts">
          <p className="card__title" dir="auto">
            {props.title}
          </p>
          {props.lines
            .filter((line) => line !== '')
            .map((line, index) => (
              <p key={index} className="card__line" dir="auto">
                {line}
              </p>
            ))}
        </div>
      </div>
      {props.children}
    </div>
  );
}

/** A place: its name and numbers. No map is fetched; a click opens one outside, after the usual question. */
export function LocationContent({ content }: ContentProps & { readonly content: Of<'location'> }) {
  const { t, i18n } = useTranslation();
  const [latitude, longitude] = [degrees(content.latitude), degrees(content.longitude)];
  const place = `${latitude}, ${longitude}`;
  const name = label(content.name);
  const precise =
    content.precisionMetres === null || !(content.precisionMetres >= 0)
      ? ''
      : t('content.precision', {
          metres: new Intl.NumberFormat(i18n.language).format(Math.round(content.precisionMetres)),
        });
  const url = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
  return (
    <Card
      icon={<MapPin size={20} aria-hidden />}
      title={name === '' ? t('content.location') : name}
      lines={[label(content.address, 300)]}
      testId="location-card"
    >
      <p className="card__numbers tabular selectable">
        {[place, precise].filter((part) => part !== '').join(' · ')}
      </p>
      <button type="button" className="card__button" onClick={() => openOutside(url)}>
        <ExternalLink size={14} aria-hidden />
        {t('content.openMap')}
      </button>
    </Card>
  );
}

/** A link with the words its sender wrote for it; the real host always stands below them. */
export function LinkContent({ content, message }: ContentProps & { readonly content: Of<'link'> }) {
  const { t } = useTranslation();
  const title = label(content.title, 300);
  return (
    <div className="card link-card" data-testid="link-card">
      <CardPicture message={message} />
      {title !== '' && (
        <p className="card__title" dir="auto">
          {title}
        </p>
      )}
      {content.description !== '' && (
        <p className="card__text" dir="auto">
          {label(content.description, 400)}
        </p>
      )}
      <button
        type="button"
        className="card__button link-card__host"
        title={content.url}
        aria-label={t('content.openHost', { host: content.host })}
        onClick={() => openOutside(content.url)}
        data-link={content.url}
        data-testid="link-card-open"
      >
        <ExternalLink size={14} aria-hidden />
        <bdi dir="ltr">{content.host}</bdi>
      </button>
    </div>
  );
}

/** Somebody's card: what it claims, and the address it names. Writing leads through the ordinary lookup. */
export function PersonContent({ content }: ContentProps & { readonly content: Of<'person'> }) {
  const { t } = useTranslation();
  const name = label(content.name, 80);
  const { aid } = content;
  return (
    <div className="card" data-testid="person-message">
      <div className="card__head">
        {aid === null ? (
          <span className="card__icon">
            <Contact size={20} aria-hidden />
          </span>
        ) : (
          <Avatar name={name === '' ? aid : name} hue={hueOf(aid)} kind="unknown" size={40} />
        )}
        <div className="card__facts">
          {aid !== null && (
            <p className="card__title selectable" dir="ltr">
              {aid}
            </p>
          )}
          {name !== '' && (
            <p className="card__line" dir="auto">
              {t('content.claimsToBe', { name })}
            </p>
          )}
        </div>
      </div>
      {aid === null ? (
        <p className="message-note">{t('content.personUnknown')}</p>
      ) : (
        <button
          type="button"
          className="card__button"
          onClick={() => useViewStore.getState().showDialog('person', aid)}
          data-testid="person-message-open"
        >
          <Search size={14} aria-hidden />
          {t('content.personOpen')}
        </button>
      )}
    </div>
  );
}

/** Messages of others that somebody put together: the first lines here, all of them in a dialog. */
export function BundleContent({ content, message }: ContentProps & { readonly content: Of<'bundle'> }) {
  const { t } = useTranslation();
  const count = content.items.length + Math.max(0, content.omitted);
  const title = label(content.title);
  return (
    <div className="card bundle" data-testid="bundle-card">
      <div className="card__head">
        <span className="card__icon">
          <MessagesSquare size={20} aria-hidden />
        </span>
        <div className="card__facts">
          <p className="card__title" dir="auto">
            {title === '' ? t('content.bundle') : title}
          </p>
          <p className="card__line">{t('content.bundleCount', { count })}</p>
        </div>
      </div>
      {content.items.length > 0 ? (
        <ul className="bundle__lines">
          {content.items.slice(0, 3).map((item, index) => (
            <li key={index} className="ellipsis" dir="auto">
              <span className="bundle__sender">{label(item.sender, 60)}</span> {label(item.text, 120)}
            </li>
          ))}
        </ul>
      ) : (
        content.summary !== '' && (
          <p className="card__text" dir="auto">
            {label(content.summary, 400)}
          </p>
        )
      )}
      <button
        type="button"
        className="card__button"
        onClick={() => useMessageOverlay.getState().show({ kind: 'bundle', message })}
        data-testid="bundle-open"
      >
        {t('content.bundleOpen')}
      </button>
    </div>
  );
}
