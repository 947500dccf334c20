import { z } from 'zod';

/** What a certificate is worth now (`protocol/06 §8.2`). Each has a text in both languages. */
export const certificateStatusSchema = z.enum([
  'valid',
  'valid_unchecked',
  'expiring',
  'expired',
  'not_yet_valid',
  'revoked',
  'untrusted',
  'wrong_name',
  'unknown',
]);
export type CertificateStatus = z.infer<typeof certificateStatusSchema>;

/** One link of a chain, the issuer of the leaf first. */
export const authoritySchema = z.object({
  subject: z.string(),
  issuer: z.string(),
  serial: z.string().describe('lower-case hex'),
  fingerprint: z.string().describe('`sha256:…` of the DER'),
  notBefore: z.number(),
  notAfter: z.number(),
  trustAnchor: z.boolean().describe('one of the roots this network trusts'),
});

/** A certificate as the viewer shows it. Times are Unix milliseconds. */
export const certificateViewSchema = z.object({
  subject: z.string(),
  issuer: z.string(),
  serial: z.string().describe('lower-case hex'),
  fingerprint: z.string().describe('`sha256:…` of the DER'),
  keyFingerprint: z.string().describe('`sha256:…` of the public key (SPKI DER)'),
  curve: z.string(),
  notBefore: z.number(),
  notAfter: z.number(),
  status: certificateStatusSchema,
  statusDetail: z.string().describe('technical text for the details view, may be empty'),
  revocation: z
    .enum(['good', 'revoked', 'unknown'])
    .describe('`unknown`: the status service could not be asked'),
  warnings: z.array(z.enum(['issuer_differs', 'auth_name_differs', 'revocation_unknown'])),
  active: z.boolean().describe('used for signing in and for new messages'),
  currentKey: z.boolean().describe('made for the key of now; false for one kept for old messages'),
  chain: z.array(authoritySchema).describe('empty when the chain could not be had'),
  pem: z.string(),
});
export type CertificateView = z.infer<typeof certificateViewSchema>;
