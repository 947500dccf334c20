import { z } from 'zod';
import { aidProblem } from '../../shared/aun/aid';
import { RpcError } from '../errors';
import { StreamCode } from '../streams/hub';
import type { LiveStream } from '../streams/stream';
import { jsonObject } from '../wire/frames';
import type { Method, SessionCall } from './method';
import { inSession, withoutNulls } from './method';

const MAX_METADATA_BYTES = 4096;
/** Most frames that a creator may ask to be kept. */
const MAX_BUFFER_FRAMES = 100_000;

const createSchema = z.object({
  content_type: z
    .string()
    .max(255)
    .regex(/^[\x21-\x7e]+\/[\x20-\x7e]+$/)
    .default('text/plain'),
  metadata: jsonObject
    .refine((metadata) => Buffer.byteLength(JSON.stringify(metadata)) <= MAX_METADATA_BYTES)
    .default({}),
  target_aid: z
    .string()
    .refine((aid) => aid === '' || aidProblem(aid) === null)
    .default(''),
  buffer_size: z.number().int().min(1).optional(),
});
const idSchema = z.object({ stream_id: z.string().min(1) });

function parse<Output>(schema: z.ZodType<Output>, call: SessionCall): Output {
  const parsed = schema.safeParse(withoutNulls(call.params));
  if (parsed.success) return parsed.data;
  const member = parsed.error.issues[0]?.path.map(String).join('.') || 'params';
  throw new RpcError(StreamCode.invalidParams, `invalid params: ${member}`);
}

/** `stream.create`. */
function create(call: SessionCall): unknown {
  const { gateway, session } = call;
  const input = parse(createSchema, call);
  const stream = gateway.streams.create({
    creator: session.aid,
    contentType: input.content_type,
    metadata: input.metadata,
    target: input.target_aid === '' ? null : input.target_aid,
    bufferFrames: input.buffer_size === undefined ? null : Math.min(input.buffer_size, MAX_BUFFER_FRAMES),
  });
  const base = gateway.addresses.stream(session.issuer, session.secure);
  return {
    stream_id: stream.id,
    push_url: `${base.push}/push/${stream.id}?token=${stream.pushToken}`,
    pull_url: `${base.pull}/pull/${stream.id}?token=${stream.pullToken}`,
    push_token: stream.pushToken,
    pull_token: stream.pullToken,
    push_headers: { Authorization: `Bearer ${stream.pushToken}` },
    pull_headers: { Authorization: `Bearer ${stream.pullToken}` },
  };
}

/** `stream.close`: closing what is closed or unknown succeeds. */
function close(call: SessionCall): unknown {
  const { gateway, session } = call;
  const stream = gateway.streams.find(parse(idSchema, call).stream_id);
  if (stream === null) return { success: true };
  if (stream.wish.creator !== session.aid) {
    throw new RpcError(StreamCode.notAllowed, 'only the creator may close a stream');
  }
  stream.close();
  return { success: true };
}

/** `stream.get_info`. */
function getInfo(call: SessionCall): unknown {
  const { gateway, session } = call;
  const stream = gateway.streams.find(parse(idSchema, call).stream_id);
  if (stream === null) throw new RpcError(StreamCode.notFound, 'stream not found');
  if (!mayLook(stream, session.aid)) throw new RpcError(StreamCode.notAllowed, 'not a party of this stream');
  return stream.info();
}

function mayLook(stream: LiveStream, aid: string): boolean {
  return stream.wish.creator === aid || stream.wish.target === aid;
}

/** `stream.list_active`. */
function listActive({ gateway, session }: SessionCall): unknown {
  const own = gateway.streams
    .all()
    .filter((stream) => stream.wish.creator === session.aid && stream.closedAt === null);
  return { streams: own.map((stream) => stream.info()) };
}

/** The `stream.*` namespace (`protocol/04 §14.1`). */
export const streamMethods: Readonly<Record<string, Method>> = {
  'stream.create': inSession(create),
  'stream.close': inSession(close),
  'stream.get_info': inSession(getInfo),
  'stream.list_active': inSession(listActive),
};
