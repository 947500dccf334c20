import { z } from 'zod';

/** A network (issuer) that identities can live on. */
export const networkSchema = z.object({
  id: z.string(),
  issuer: z.string(),
  kind: z.enum(['public', 'issuer', 'local']),
  gatewayUrl: z.string().nullable().describe('Pinned gateway URL, or null when discovery finds it.'),
  rootFingerprint: z
    .string()
    .nullable()
    .describe('SHA-256 of the pinned root certificate (`sha256:…`), or null for the public root.'),
  running: z.boolean().describe('For the embedded network: whether its gateway runs.'),
});
export type Network = z.infer<typeof networkSchema>;

/** What probing an address found, to be shown before anything is trusted. */
export const networkProbeSchema = z.object({
  issuer: z.string(),
  gatewayUrl: z.string(),
  rootPem: z.string().nullable(),
  rootFingerprint: z.string().nullable(),
  rootSubject: z.string().nullable(),
  loopback: z.boolean().describe('The gateway is on this computer.'),
  publicRoot: z.boolean().describe('The root is the one bundled for the public network.'),
});
export type NetworkProbe = z.infer<typeof networkProbeSchema>;
