import type { ConnectionEvent } from '../../shared/model/connection';
import type { MachineState } from './session-machine';

/** Most state changes that are remembered; the oldest are forgotten first. */
export const HISTORY_LIMIT = 200;

/** The last state changes of a session, for the inspector. */
export class SessionLog {
  readonly #events: ConnectionEvent[] = [];

  /** Remembers a state if it differs from the one before in what a person would call a change. */
  note(state: MachineState): void {
    const last = this.#events.at(-1);
    if (
      last?.state === state.phase &&
      last.blocked === state.blocked &&
      last.gatewayUrl === state.gatewayUrl &&
      last.attempt === state.failures &&
      last.problem?.code === state.problem?.code
    )
      return;
    this.#events.push({
      at: state.since,
      state: state.phase,
      blocked: state.blocked,
      problem: state.problem,
      gatewayUrl: state.gatewayUrl,
      attempt: state.failures,
    });
    if (this.#events.length > HISTORY_LIMIT) this.#events.shift();
  }

  /** Oldest first. */
  events(): ConnectionEvent[] {
    return [...this.#events];
  }
}
