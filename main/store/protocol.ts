import type { GroupReader, GroupWriter } from '../ports/group-store';
import type { AccountStore, StoreReader } from '../ports/store';
import type { LogLevel } from '../runtime/logger';
import type { BridgeError } from '../../shared/bridge/errors';

/** Every method of an open database; the list is the port itself. */
export type Method = Exclude<keyof AccountStore, 'close'>;
/** Those of groups. */
export type GroupMethod = keyof GroupReader | keyof GroupWriter;
export type Arguments<Name extends Method> = Parameters<AccountStore[Name]>;
export type Result<Name extends Method> = Name extends keyof PartAnswers
  ? PartAnswers[Name]
  : Awaited<ReturnType<AccountStore[Name]>>;
/** Methods that do a part of their work at a time, so that others get their turn; they answer whether nothing is left. */
interface PartAnswers {
  readonly forgetGroupNumbers: boolean;
}

/** What answers each method where the database is. */
export type Handlers = { [Name in Method]: (args: Arguments<Name>) => Result<Name> };

/** Methods that only look: they overtake writes that wait. */
export const readMethods = {
  getMeta: true,
  cursor: true,
  conversations: true,
  findConversations: true,
  conversation: true,
  page: true,
  message: true,
  raw: true,
  payload: true,
  find: true,
  findRequest: true,
  search: true,
  totals: true,
  attachment: true,
  attachmentsOf: true,
  draftAttachments: true,
  attachmentFiles: true,
  attachmentsIn: true,
  messagesWith: true,
  nextExpiry: true,
  known: true,
  seqOwner: true,
  outboxHeads: true,
  healing: true,
  prekeys: true,
  certificates: true,
  contact: true,
  contacts: true,
  profile: true,
  exportCounts: true,
  exportRows: true,
  hasRealConversation: true,
  group: true,
  groups: true,
  groupMembers: true,
  groupMember: true,
  groupLog: true,
  groupKeys: true,
  groupControls: true,
  groupSeqOwner: true,
  groupHealing: true,
  groupAuthors: true,
} as const satisfies Record<keyof StoreReader, true>;

/** Asks an open database. `store` is the number that `open` answered. */
export type CallRequest<Name extends Method = Method> = {
  [Each in Name]: {
    readonly kind: 'call';
    readonly id: number;
    readonly store: number;
    readonly method: Each;
    readonly args: Arguments<Each>;
  };
}[Name];

/** Messages from the main side to the worker. */
export type Request =
  | CallRequest
  | {
      readonly kind: 'open';
      readonly id: number;
      readonly file: string;
      readonly key: Uint8Array;
      readonly account: string;
    }
  | { readonly kind: 'close'; readonly id: number; readonly store: number }
  | { readonly kind: 'shutdown'; readonly id: number };

/** Messages from the worker to the main side. */
export type Response =
  | { readonly kind: 'done'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly error: BridgeError }
  | {
      readonly kind: 'log';
      readonly level: LogLevel;
      readonly event: string;
      readonly fields: Readonly<Record<string, unknown>>;
    };

/** Lets the handler of a request's method answer it. */
export function dispatch<Name extends Method>(handlers: Handlers, request: CallRequest<Name>): Result<Name> {
  return handlers[request.method](request.args);
}

/** Whether a request may overtake writes that wait. */
export function isRead(request: Request): boolean {
  return request.kind === 'call' && Object.hasOwn(readMethods, request.method);
}
