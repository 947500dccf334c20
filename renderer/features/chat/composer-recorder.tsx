import { MicOff, SendHorizontal, Trash2, X } from 'lucide-react';
import { useCallback, useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { reportError } from '../../stores/bridge';
import { useDraftFilesStore } from '../../stores/draft-files-store';
import { sendFile } from '../../stores/send-draft';
import { IconButton } from '../../ui/icon-button';
import { Spinner } from '../../ui/spinner';
import { durationWords } from './content/format';
import { startRecording, troubleOf, type Recording, type RecordingTrouble } from './recording';

/** How often the level and the time are drawn, in ms. */
const step = 90;
/** Levels that are drawn. */
const shown = 48;
/** Longest recording, in ms: it is finished then, and waits beside the draft. */
const longest = 3_600_000;
/** Shorter than this (ms) is a slip, not a message, when the conversation is left meanwhile. */
const shortest = 1000;

type Phase = 'asking' | 'recording' | 'packing' | RecordingTrouble;

function Trouble(props: { readonly trouble: RecordingTrouble; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const { trouble } = props;
  const title = {
    denied: t('record.deniedTitle'),
    missing: t('record.missing'),
    failed: t('record.failed'),
  }[trouble];
  return (
    <div className="composer__line recorder" role="alert" data-testid="record-trouble">
      <MicOff className="recorder__off" size={18} aria-hidden />
      <span className="recorder__words">
        {title} {trouble === 'denied' && t('record.deniedText')}
      </span>
      <IconButton label={t('common.dismiss')} side="top" onClick={props.onClose} autoFocus>
        <X size={17} aria-hidden />
      </IconButton>
    </div>
  );
}

/**
 * In place of the field while a voice message is recorded. Sending and discarding close the microphone; so does leaving
 * the conversation, and then what was said waits beside its draft.
 */
export function ComposerRecorder(props: {
  readonly account: string;
  readonly conversation: string;
  readonly onDone: () => void;
}) {
  const { t } = useTranslation();
  const { account, conversation, onDone } = props;
  const [phase, setPhase] = useState<Phase>('asking');
  const [elapsed, setElapsed] = useState(0);
  const [levels, setLevels] = useState<readonly number[]>([]);
  const recording = useRef<Recording | null>(null);
  const since = useRef(0);

  const takeIn = useCallback(
    async (current: Recording): Promise<number | null> => {
      const durationMs = performance.now() - since.current;
      const file = await current.finish();
      const [taken] = await useDraftFilesStore.getState().add(account, conversation, [file], { durationMs });
      return taken?.id ?? null;
    },
    [account, conversation],
  );
  /** What was said waits beside the draft. */
  const keep = useCallback(() => {
    const current = recording.current;
    recording.current = null;
    if (current === null) return;
    if (performance.now() - since.current < shortest) current.discard();
    else takeIn(current).catch(reportError);
  }, [takeIn]);

  useEffect(() => {
    let gone = false;
    startRecording().then(
      (started) => {
        if (gone) {
          started.discard();
          return;
        }
        recording.current = started;
        since.current = performance.now();
        setPhase('recording');
      },
      (reason: unknown) => !gone && setPhase(troubleOf(reason)),
    );
    return () => {
      gone = true;
      keep();
    };
  }, [keep]);

  useEffect(() => {
    if (phase !== 'recording') return;
    const timer = setInterval(() => {
      const level = recording.current?.level() ?? 0;
      const passed = performance.now() - since.current;
      setElapsed(passed);
      setLevels((before) => [...before, level].slice(-shown));
      if (passed < longest) return;
      keep();
      onDone();
    }, step);
    return () => clearInterval(timer);
  }, [phase, keep, onDone]);

  const discard = (): void => {
    recording.current?.discard();
    recording.current = null;
    onDone();
  };
  const send = async (): Promise<void> => {
    const current = recording.current;
    recording.current = null;
    if (current === null) return;
    setPhase('packing');
    const id = await takeIn(current);
    onDone();
    if (id !== null) await sendFile(account, conversation, id);
  };
  const onKeyDown = (key: KeyboardEvent): void => {
    if (key.key !== 'Escape') return;
    key.preventDefault();
    discard();
  };

  if (phase === 'denied' || phase === 'missing' || phase === 'failed')
    return <Trouble trouble={phase} onClose={onDone} />;
  return (
    <div className="composer__line recorder" onKeyDown={onKeyDown} data-testid="recorder" data-phase={phase}>
      <IconButton label={t('record.cancel')} side="top" onClick={discard} data-testid="record-cancel">
        <Trash2 size={18} aria-hidden />
      </IconButton>
      {phase === 'recording' ? <span className="recorder__dot" aria-hidden="true" /> : <Spinner />}
      <span className="recorder__words" role="status">
        {phase === 'asking' && t('record.asking')}
        {phase === 'packing' && t('record.packing')}
        {phase === 'recording' && <span className="visually-hidden">{t('record.recording')}</span>}
      </span>
      {phase === 'recording' && (
        <>
          <svg className="recorder__levels" viewBox={`0 0 ${shown * 4} 24`} aria-hidden="true">
            {levels.map((level, index) => {
              const height = Math.max(2, level * 22);
              return (
                <rect
                  key={index}
                  x={(shown - levels.length + index) * 4}
                  y={12 - height / 2}
                  width={2}
                  height={height}
                  rx={1}
                />
              );
            })}
          </svg>
          <span className="recorder__time tabular" data-testid="record-time">
            {durationWords(elapsed)}
          </span>
        </>
      )}
      <IconButton
        label={t('record.send')}
        side="top"
        className="icon-button composer__send"
        disabled={phase !== 'recording'}
        onClick={() => void send().catch(reportError)}
        data-testid="record-send"
        autoFocus
      >
        <SendHorizontal size={18} aria-hidden />
      </IconButton>
    </div>
  );
}
