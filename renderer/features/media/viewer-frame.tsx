import { ChevronLeft, ChevronRight, Download, Maximize, Save, X, ZoomIn, ZoomOut } from 'lucide-react';
import { Dialog as Primitive } from 'radix-ui';
import { useRef, useState, type KeyboardEvent, type PointerEvent, type WheelEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/button';
import { IconButton } from '../../ui/icon-button';
import { momentOf } from '../../ui/time';
import { label, sizeWords } from '../chat/content/format';
import { useAttachment } from '../chat/content/use-attachment';
import type { ViewerPicture } from './use-viewer-pictures';
import { fitted, panBy, zoomAt, type Zoom } from './viewer-zoom';

const zoomStep = 1.4;
const panStep = 60;

function Picture(props: {
  readonly source: string;
  readonly alt: string;
  readonly zoom: Zoom;
  readonly onZoom: (change: (zoom: Zoom, place: DOMRect) => Zoom) => void;
}) {
  const { t } = useTranslation();
  const { zoom, onZoom } = props;
  const place = useRef<HTMLDivElement>(null);
  const held = useRef<{ readonly x: number; readonly y: number } | null>(null);
  const [broken, setBroken] = useState(false);
  if (broken) return <p className="viewer__note">{t('content.cannotShow')}</p>;

  const fromMiddle = (event: { readonly clientX: number; readonly clientY: number }, box: DOMRect) => ({
    x: event.clientX - box.left - box.width / 2,
    y: event.clientY - box.top - box.height / 2,
  });
  const onWheel = (event: WheelEvent): void => {
    const factor = Math.exp(-Math.sign(event.deltaY) * Math.min(0.4, Math.abs(event.deltaY) / 300));
    onZoom((now, box) => zoomAt(now, factor, fromMiddle(event, box), box));
  };
  const onPointerMove = (event: PointerEvent): void => {
    if (held.current === null) return;
    const by = { x: event.clientX - held.current.x, y: event.clientY - held.current.y };
    held.current = { x: event.clientX, y: event.clientY };
    onZoom((now, box) => panBy(now, by, box));
  };
  return (
    <div
      ref={place}
      className="viewer__place"
      data-zoomed={zoom.scale > 1}
      onWheel={onWheel}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        held.current = { x: event.clientX, y: event.clientY };
      }}
      onPointerMove={onPointerMove}
      onPointerUp={() => {
        held.current = null;
      }}
      onDoubleClick={(event) =>
        onZoom((now, box) => (now.scale > 1 ? fitted : zoomAt(now, 2.5, fromMiddle(event, box), box)))
      }
    >
      <img
        className="viewer__picture"
        src={props.source}
        alt={props.alt}
        decoding="async"
        draggable={false}
        style={{ transform: `translate(${zoom.x}px, ${zoom.y}px) scale(${zoom.scale})` }}
        onError={() => setBroken(true)}
      />
    </div>
  );
}

function NotHere(props: { readonly account: string; readonly picture: ViewerPicture }) {
  const { t, i18n } = useTranslation();
  const { message, attachment } = props.picture;
  const { busy, download } = useAttachment(props.account, message, attachment);
  const gone = attachment.state === 'gone';
  return (
    <div className="viewer__place viewer__not-here">
      {attachment.thumbnail !== null && <img src={attachment.thumbnail} alt="" draggable={false} />}
      <p className="viewer__note">{gone ? t('content.gone') : t('viewer.notHere')}</p>
      {!gone && (
        <Button busy={busy || attachment.state === 'loading'} onClick={() => void download()}>
          <Download size={16} aria-hidden />
          {t('content.downloadSize', { size: sizeWords(i18n.language, attachment.size) })}
        </Button>
      )}
    </div>
  );
}

/** One picture with everything around it. Mounted anew for each. */
export function ViewerFrame(props: {
  readonly account: string;
  readonly picture: ViewerPicture;
  readonly at: number;
  readonly total: number;
  /** More may come before the first. */
  readonly open: boolean;
  readonly onGo: (step: 1 | -1) => void;
  readonly onClose: () => void;
}) {
  const { t, i18n } = useTranslation();
  const { account, picture, onGo, onClose, at, total } = props;
  const { message, attachment } = picture;
  const [zoom, setZoom] = useState<Zoom>(fitted);
  const frame = useRef<HTMLDivElement>(null);
  const { save, busy } = useAttachment(account, message, attachment);
  const name = label(attachment.name, 120);
  const { content } = message;
  const alt = content.kind === 'media' && content.alt !== '' ? label(content.alt, 500) : name;

  const change = (by: (zoom: Zoom, place: DOMRect) => Zoom): void => {
    const place = frame.current?.querySelector('.viewer__place')?.getBoundingClientRect();
    if (place !== undefined) setZoom((now) => by(now, place));
  };
  const scale = (factor: number): void => change((now, place) => zoomAt(now, factor, { x: 0, y: 0 }, place));
  const pan = (x: number, y: number): void => change((now, place) => panBy(now, { x, y }, place));
  const onKeyDown = (key: KeyboardEvent): void => {
    if (key.ctrlKey || key.metaKey || key.altKey) return;
    const zoomed = zoom.scale > 1;
    if (key.key === 'ArrowLeft' && zoomed) pan(panStep, 0);
    else if (key.key === 'ArrowLeft') onGo(-1);
    else if (key.key === 'ArrowRight' && zoomed) pan(-panStep, 0);
    else if (key.key === 'ArrowRight') onGo(1);
    else if (key.key === 'ArrowUp') pan(0, panStep);
    else if (key.key === 'ArrowDown') pan(0, -panStep);
    else if (key.key === '+' || key.key === '=') scale(zoomStep);
    else if (key.key === '-') scale(1 / zoomStep);
    else if (key.key === '0') setZoom(fitted);
    else if (key.key.toLowerCase() === 's') save();
    else return;
    key.preventDefault();
  };

  return (
    <Primitive.Root open onOpenChange={(open) => !open && onClose()}>
      <Primitive.Portal>
        <div className="viewer__backdrop" />
        <Primitive.Content
          ref={frame}
          className="viewer"
          aria-describedby={undefined}
          onKeyDown={onKeyDown}
          onOpenAutoFocus={(opening) => {
            opening.preventDefault();
            frame.current?.focus();
          }}
          data-testid="viewer"
        >
          <Primitive.Title className="visually-hidden">{t('viewer.title')}</Primitive.Title>
          <div className="viewer__bar">
            <div className="viewer__facts">
              <span className="ellipsis isolate" dir="auto">
                {name}
              </span>
              <span className="viewer__meta tabular">
                {momentOf(i18n.language, message.sortAt)} · {sizeWords(i18n.language, attachment.size)} ·{' '}
                {t('viewer.position', { at, total: props.open ? `${total}+` : total })}
              </span>
            </div>
            <IconButton
              label={t('viewer.zoomOut')}
              disabled={zoom.scale <= 1}
              onClick={() => scale(1 / zoomStep)}
            >
              <ZoomOut size={18} aria-hidden />
            </IconButton>
            <IconButton label={t('viewer.zoomIn')} onClick={() => scale(zoomStep)}>
              <ZoomIn size={18} aria-hidden />
            </IconButton>
            <IconButton label={t('viewer.fit')} disabled={zoom.scale <= 1} onClick={() => setZoom(fitted)}>
              <Maximize size={18} aria-hidden />
            </IconButton>
            <IconButton
              label={t('content.saveAs')}
              disabled={busy || attachment.state === 'gone'}
              onClick={save}
            >
              <Save size={18} aria-hidden />
            </IconButton>
            <Primitive.Close asChild>
              <IconButton label={t('common.close')}>
                <X size={20} aria-hidden />
              </IconButton>
            </Primitive.Close>
          </div>
          {attachment.media === null ? (
            <NotHere account={account} picture={picture} />
          ) : (
            <Picture source={attachment.media} alt={alt} zoom={zoom} onZoom={change} />
          )}
          <span className="viewer__side" data-side="left">
            <IconButton label={t('viewer.previous')} disabled={at <= 1} onClick={() => onGo(-1)}>
              <ChevronLeft size={24} aria-hidden />
            </IconButton>
          </span>
          <span className="viewer__side" data-side="right">
            <IconButton label={t('viewer.next')} disabled={at >= total} onClick={() => onGo(1)}>
              <ChevronRight size={24} aria-hidden />
            </IconButton>
          </span>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
