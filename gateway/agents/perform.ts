import { z } from 'zod';
import { ATTACHMENT_PIECE_BYTES } from '../../shared/bridge/commands/attachment';
import { attachmentSchema } from '../../shared/model/attachment';
import type { Hands } from './hands';
import type { MadeFile, Step } from './steps';
import { runErrand } from './warden';

const uploadSchema = z.object({ upload: z.string() });
const streamSchema = z.object({ stream: z.string() });
/** Pace of a stream in ms: so long passes between two pieces, and up to so much more. */
const PIECE_MS = 60;
const PIECE_SPREAD_MS = 60;

/** Carries one step out. Repeating it with the same id sends nothing twice. @throws Error as the engine refuses */
export async function performStep(hands: Hands, step: Step, requestId: string): Promise<void> {
  const { invoke, account, conversation, thread } = hands;
  switch (step.kind) {
    case 'text':
      await invoke('message.send', {
        account,
        conversation,
        text: step.text,
        markdown: step.markdown,
        replyTo: hands.replyTo,
        requestId,
      });
      return;
    case 'payload':
      await hands.sendPayload(account, conversation, step.payload, requestId);
      return;
    case 'errand': {
      const { errand, peer, chinese } = step;
      await runErrand({ hands, errand, peer, chinese, requestId, isStopped: hands.isStopped });
      return;
    }
    case 'thought':
      await optional(hands, 'agent.thought_failed', () =>
        invoke('message.think', { account, conversation, thread, text: step.text, stage: step.stage }),
      );
      return;
    case 'file':
      await optional(hands, 'agent.file_failed', () => sendFile(hands, step.file, step.text, requestId));
      return;
    case 'stream':
      await writeStream(hands, step.pieces, requestId);
      return;
  }
}

/** What a network may lack: the rest of the answer comes all the same. */
async function optional(hands: Hands, event: string, act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    hands.runtime.logger.log('warn', event, { error });
  }
}

async function sendFile(hands: Hands, file: MadeFile, text: string, requestId: string): Promise<void> {
  const { invoke, account, conversation } = hands;
  const { name, type, bytes, voice, width, height, durationMs } = file;
  const begun = await invoke('attachment.begin', {
    account,
    conversation,
    name,
    type,
    size: bytes.byteLength,
    voice,
  });
  const { upload } = uploadSchema.parse(begun);
  for (let at = 0; at < bytes.byteLength; at += ATTACHMENT_PIECE_BYTES) {
    const piece = Uint8Array.from(bytes.subarray(at, at + ATTACHMENT_PIECE_BYTES));
    await invoke('attachment.append', { upload, bytes: piece });
  }
  const { id } = attachmentSchema.parse(await invoke('attachment.finish', { upload }));
  if (width !== null || durationMs !== null)
    await invoke('attachment.describe', {
      account,
      attachment: id,
      width,
      height,
      durationMs,
      thumbnail: null,
    });
  await invoke('message.send', { account, conversation, text, attachments: [id], requestId });
}

/** Streams the pieces; where there are no streams the whole text is one message. */
async function writeStream(hands: Hands, pieces: readonly string[], requestId: string): Promise<void> {
  const { invoke, account, conversation, thread, runtime } = hands;
  let stream: string;
  try {
    const params = { account, conversation, thread, requestId: `${requestId}:stream` };
    stream = streamSchema.parse(await invoke('stream.begin', params)).stream;
  } catch (error) {
    runtime.logger.log('warn', 'agent.stream_failed', { error });
    await invoke('message.send', { account, conversation, text: pieces.join(''), requestId });
    return;
  }
  for (const text of pieces) {
    const pause = PIECE_MS + PIECE_SPREAD_MS * runtime.random.unit();
    await new Promise<void>((resolve) => runtime.scheduler.after(pause, resolve));
    await invoke('stream.append', { account, stream, text });
  }
  await invoke('stream.finish', { account, stream, requestId });
}
