import type { Errand } from './errands';
import type { JsonObject } from '../../shared/aun/canonical-json';

/** A file that an agent makes by itself. */
export interface MadeFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array;
  readonly voice: boolean;
  /** Pixels, or null for what has none. */
  readonly width: number | null;
  readonly height: number | null;
  readonly durationMs: number | null;
}

/** One thing an agent does while it answers; `pauseMs` passes before it. */
export type Step = { readonly pauseMs: number } & (
  | { readonly kind: 'text'; readonly text: string; readonly markdown: boolean }
  | { readonly kind: 'payload'; readonly payload: JsonObject }
  | { readonly kind: 'errand'; readonly errand: Errand; readonly peer: string; readonly chinese: boolean }
  | { readonly kind: 'thought'; readonly text: string; readonly stage: string }
  | { readonly kind: 'file'; readonly text: string; readonly file: MadeFile }
  /** Each piece follows the one before after 60 to 120 ms. */
  | { readonly kind: 'stream'; readonly pieces: readonly string[] }
);

/** What an agent is asked. */
export interface Question {
  readonly text: string;
  /** Whether the text is Markdown. */
  readonly markdown: boolean;
  /** AIDs of the agent and of who asks. */
  readonly aid: string;
  readonly peer: string;
  readonly messageId: string;
  /** Thread of everything the answer consists of. */
  readonly thread: string;
  /** Issuer of the network, to name other agents on it. */
  readonly issuer: string;
  /** Unix ms. */
  readonly now: number;
}

/** Whether an answer should be in Chinese: the text carries a Han character. */
export function isChinese(text: string): boolean {
  return /\p{Script=Han}/u.test(text);
}

/** A text to be sent as it is. */
export function say(text: string, pauseMs = 0, markdown = false): Step {
  return { kind: 'text', text, markdown, pauseMs };
}

/** A payload of any type. */
export function send(payload: JsonObject, pauseMs = 0): Step {
  return { kind: 'payload', payload, pauseMs };
}

/** A text cut into pieces as a writer would type them: a word, or two Han characters, at a time. */
export function inPieces(text: string): string[] {
  return text.match(/\p{Script=Han}{1,2}|[^\s\p{Script=Han}]+\s*|\s+/gu) ?? [];
}
