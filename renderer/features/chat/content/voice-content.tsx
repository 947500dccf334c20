import { AudioLines, Download, Pause, Play, X } from 'lucide-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Attachment } from '../../../../shared/model/attachment';
import { FileRows } from './file-rows';
import { durationWords, sizeWords } from './format';
import type { ContentProps, MediaContent } from './parts';
import { ProgressRing } from './progress-ring';
import { useAttachment } from './use-attachment';

const speeds = [1, 1.5, 2] as const;

/** Only one voice speaks at a time. */
let speaking: HTMLAudioElement | null = null;

function nextSpeed(speed: number): number {
  return speeds[(speeds.findIndex((known) => known === speed) + 1) % speeds.length] ?? 1;
}

/** A voice that is stopped before it sounds (another one began, or a second click came) is not broken. */
function unlessStopped(onBroken: () => void): (reason: unknown) => void {
  return (reason) => {
    if (!(reason instanceof DOMException && reason.name === 'AbortError')) onBroken();
  };
}

function Player(props: {
  readonly source: string;
  readonly claimed: number | null;
  /** It was fetched because somebody wanted to hear it. */
  readonly playNow: boolean;
  readonly onBroken: () => void;
}) {
  const { t, i18n } = useTranslation();
  const audio = useRef<HTMLAudioElement>(null);
  const [playing, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [length, setLength] = useState<number | null>(null);
  const [speed, setSpeed] = useState(1);
  const total = length ?? (props.claimed === null ? 0 : props.claimed / 1000);
  const { playNow, onBroken } = props;

  useEffect(() => {
    const element = audio.current;
    if (playNow) element?.play().catch(unlessStopped(onBroken));
    return () => {
      element?.pause();
      if (speaking === element) speaking = null;
    };
  }, [playNow, onBroken]);

  const toggle = (): void => {
    const element = audio.current;
    if (element === null) return;
    if (playing) element.pause();
    else element.play().catch(unlessStopped(onBroken));
  };
  const seek = (seconds: number): void => {
    setAt(seconds);
    if (audio.current !== null) audio.current.currentTime = seconds;
  };
  const speedWords = new Intl.NumberFormat(i18n.language).format(speed) + '×';
  const [now, end] = [durationWords(at * 1000), durationWords(total * 1000)];
  return (
    <div className="voice">
      <audio
        ref={audio}
        src={props.source}
        preload="metadata"
        onPlay={(event) => {
          if (speaking !== event.currentTarget) speaking?.pause();
          speaking = event.currentTarget;
          event.currentTarget.playbackRate = speed;
          setPlaying(true);
        }}
        onPause={() => setPlaying(false)}
        onEnded={() => seek(0)}
        onTimeUpdate={(event) => setAt(event.currentTarget.currentTime)}
        onDurationChange={(event) => {
          const { duration } = event.currentTarget;
          if (Number.isFinite(duration)) setLength(duration);
        }}
        onError={onBroken}
      />
      <button
        type="button"
        className="voice__button"
        onClick={toggle}
        aria-label={playing ? t('content.pause') : t('content.play')}
        data-testid="voice-play"
      >
        {playing ? <Pause size={18} aria-hidden /> : <Play size={18} aria-hidden />}
      </button>
      <input
        type="range"
        className="voice__position"
        min={0}
        max={Math.max(total, 0.1)}
        step={0.1}
        value={Math.min(at, total)}
        onChange={(event) => seek(Number(event.currentTarget.value))}
        onKeyDown={(event) => {
          // Arrows belong to the voice here, in steps one can hear.
          const step = { ArrowLeft: -5, ArrowDown: -5, ArrowRight: 5, ArrowUp: 5 }[event.key];
          if (step === undefined) return;
          event.preventDefault();
          seek(Math.min(total, Math.max(0, at + step)));
        }}
        aria-label={t('content.position')}
        aria-valuetext={t('content.positionOf', { at: now, total: end })}
      />
      <span className="voice__time tabular">{playing || at > 0 ? now : end}</span>
      <button
        type="button"
        className="voice__speed tabular"
        aria-label={t('content.speed', { speed: speedWords })}
        onClick={() => {
          const next = nextSpeed(speed);
          setSpeed(next);
          if (audio.current !== null) audio.current.playbackRate = next;
        }}
      >
        {speedWords}
      </button>
    </div>
  );
}

function NotHere(props: ContentProps & { readonly attachment: Attachment; readonly onFetched: () => void }) {
  const { t, i18n } = useTranslation();
  const { attachment, message } = props;
  const { fraction, busy, download, cancel } = useAttachment(props.account, message, attachment);
  const { state } = attachment;
  const content = message.content.kind === 'media' ? message.content : null;
  const moving = state === 'loading' || state === 'uploading' || state === 'waiting';
  const percent = Math.round((fraction ?? 0) * 100);
  const size = sizeWords(i18n.language, attachment.size);
  const words = {
    remote: size,
    loading: t('content.downloading', { percent }),
    uploading: t('content.uploading', { percent }),
    waiting: t('content.uploadWaiting'),
    gone: t('content.gone'),
    failed: attachment.problem === null ? t('content.downloadFailed') : t(`errors.${attachment.problem}`),
    here: '',
  }[state];
  return (
    <div className="voice" data-state={state}>
      <button
        type="button"
        className="voice__button"
        disabled={busy || state === 'gone' || state === 'waiting' || state === 'uploading'}
        aria-label={
          state === 'loading'
            ? t('content.stopDownload', { name: t('content.voice') })
            : t('content.downloadNamed', { name: t('content.voice'), size })
        }
        onClick={() => {
          if (state === 'loading') cancel();
          else
            void download().then((here) => {
              if (here) props.onFetched();
            });
        }}
        data-testid="attachment-download"
      >
        {moving ? (
          <>
            <ProgressRing fraction={fraction} label={words} />
            {state === 'loading' && <X size={14} aria-hidden />}
          </>
        ) : (
          <Download size={18} aria-hidden />
        )}
      </button>
      <AudioLines className="voice__wave" size={20} aria-hidden />
      <span className="voice__words tabular">
        {durationWords(attachment.durationMs ?? content?.durationMs ?? null)} · {words}
      </span>
    </div>
  );
}

/** A voice message: play, seek, speed, and the words where the sender wrote them down. */
export function VoiceContent(props: ContentProps & { readonly content: MediaContent }) {
  const { t } = useTranslation();
  const { message, content, account } = props;
  const [wanted, setWanted] = useState(false);
  const [broken, setBroken] = useState(false);
  const onBroken = useCallback(() => setBroken(true), []);
  const [voice, ...others] = message.attachments.filter(({ role }) => role === 'main');
  const media = voice?.state === 'here' ? voice.media : null;
  return (
    <>
      {voice !== undefined &&
        (broken || (voice.state === 'here' && media === null) ? (
          <>
            <p className="message-note">{t('content.cannotPlay')}</p>
            <FileRows account={account} message={message} attachments={[voice]} expiresAt={null} />
          </>
        ) : media === null ? (
          <NotHere {...props} attachment={voice} onFetched={() => setWanted(true)} />
        ) : (
          <Player
            source={media}
            claimed={voice.durationMs ?? content.durationMs}
            playNow={wanted}
            onBroken={onBroken}
          />
        ))}
      {content.transcript !== '' && (
        <details className="fold voice__transcript">
          <summary>{t('content.transcript')}</summary>
          <p className="message-text selectable" dir="auto">
            {content.transcript}
          </p>
        </details>
      )}
      {others.length > 0 && (
        <FileRows account={account} message={message} attachments={others} expiresAt={null} />
      )}
    </>
  );
}
