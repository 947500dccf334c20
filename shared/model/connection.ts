import { z } from 'zod';
import { blockedReasonSchema, problemSchema, sessionStateSchema } from './account';
import { certificateViewSchema } from './certificate';

/** One line of the connection's history. */
export const connectionEventSchema = z.object({
  at: z.number().describe('Unix ms'),
  state: sessionStateSchema,
  blocked: blockedReasonSchema.nullable(),
  problem: problemSchema.nullable(),
  gatewayUrl: z.string().nullable(),
  attempt: z.number().int(),
});
export type ConnectionEvent = z.infer<typeof connectionEventSchema>;

/** What the session of one account knows of itself: facts only, never a token. Times are Unix milliseconds. */
export const sessionInspectionSchema = z.object({
  history: z.array(connectionEventSchema).describe('oldest first, at most 200'),
  gateways: z
    .array(
      z.object({
        url: z.string(),
        source: z.enum(['pinned', 'discovered', 'remembered']),
        inUse: z.boolean(),
      }),
    )
    .describe('in the order in which they are tried'),
  heartbeatSeconds: z.number().nullable(),
  lastHeartbeatAt: z.number().nullable(),
  roundTripMs: z.number().nullable(),
  clockSkewMs: z.number().nullable(),
  onlineSince: z.number().nullable(),
  tokens: z.object({
    accessExpiresAt: z.number().nullable(),
    refreshable: z.boolean(),
    refreshDueAt: z.number().nullable(),
    refreshedAt: z.number().nullable(),
    refreshFailures: z.number().int(),
  }),
  deviceId: z.string(),
  slotId: z.string(),
  deliveryMode: z.string(),
  protocol: z.string().nullable().describe('what the gateway answered in its hello'),
  server: z.string().nullable().describe('name and version the gateway gave itself, untrusted'),
  features: z.array(z.string()).describe('features the gateway named in its hello, untrusted'),
});
export type SessionInspection = z.infer<typeof sessionInspectionSchema>;

/** What the environment and the configuration file changed (`protocol/01 §2.1`, §3.4). */
export const environmentReportSchema = z.object({
  variable: z.enum(['AUN_ENV', 'KITE_ENV']).nullable().describe('which variable was read, if one is set'),
  value: z.string().nullable(),
  verifyTls: z
    .boolean()
    .describe('false only where the environment asks for it; it then counts for this computer alone'),
  rootCaPath: z.string().nullable(),
  rootCaLoaded: z.number().int().describe('certificates read from `root_ca_path`'),
  seedPassword: z.enum(['set', 'none']),
  trustAuthorityPath: z.string().nullable().describe('key that signs lists of trust roots'),
  problems: z.array(z.string()),
});
export type EnvironmentReport = z.infer<typeof environmentReportSchema>;

/** Everything the connection inspector shows of one account. */
export const connectionInspectionSchema = sessionInspectionSchema.extend({
  authServer: certificateViewSchema.nullable().describe('certificate the sign-in server showed last'),
  environment: environmentReportSchema,
});
export type ConnectionInspection = z.infer<typeof connectionInspectionSchema>;
