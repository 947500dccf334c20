import type { AdvancedSettings } from '../../shared/model/account';

/** How messages are shared out among the devices of one AID (`protocol/01 §5.7`). */
export type DeliveryMode = AdvancedSettings['deliveryMode'];

export const FANOUT: DeliveryMode = { mode: 'fanout' };

/** As `auth.connect` carries it (`protocol/01 §5.1`). */
export function deliveryModeOnWire(mode: DeliveryMode): Readonly<Record<string, string | number>> {
  return mode.mode === 'fanout'
    ? { mode: 'fanout', routing: '', affinity_ttl_ms: 0 }
    : { mode: 'queue', routing: mode.routing, affinity_ttl_ms: mode.affinityTtlMs };
}

/** As the inspector shows it. */
export function deliveryModeText(mode: DeliveryMode): string {
  if (mode.mode === 'fanout') return 'fanout';
  return mode.routing === 'sender_affinity'
    ? `queue, sender_affinity, ${mode.affinityTtlMs} ms`
    : 'queue, round_robin';
}
