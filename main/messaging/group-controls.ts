import { parsePeerAid } from '../../shared/aun/aid';
import type { OpenResult } from '../ports/e2ee';
import type { NewGroupControl } from '../ports/group-store';

const CONTROL = /^e2ee\.group_key_(distribution|request|response)$/;

/**
 * The group key message that an opened envelope between two holds, or null (`protocol/02 §10`). Only what was opened counts: the
 * same words in the clear, or inside a group, steer nothing.
 */
export function groupControlOf(opened: OpenResult, ownAid: string, at: number): NewGroupControl | null {
  if (!opened.ok) return null;
  const { type } = opened.payload;
  const from = parsePeerAid(opened.from);
  if (typeof type !== 'string' || !CONTROL.test(type) || from === null) return null;
  return {
    from,
    messageId: opened.messageId,
    own: from === ownAid,
    payloadJson: JSON.stringify(opened.payload),
    at,
  };
}
