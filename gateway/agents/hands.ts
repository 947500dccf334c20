import type { Runtime } from '../../main/runtime/runtime';
import type { JsonObject } from '../../shared/aun/canonical-json';

/** What agents do things with. */
export interface AgentTools {
  readonly invoke: (command: string, params: unknown) => Promise<unknown>;
  /** Sends a payload of any kind; repeating it with the same id never sends twice. */
  readonly sendPayload: (
    account: string,
    conversation: string,
    payload: JsonObject,
    requestId: string,
  ) => Promise<unknown>;
  readonly runtime: Runtime;
}

/** What a step is carried out with, and where. */
export type Hands = AgentTools & {
  readonly account: string;
  readonly conversation: string;
  readonly thread: string;
  /** In a group, the message that is answered: several agents may answer one. */
  readonly replyTo: number | null;
  readonly isStopped: () => boolean;
};
