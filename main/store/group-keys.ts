import { z } from 'zod';
import type { GroupKeyRecord } from '../ports/group-store';
import { bytes, integer, oneOf, text, textOrNull, wholeNumber, type SqlRow } from './columns';
import type { ReadConnection, WriteConnection } from './sqlite';

/** Where a key came from. */
export const keyOriginSchema = z.enum(['made_here', 'distributed', 'handed_on', 'answered', 'server']);
const membersSchema = z.array(z.string());

const COLUMNS =
  'group_id, epoch, secret, commitment, members, chain, chain_doubt, pending_rotation, origin, updated_at';
const INSERT = `INSERT INTO group_keys (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (group_id, epoch)`;
const REPLACE = `${INSERT} DO UPDATE SET secret = excluded.secret, commitment = excluded.commitment, members = excluded.members,
  chain = excluded.chain, chain_doubt = excluded.chain_doubt, pending_rotation = excluded.pending_rotation,
  origin = excluded.origin, updated_at = excluded.updated_at`;

/** A row of the table of keys. */
export function readGroupKey(row: SqlRow): GroupKeyRecord {
  return {
    epoch: integer(row, 'epoch'),
    secret: Uint8Array.from(bytes(row, 'secret')),
    commitment: text(row, 'commitment'),
    members: membersSchema.parse(JSON.parse(text(row, 'members'))),
    chain: textOrNull(row, 'chain'),
    chainDoubt: textOrNull(row, 'chain_doubt'),
    pendingRotation: textOrNull(row, 'pending_rotation'),
    origin: oneOf(row, 'origin', keyOriginSchema),
    updatedAt: integer(row, 'updated_at'),
  };
}

/** All keys of a group, newest epoch first. */
export function groupKeys(database: ReadConnection, group: string): GroupKeyRecord[] {
  return database
    .all('SELECT * FROM group_keys WHERE group_id = ? ORDER BY epoch DESC', [group])
    .map(readGroupKey);
}

/** Keeps the key of an epoch in place of what was. */
export function saveGroupKey(database: WriteConnection, group: string, key: GroupKeyRecord): void {
  database.run(REPLACE, values(group, key));
}

/** Takes the key of a backup where there is none of its epoch; true when it did. */
export function importGroupKey(database: WriteConnection, group: string, key: GroupKeyRecord): boolean {
  return database.run(`${INSERT} DO NOTHING`, values(group, key)).changes > 0;
}

/** Forgets the key of one epoch; its bytes are overwritten. */
export function removeGroupKey(database: WriteConnection, group: string, epoch: number): void {
  database.run('DELETE FROM group_keys WHERE group_id = ? AND epoch = ?', [group, wholeNumber(epoch)]);
}

/** Forgets all keys of a group. */
export function removeGroupKeys(database: WriteConnection, group: string): void {
  database.run('DELETE FROM group_keys WHERE group_id = ?', [group]);
}

function values(group: string, key: GroupKeyRecord): (string | number | null | Uint8Array<ArrayBuffer>)[] {
  return [
    group,
    wholeNumber(key.epoch),
    new Uint8Array(key.secret),
    key.commitment,
    JSON.stringify(key.members),
    key.chain,
    key.chainDoubt,
    key.pendingRotation,
    key.origin,
    wholeNumber(key.updatedAt),
  ];
}
