import type { Conversation } from '../../../shared/model/conversation';

type Security = Conversation['security'];

/** Whether the engine holds messages back until something about the other side's keys is settled. */
export function holdsBack(security: Security): boolean {
  return security === 'keys_changed' || security === 'revoked' || security === 'certificate_unusable';
}

/** Texts that explain what protects a conversation, first the most important one. */
export function securityExplanations(security: Security) {
  const texts = {
    encrypted: ['security.encryptedText', 'security.notVerifiedText', 'security.forwardText'],
    verified: ['security.encryptedText', 'security.verifiedText', 'security.forwardText'],
    unknown: ['security.unknownText'],
    no_keys: ['security.noKeysText'],
    keys_changed: ['security.keysChangedText'],
    revoked: ['security.revokedText'],
    certificate_unusable: ['security.certificateUnusableText'],
  } as const satisfies Record<Security, readonly string[]>;
  return texts[security];
}
