/** Why a recording could not be made. */
export type RecordingTrouble = 'denied' | 'missing' | 'failed';

/** A microphone that is open. It is closed by exactly one of `finish` and `discard`. */
export interface Recording {
  /** Loudness of now, 0 to 1. */
  level(): number;
  /** Stops and hands over what was recorded. */
  finish(): Promise<File>;
  discard(): void;
}

const types = ['audio/webm;codecs=opus', 'audio/ogg;codecs=opus', 'audio/webm'] as const;
/** Enough for speech, in bits per second. */
const bitsPerSecond = 32_000;

/** What a refused microphone means. */
export function troubleOf(reason: unknown): RecordingTrouble {
  const name = reason instanceof Error || reason instanceof DOMException ? reason.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'missing' : 'failed';
}

function meter(stream: MediaStream): { readonly level: () => number; readonly close: () => void } {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 512;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Uint8Array(analyser.fftSize);
  const level = (): number => {
    analyser.getByteTimeDomainData(samples);
    const power = samples.reduce((sum, sample) => sum + ((sample - 128) / 128) ** 2, 0) / samples.length;
    return Math.min(1, Math.sqrt(power) * 3);
  };
  return { level, close: () => void context.close().catch(() => undefined) };
}

/**
 * Opens the microphone and records (Opus). The microphone is closed again with the recording, whatever becomes of it.
 * @throws DOMException where it is refused or missing; see {@link troubleOf}
 */
export async function startRecording(): Promise<Recording> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const type = types.find((candidate) => MediaRecorder.isTypeSupported(candidate)) ?? '';
  const pieces: Blob[] = [];
  const recorder = new MediaRecorder(stream, {
    audioBitsPerSecond: bitsPerSecond,
    ...(type === '' ? {} : { mimeType: type }),
  });
  const { level, close } = meter(stream);
  const closeMicrophone = (): void => {
    for (const track of stream.getTracks()) track.stop();
    close();
  };
  recorder.addEventListener('dataavailable', (data) => pieces.push(data.data));
  recorder.start(1000);
  return {
    level,
    finish: () =>
      new Promise((resolve) => {
        const pack = (): void => {
          closeMicrophone();
          const plain = (recorder.mimeType || 'audio/webm').split(';')[0] ?? 'audio/webm';
          const ending = plain === 'audio/ogg' ? 'ogg' : 'webm';
          resolve(new File(pieces, `voice.${ending}`, { type: plain }));
        };
        recorder.addEventListener('stop', pack);
        // The microphone was pulled out: the recorder has stopped by itself.
        if (recorder.state === 'inactive') pack();
        else recorder.stop();
      }),
    discard: () => {
      if (recorder.state !== 'inactive') recorder.stop();
      closeMicrophone();
    },
  };
}
