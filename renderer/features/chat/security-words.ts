import type { Conversation } from '../../../shared/model/conversation';

type Security = Conversation['security'];

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
    securing: ['security.securingText'],
  } as const satisfies Record<Security, readonly string[]>;
  return texts[security];
}
