import { trustRootList } from '../ca/trust-list';
import type { Method } from './method';
import { inSession } from './method';

/** `meta.*` (`protocol/01 §8`): answered by the gateway itself, whatever else is down. */
export const metaMethods: Readonly<Record<string, Method>> = {
  'meta.ping': inSession(({ gateway }) => {
    const interval = gateway.faults.heartbeatInterval;
    return {
      pong: true,
      timestamp: gateway.clock.seconds(),
      ...(interval === null ? {} : { heartbeat_interval: interval }),
    };
  }),
  'meta.status': inSession(({ session }) => ({
    mode: 'gateway',
    aid: session.aid,
    role: 'agent',
    connected_at: session.connectedAt,
    protocol_version: '1.0',
  })),
  'meta.trust_roots': inSession(({ gateway }) => trustRootList(gateway.authority, gateway.clock.now())),
};
