import type { SessionInspection } from '../../shared/model/connection';
import type { ConnectContext, Connected } from './connect';
import { deliveryModeText } from './delivery-mode';
import type { Heartbeat } from './heartbeat';
import type { SessionLog } from './session-log';
import type { MachineState } from './session-machine';
import type { TokenRefresher } from './token-refresher';

/** What belongs to one authenticated connection and ends with it. */
export interface Live {
  readonly connected: Connected;
  readonly heartbeat: Heartbeat;
  readonly refresher: TokenRefresher;
}

/** Draws the picture of a session for the inspector: facts only, of tokens just the times. */
export function inspectSession(parts: {
  readonly context: ConnectContext;
  readonly state: MachineState;
  readonly live: Live | null;
  readonly log: SessionLog;
  readonly skewMs: number | null;
  readonly roundTripMs: number | null;
}): SessionInspection {
  const { context, state, live } = parts;
  const { tokens, directory } = context;
  const inUse = live?.connected.gatewayUrl ?? null;
  const held = tokens.held;
  const facts = live?.connected.facts ?? null;
  return {
    history: parts.log.events(),
    gateways: directory.overview().map(({ url, source }) => ({ url, source, inUse: url === inUse })),
    heartbeatSeconds: live?.heartbeat.intervalSeconds ?? null,
    lastHeartbeatAt: live?.heartbeat.lastPongAt ?? null,
    roundTripMs: parts.roundTripMs,
    clockSkewMs: parts.skewMs,
    onlineSince: live === null ? null : state.since,
    tokens: {
      accessExpiresAt: held === null || held.accessExpiresAt === 0 ? null : held.accessExpiresAt,
      refreshable: held?.refreshToken != null,
      refreshDueAt: tokens.refreshDueAt(),
      refreshedAt: live?.refresher.record.refreshedAt ?? null,
      refreshFailures: live?.refresher.record.failures ?? 0,
    },
    deviceId: context.deviceId,
    slotId: context.slotId,
    deliveryMode: deliveryModeText(context.deliveryMode),
    protocol: facts?.protocol ?? null,
    server: facts?.server ?? null,
    features: [...(facts?.features ?? [])],
  };
}
