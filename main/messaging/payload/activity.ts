import { z } from 'zod';
import type { JsonObject } from '../../../shared/aun/canonical-json';
import type { Describer, PayloadContext } from './described';
import { count, id, isObject, line, moment, optionalId, passage, requiredLine, share } from './fields';
import { readableJson } from './readable-json';

/** Longest words of a status or an event. */
const MAX_WORDS = 4_000;

const dataSchema = z.object({
  task_id: optionalId,
  duration_ms: z.number().min(0).max(Number.MAX_SAFE_INTEGER).nullable().default(null).catch(null),
  tool_calls: count,
  error_code: line(64),
});

function dataOf(payload: JsonObject): z.infer<typeof dataSchema> {
  return dataSchema.parse(isObject(payload['data']) ? payload['data'] : {});
}

/** What arrived unencrypted may not take the place of something that was verified (`protocol/04 §16`). */
function replaceKey(context: PayloadContext, key: string): string {
  return context.protection === 'none' ? `plain:${key}` : key;
}

const statusSchema = z.object({
  state: requiredLine(32),
  text: passage(MAX_WORDS),
  progress: share,
  thread_id: optionalId,
  expires_at: moment,
});

/** `status`: only the newest of a task or thread is shown; somebody's typing is no line of the timeline. */
export const describeStatus: Describer = (payload, context) => {
  const parsed = statusSchema.safeParse(payload);
  if (!parsed.success) return null;
  const { state, text, progress, thread_id: thread, expires_at: expiresAt } = parsed.data;
  const task = dataOf(payload).task_id;
  const key = task === null ? `status:${thread ?? ''}` : `task:${task}`;
  return {
    content: { kind: 'status', state, text, progress, task, expiresAt },
    links: { replaceKey: replaceKey(context, key), hidden: state === 'typing' },
  };
};

const FAILED_TASK: readonly string[] = ['task.error', 'task.timeout'];

const eventSchema = z.object({
  event: requiredLine(64),
  text: passage(MAX_WORDS),
  severity: z.enum(['info', 'warning', 'error']).nullable().default(null).catch(null),
});

/** `event`: a line of its own; the events of one task are one line that changes. */
export const describeEvent: Describer = (payload, context) => {
  const parsed = eventSchema.safeParse(payload);
  if (!parsed.success) return null;
  const { event, text } = parsed.data;
  const data = dataOf(payload);
  const task = event.startsWith('task.') ? data.task_id : null;
  return {
    content: {
      kind: 'event',
      event,
      text,
      severity: parsed.data.severity ?? (FAILED_TASK.includes(event) ? 'error' : 'info'),
      task: data.task_id,
      durationMs: data.duration_ms,
      toolCalls: data.tool_calls,
      errorCode: data.error_code,
    },
    links: { searchText: text, replaceKey: task === null ? null : replaceKey(context, `task:${task}`) },
  };
};

const callSchema = z.object({ call_id: id, name: requiredLine(128) });

/** `tool_call`: the sender tells what it does by itself. It is shown; it is never a request to us. */
export const describeToolCall: Describer = (payload) => {
  const parsed = callSchema.safeParse(payload);
  if (!parsed.success) return null;
  return {
    content: {
      kind: 'tool',
      phase: 'call',
      call: parsed.data.call_id,
      name: parsed.data.name,
      ok: null,
      detail: detailOf(payload['arguments']),
    },
  };
};

const resultSchema = z.object({ call_id: id, ok: z.boolean(), name: line(128) });

/** `tool_result`: how one of those ended. */
export const describeToolResult: Describer = (payload) => {
  const parsed = resultSchema.safeParse(payload);
  if (!parsed.success) return null;
  const { call_id: call, ok, name } = parsed.data;
  return {
    content: {
      kind: 'tool',
      phase: 'result',
      call,
      name,
      ok,
      detail: detailOf(ok ? payload['result'] : (payload['error'] ?? payload['result'])),
    },
  };
};

function detailOf(value: unknown): string {
  return value === undefined || value === null ? '' : readableJson(value);
}
