import { CircleStop, LockKeyholeOpen, RotateCw } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStream, useStreamsStore, type StreamPhase } from '../../../stores/streams-store';
import type { ContentProps, Of } from './parts';

const LiveMarkdown = lazy(async () => ({
  default: (await import('../../../ui/markdown/markdown-message')).LiveMarkdown,
}));

function noteOf(state: StreamPhase) {
  const notes = {
    live: 'content.streamLive',
    waiting: 'content.streamWaiting',
    ended: 'content.streamEnded',
    failed: 'content.streamFailed',
    stopped: 'content.streamStopped',
  } as const satisfies Record<StreamPhase, string>;
  return notes[state];
}

/**
 * A reply while it is being written. It is read along while this is on the screen; the encrypted message with the final
 * text takes its place afterwards.
 */
export function StreamContent({
  account,
  message,
  content,
}: ContentProps & { readonly content: Of<'stream'> }) {
  const { t } = useTranslation();
  const stream = useStream(account, message.id);
  const { id, own } = message;
  const [whole, setWhole] = useState(false);
  const finished = message.finalId !== null;
  useEffect(() => {
    if (finished) return;
    useStreamsStore.getState().hold(account, id);
    return () => useStreamsStore.getState().release(account, id);
  }, [account, id, finished]);

  const state = stream?.state ?? 'waiting';
  const text = stream?.text ?? '';
  const running = state === 'live' || state === 'waiting';
  return (
    <div className="stream" data-state={state} data-testid="stream">
      {text === '' ? (
        <p className="message-note" dir="auto">
          {running ? <span className="stream__caret" aria-hidden="true" /> : content.text}
          {running && <span className="visually-hidden">{t('content.stream')}</span>}
        </p>
      ) : (
        <Suspense fallback={<div className="message-text">{text.slice(-2000)}</div>}>
          <LiveMarkdown text={text} live={running} whole={whole} onWhole={() => setWhole(true)} />
        </Suspense>
      )}
      <div className="stream__foot">
        <span className="stream__note">
          <LockKeyholeOpen size={12} aria-hidden />
          {running && text === '' ? t('content.streamLive') : t(noteOf(state))}
        </span>
        {running && !own && (
          <button
            type="button"
            className="text-button"
            onClick={() => useStreamsStore.getState().halt(account, id)}
            data-testid="stream-stop"
          >
            <CircleStop size={13} aria-hidden />
            {t('content.streamStop')}
          </button>
        )}
        {(state === 'stopped' || state === 'failed') && !finished && (
          <button
            type="button"
            className="text-button"
            onClick={() => useStreamsStore.getState().resume(account, id)}
            data-testid="stream-resume"
          >
            <RotateCw size={13} aria-hidden />
            {t('content.streamResume')}
          </button>
        )}
      </div>
    </div>
  );
}
