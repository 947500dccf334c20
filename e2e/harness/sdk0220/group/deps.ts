import type { OwnIdentity } from '../auth-flow';
import { isDict, numberOf, textOf } from '../json';
import type { Dict } from '../json';
import type { PeerMaterial } from '../peer-material';
import type { Timing } from '../timing';
import { textsOf } from './crypto';
import type { KeyBook } from './key-book';

/** What the parts of the group client share. */
export interface GroupDeps {
  ownAid: string;
  deviceId: string;
  slotId: string;
  timing: Timing;
  /** A signed RPC with the instance added. */
  call: (method: string, params: Dict) => Promise<Dict>;
  /** The same without the instance. */
  bareCall: (method: string, params: Dict) => Promise<Dict>;
  /** One sealed message to all devices of somebody. */
  tell: (to: string, payload: Dict) => Promise<void>;
  peers: PeerMaterial;
  identity: () => OwnIdentity;
  book: KeyBook;
  emit: (event: string, data: Dict) => void;
  /** Where a sequence stood when the client was last open. */
  loadCursor: (name: string) => number;
  saveCursor: (name: string, seq: number) => void;
  /** Aborted when the client closes. */
  stopped: AbortSignal;
}

/** A member as the client looks at them. */
export interface GroupMember {
  aid: string;
  role: string;
}

/** How long and how often the client looks whether something has arrived. */
const [WAIT_MS, STEP_MS] = [5000, 150];

/** Looks every 150 ms, at most 5 s, until `check` says so. */
export async function waitFor(deps: GroupDeps, check: () => boolean | Promise<boolean>): Promise<boolean> {
  for (let waited = 0; ; waited += STEP_MS) {
    if (await check()) return true;
    if (waited >= WAIT_MS || deps.stopped.aborted) return false;
    await deps.timing.sleep(STEP_MS, deps.stopped);
  }
}

/** Active members in the order of the server. */
export async function membersIn(deps: GroupDeps, group: string): Promise<GroupMember[]> {
  const reply = await deps.call('group.get_members', { group_id: group });
  const rows = Array.isArray(reply['members']) ? reply['members'] : reply['items'];
  return (Array.isArray(rows) ? rows.filter(isDict) : [])
    .filter((row) => ['', 'active'].includes(textOf(row['status'])))
    .map((row) => ({ aid: textOf(row['aid']), role: textOf(row['role']) }));
}

/** What `get_epoch` says. */
export interface EpochView {
  epoch: number;
  /** Null when there is none or its lease is over. */
  pending: Dict | null;
  committed: Dict | null;
  expectedMembers: string[];
  reply: Dict;
}

export async function epochOfGroup(deps: GroupDeps, group: string): Promise<EpochView> {
  const reply = await deps.call('group.e2ee.get_epoch', { group_id: group });
  const pending = isDict(reply['pending_rotation']) ? reply['pending_rotation'] : null;
  const committed = isDict(reply['committed_rotation']) ? reply['committed_rotation'] : null;
  return {
    epoch: numberOf(reply['committed_epoch'], numberOf(reply['epoch'])),
    pending: isLive(pending) ? pending : null,
    committed,
    expectedMembers: textsOf(committed?.['expected_members']),
    reply,
  };
}

/** Whether a rotation is under way and its lease is not over. */
export function isLive(rotation: Dict | null): boolean {
  return rotation !== null && rotation['expired'] !== true && textOf(rotation['status']) === 'distributing';
}

const OPEN_MODES = new Set(['open', 'invite_only', 'invite_code']);

/** Whether the server may hold keys of the group: read in three places, one after the other (protocol/02 §10.3). */
export async function holdsKeys(deps: GroupDeps, group: string): Promise<boolean> {
  const sources = [
    async (): Promise<unknown> => {
      const reply = await deps.call('group.get_join_requirements', { group_id: group });
      const requirements = isDict(reply['join_requirements']) ? reply['join_requirements'] : {};
      return reply['join_mode'] ?? reply['mode'] ?? requirements['mode'];
    },
    async (): Promise<unknown> => {
      const reply = await deps.call('group.get_settings', { group_id: group, keys: ['join.mode'] });
      const settings = Array.isArray(reply['settings']) ? reply['settings'].filter(isDict) : [];
      return settings.find((each) => each['key'] === 'join.mode')?.['value'];
    },
    async (): Promise<unknown> => {
      const reply = await deps.call('group.get', { group_id: group });
      return isDict(reply['group']) ? (reply['group']['join_mode'] ?? reply['group']['mode']) : '';
    },
  ];
  for (const source of sources) {
    const mode = textOf(await source().catch(() => ''));
    if (mode !== '') return OPEN_MODES.has(mode);
  }
  return false;
}
