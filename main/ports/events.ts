import type { BridgeEvent } from '../../shared/bridge/contract';

/** Tells the window (or a script) that something changed. Never throws. */
export type Emit = (event: BridgeEvent) => void;
