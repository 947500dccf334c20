import { parsePeerAid, peerAidProblem } from '../../shared/aun/aid';
import type { Aid } from '../../shared/aun/aid';
import { AunError } from '../runtime/errors';

/** The address somebody typed. @throws AunError `invalid_aid` with the rule that is broken */
export function requirePeer(text: string): Aid {
  const aid = parsePeerAid(text);
  if (aid !== null) return aid;
  throw new AunError('invalid_aid', 'this is not an AUN address', {
    detail: { problem: peerAidProblem(text) },
  });
}
