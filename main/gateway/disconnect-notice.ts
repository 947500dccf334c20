import { gatewayDisconnectSchema } from '../../shared/aun/wire';
import { printable } from './printable';

/** What `event/gateway.disconnect` said (`protocol/01 §5.8`). */
export interface DisconnectNotice {
  readonly code: number;
  /** Facts as short printable strings, nested members joined by a dot. */
  readonly facts: Readonly<Record<string, string>>;
}

const MAX_FACTS = 24;
/** Members of a notice that name who took the place (`protocol/01 §5.8`). */
const TOLD = ['quota_kind', 'new_extra_info', 'evicted_by'] as const;
/** Members of `new_extra_info` that Parley sends itself. */
const OURS = ['app', 'device', 'host', 'started_at'];

function rank(name: string): number {
  return OURS.includes(name) ? 0 : 1;
}

function collect(into: Record<string, string>, prefix: string, value: unknown, depth: number): void {
  if (Object.keys(into).length >= MAX_FACTS) return;
  const text = printable(value);
  if (text !== null) {
    if (text !== '') into[prefix] = text;
    return;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value) || depth >= 2) return;
  const members = Object.entries(value).sort(([a], [b]) => rank(a) - rank(b));
  for (const [key, member] of members) {
    const name = key.replace(/[^A-Za-z0-9_-]/g, '').slice(0, 40);
    if (name !== '') collect(into, prefix === '' ? name : `${prefix}.${name}`, member, depth + 1);
  }
}

/** Parses the params of the event; null when they are malformed. Strings come from the gateway and are cut to size. */
export function parseDisconnectNotice(params: unknown): DisconnectNotice | null {
  const parsed = gatewayDisconnectSchema.safeParse(params);
  if (!parsed.success) return null;
  const facts: Record<string, string> = {};
  collect(facts, 'reason', parsed.data.reason, 0);
  const detail = parsed.data.detail ?? {};
  // What the user is told comes first: no other member may use up the room.
  for (const name of TOLD) collect(facts, name, detail[name], 1);
  collect(facts, '', detail, 0);
  return { code: parsed.data.code, facts };
}
