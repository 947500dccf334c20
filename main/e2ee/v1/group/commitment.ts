import { createHash, timingSafeEqual } from 'node:crypto';

const sha256 = (data: string | Uint8Array): Buffer => createHash('sha256').update(data).digest();

/** Lists are sorted by UTF-16 code units, as every V1 client does. */
export function sortedAids(aids: readonly string[]): string[] {
  return [...aids].sort((left, right) => (left < right ? -1 : left > right ? 1 : 0));
}

/** What binds a group secret to its members, epoch and group (`protocol/02 §8.4`), lower-case hex. */
export function membershipCommitment(
  members: readonly string[],
  epoch: number,
  group: string,
  secret: Uint8Array,
): string {
  const secretHash = sha256(secret).toString('hex');
  return sha256([...sortedAids(members), String(epoch), group, secretHash].join('|')).toString('hex');
}

/** Whether a commitment belongs to these, with ourselves among the members; compared in constant time. */
export function isCommitmentOf(
  commitment: string,
  facts: {
    readonly members: readonly string[];
    readonly epoch: number;
    readonly group: string;
    readonly secret: Uint8Array;
    readonly own: string;
  },
): boolean {
  if (!facts.members.includes(facts.own)) return false;
  return sameHex(commitment, membershipCommitment(facts.members, facts.epoch, facts.group, facts.secret));
}

/** Compares two hex texts in constant time, whatever their case. */
export function sameHex(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left.trim().toLowerCase()), Buffer.from(right.trim().toLowerCase())];
  return a.length === b.length && timingSafeEqual(a, b);
}

const GENESIS = Buffer.from('aun-epoch-chain:genesis', 'ascii');
const CHAIN = /^[0-9a-f]{64}$/i;

/** Whether a text can be a link of an epoch chain. */
export function isChain(text: string): boolean {
  return CHAIN.test(text);
}

/**
 * Link of an epoch in the chain of its group (`protocol/02 §8.5`), lower-case hex. `previous` null or empty begins a chain
 * here, whatever the epoch.
 * @throws RangeError for a previous link that is none
 */
export function epochChain(
  previous: string | null,
  epoch: number,
  commitment: string,
  rotator: string,
): string {
  if (previous !== null && previous !== '' && !isChain(previous)) throw new RangeError('not an epoch chain');
  const prefix = previous === null || previous === '' ? GENESIS : Buffer.from(previous, 'hex');
  const number = Buffer.alloc(4);
  number.writeUInt32BE(epoch);
  return createHash('sha256').update(prefix).update(number).update(commitment).update(rotator).digest('hex');
}

/** Hash of a group's state (`protocol/02 §14`), lower-case hex. `policy` is the compact JSON with sorted keys, or empty. */
export function groupStateHash(state: {
  readonly group: string;
  readonly version: number;
  readonly epoch: number;
  readonly members: readonly { readonly aid: string; readonly role: string }[];
  readonly policy: string;
  readonly previous: string;
}): string {
  const zero = Buffer.alloc(1);
  const number = (value: number): Buffer => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(BigInt(value));
    return bytes;
  };
  const roles = new Map(state.members.map(({ aid, role }) => [aid, role]));
  const members = sortedAids([...roles.keys()])
    .map((aid) => `${aid}:${roles.get(aid) ?? ''}`)
    .join('|');
  const previous = state.previous === '' ? Buffer.alloc(32) : Buffer.from(state.previous, 'hex');
  return sha256(
    Buffer.concat([
      Buffer.from(state.group),
      zero,
      number(state.version),
      zero,
      number(state.epoch),
      zero,
      Buffer.from(members),
      zero,
      Buffer.from(state.policy),
      zero,
      previous,
    ]),
  ).toString('hex');
}
