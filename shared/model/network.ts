import { z } from 'zod';

/** A network (issuer) that identities can live on. */
export const networkSchema = z.object({
  id: z.string(),
  issuer: z.string(),
  kind: z.enum(['public', 'issuer', 'local']),
  /** Pinned gateway URL, or null when discovery finds it. */
  gatewayUrl: z.string().nullable(),
  /** SHA-256 of the pinned root certificate (`sha256:…`), or null for the public root. */
  rootFingerprint: z.string().nullable(),
  /** For the embedded network: whether its gateway runs. */
  running: z.boolean(),
});
export type Network = z.infer<typeof networkSchema>;

/** What probing an address found, to be shown before anything is trusted. */
export const networkProbeSchema = z.object({
  issuer: z.string(),
  gatewayUrl: z.string(),
  rootPem: z.string().nullable(),
  rootFingerprint: z.string().nullable(),
  rootSubject: z.string().nullable(),
  /** The gateway is on this computer. */
  loopback: z.boolean(),
  /** The root is the one bundled for the public network. */
  publicRoot: z.boolean(),
});
export type NetworkProbe = z.infer<typeof networkProbeSchema>;
