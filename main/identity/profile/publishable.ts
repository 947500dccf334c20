import { agentMdBytes, AgentMdLimit, parseAgentMd, payloadAid } from '../../../shared/aun/agent-md';
import { payloadToSign } from '../../../shared/aun/agent-md-block';
import { AunError } from '../../runtime/errors';

/**
 * Refuses a document that must not be published under an address: too large, without what every document needs, or
 * about somebody else (`protocol/06 §5.1`).
 * @throws AunError `profile_too_large`, `profile_invalid` with the problems in its detail
 */
export function checkPublishable(aid: string, text: string): void {
  const payload = payloadToSign(text);
  const bytes = agentMdBytes(payload);
  if (bytes > AgentMdLimit.bytes)
    throw new AunError('profile_too_large', `the profile has ${bytes} bytes`, {
      detail: { bytes, limit: AgentMdLimit.bytes },
    });
  const { problems } = parseAgentMd(payload);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length === 0 && payloadAid(payload) !== aid)
    errors.push({ code: 'bad_aid', severity: 'error', field: 'aid' });
  if (errors.length === 0) return;
  const words = errors.map(({ code, field }) => (field === '' ? code : `${field}: ${code}`));
  throw new AunError('profile_invalid', `the profile cannot be published: ${words.join(', ')}`, {
    detail: { problems: errors },
  });
}
