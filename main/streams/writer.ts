import type { JsonObject } from '../../shared/aun/canonical-json';
import { STREAM_KIND, parseStreamAnnouncement, streamCreatedSchema } from '../../shared/aun/streams';
import type { StreamCreated } from '../../shared/aun/streams';
import type { Message } from '../../shared/model/message';
import type { RpcCaller } from '../ports/session';
import type { TransferSockets } from '../ports/transfers';
import { AunError, toAunError } from '../runtime/errors';
import type { Runtime } from '../runtime/runtime';
import { Pusher, withoutToken } from './pusher';

/** Largest text of a stream in bytes: it has to fit into one sealed message at its end. */
export const MAX_WRITTEN_BYTES = 512 * 1024;
/** Own streams that are kept in mind, and those that may be open. */
const MAX_KNOWN = 200;
const MAX_OPEN = 50;
const CONTENT_TYPE = 'text/plain';
const FALLBACK = '(streaming reply)';

/** What the writer of streams needs of its account. */
export interface StreamWriterDependencies {
  /** Own AID. */
  readonly aid: string;
  readonly rpc: RpcCaller;
  readonly sockets: TransferSockets;
  readonly runtime: Runtime;
  /** Payload of a stored message, to find the stream of an announcement that was made before a restart. */
  readonly store: { payload(id: number): Promise<string | null> };
  /** Puts a payload into the durable outbox; the same request id returns the message it made before. */
  readonly sendPayload: (message: {
    readonly conversation: string;
    readonly payload: JsonObject;
    readonly requestId: string;
    readonly attachments: readonly number[];
  }) => Promise<Message>;
}

/** Writes streaming replies, for agents (`protocol/04 §14`). Handles do not survive a restart. */
export interface StreamWriter {
  /**
   * Opens a stream and announces it. The same request id returns the same stream.
   * @throws AunError gateway errors, `rate_limited`, errors of the outbox
   */
  begin(request: {
    readonly conversation: string;
    readonly thread: string;
    readonly requestId: string;
  }): Promise<{ stream: string; message: Message }>;
  /** @throws AunError `stream_ended`, `message_too_large` */
  append(stream: string, text: string): Promise<void>;
  /**
   * Ends a stream and sends its whole text as an encrypted message that answers the announcement.
   * @throws AunError `stream_ended` for an unknown one, `message_empty`, errors of the outbox
   */
  finish(stream: string, requestId: string): Promise<Message>;
  /** Lets go of every stream that is open. */
  stop(): void;
}

interface Written {
  readonly stream: string;
  readonly conversation: string;
  readonly thread: string;
  readonly message: Message;
  /** Null where nobody can be streamed to any more: the announcement names a stream of before a restart. */
  readonly pusher: Pusher | null;
  readonly pieces: string[];
  bytes: number;
  ending: Promise<Message> | null;
}

/** Makes the writer of one account. */
export function createStreamWriter(deps: StreamWriterDependencies): StreamWriter {
  const { aid, rpc, runtime, sockets } = deps;
  const known = new Map<string, Written>();
  const begun = new Map<string, Promise<Written>>();
  let stopped = false;

  function announcement(created: StreamCreated, thread: string): JsonObject {
    const inThread = thread === '' ? {} : { thread_id: thread };
    return {
      type: 'json',
      kind: STREAM_KIND,
      fallback_text: FALLBACK,
      ...inThread,
      data: {
        stream_id: created.stream_id,
        pull_url: withoutToken(created.pull_url),
        pull_token: created.pull_token,
        content_type: CONTENT_TYPE,
        ...(thread === '' ? {} : { task_id: thread }),
      },
    };
  }

  async function closeUnused(created: StreamCreated): Promise<void> {
    try {
      await rpc.call('stream.close', { stream_id: created.stream_id });
    } catch (thrown) {
      runtime.logger.log('info', 'stream.not_closed', { code: toAunError(thrown).code });
    }
  }

  async function open(conversation: string, thread: string, requestId: string): Promise<Written> {
    const created = streamCreatedSchema.parse(
      await rpc.call('stream.create', { content_type: CONTENT_TYPE, target_aid: conversation }),
    );
    const payload = announcement(created, thread);
    let message: Message;
    try {
      message = await deps.sendPayload({ conversation, payload, requestId, attachments: [] });
    } catch (thrown) {
      await closeUnused(created);
      throw thrown;
    }
    const stored = await deps.store.payload(message.id);
    const announced = stored === null ? null : parseStreamAnnouncement(JSON.parse(stored));
    // Before a restart the same request announced another stream, whose key to push is lost.
    const isNew = announced?.stream === created.stream_id;
    if (!isNew) await closeUnused(created);
    // Behind the end nobody would ever let go of its socket: the server ends the stream by itself.
    const pusher = isNew && !stopped ? new Pusher({ created, rpc, sockets, runtime }) : null;
    const stream = created.stream_id;
    return { stream, conversation, thread, message, pusher, pieces: [], bytes: 0, ending: null };
  }

  function find(stream: string): Written {
    const written = known.get(stream);
    if (written === undefined) throw new AunError('stream_ended', 'there is no such stream any more');
    return written;
  }

  async function end(written: Written, requestId: string): Promise<Message> {
    const { message, conversation, thread, pusher } = written;
    await pusher?.close();
    const text = written.pieces.join('');
    if (text.trim() === '') throw new AunError('message_empty', 'nothing was written into the stream');
    const payload: JsonObject = {
      type: 'text',
      text,
      ...(thread === '' ? {} : { thread_id: thread }),
      reply_to: { message_id: message.messageId, sender_aid: aid },
    };
    return deps.sendPayload({ conversation, payload, requestId, attachments: [] });
  }

  /** Forgets the oldest streams that came to their end. */
  function tidy(): void {
    for (const [stream, written] of known) {
      if (known.size <= MAX_KNOWN) return;
      if (written.ending !== null) known.delete(stream);
    }
  }

  return {
    async begin({ conversation, thread, requestId }) {
      let running = begun.get(requestId);
      if (running === undefined) {
        if ([...known.values()].filter(({ ending }) => ending === null).length >= MAX_OPEN)
          throw new AunError('busy', 'too many streams are open');
        running = open(conversation, thread, requestId);
        begun.set(requestId, running);
        running.then(
          (written) => {
            known.set(written.stream, written);
            tidy();
            for (const old of begun.keys()) if (begun.size > MAX_KNOWN) begun.delete(old);
          },
          () => begun.delete(requestId),
        );
      }
      const { stream, message } = await running;
      return { stream, message };
    },
    async append(stream, text) {
      const written = find(stream);
      if (written.ending !== null) throw new AunError('stream_ended', 'this stream has ended');
      const bytes = written.bytes + Buffer.byteLength(text);
      if (bytes > MAX_WRITTEN_BYTES)
        throw new AunError('message_too_large', 'a stream must fit into one message at its end', {
          detail: { limitBytes: MAX_WRITTEN_BYTES },
        });
      written.bytes = bytes;
      written.pieces.push(text);
      written.pusher?.push(text);
    },
    async finish(stream, requestId) {
      const written = find(stream);
      written.ending ??= end(written, requestId).catch((thrown: unknown) => {
        written.ending = null;
        throw thrown;
      });
      return written.ending;
    },
    stop() {
      stopped = true;
      for (const written of known.values()) written.pusher?.drop();
      known.clear();
      begun.clear();
    },
  };
}
