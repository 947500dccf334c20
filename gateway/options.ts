import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { GatewayOptions } from './config';

const port = z.coerce.number().int().min(0).max(65535);
const quota = z.coerce.number().int().positive();

const schema = z.object({
  port: port.default(0),
  host: z.string().min(1).default('127.0.0.1'),
  issuer: z.array(z.string()).default(['aun.test']),
  data: z.string({ error: '--data DIR is required' }).min(1),
  signatures: z.enum(['off', 'warn', 'enforce']).default('enforce'),
  'rate-limit': z.boolean().default(false),
  'admin-token': z.string().optional(),
  log: z.string().default('none'),
  'quota-devices': quota.optional(),
  'quota-slots': quota.optional(),
  'quota-short': quota.optional(),
  heartbeat: z.coerce.number().optional(),
  'revoke-on-rekey': z.boolean().default(false),
  'stream-port': port.optional(),
  'storage-quota': z.coerce.number().int().nonnegative().optional(),
  'storage-object-limit': quota.optional(),
  'exit-with-parent': z.boolean().default(false),
});

/** What the command line asks for. */
export interface CommandLine {
  readonly gateway: GatewayOptions;
  readonly exitWithParent: boolean;
}

/**
 * Reads the flags.
 * @throws Error with one readable sentence for an unknown flag or a bad value.
 */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({
    args: [...argv],
    allowPositionals: false,
    options: {
      port: text,
      host: text,
      issuer: { type: 'string', multiple: true },
      data: text,
      signatures: text,
      'rate-limit': flag,
      'admin-token': text,
      log: text,
      'quota-devices': text,
      'quota-slots': text,
      'quota-short': text,
      heartbeat: text,
      'revoke-on-rekey': flag,
      'stream-port': text,
      'storage-quota': text,
      'storage-object-limit': text,
      'exit-with-parent': flag,
    },
  });
  const parsed = schema.safeParse(values);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Error(`--${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid value'}`);
  }
  const flags = parsed.data;
  return {
    exitWithParent: flags['exit-with-parent'],
    gateway: {
      port: flags.port,
      host: flags.host,
      issuers: flags.issuer
        .flatMap((value) => value.split(','))
        .map((value) => value.trim())
        .filter(Boolean),
      dataDir: flags.data,
      signatures: flags.signatures,
      rateLimit: flags['rate-limit'],
      log: flags.log,
      revokeOnRekey: flags['revoke-on-rekey'],
      quotas: {
        ...(flags['quota-devices'] === undefined ? {} : { devices: flags['quota-devices'] }),
        ...(flags['quota-slots'] === undefined ? {} : { slots: flags['quota-slots'] }),
        ...(flags['quota-short'] === undefined ? {} : { shortConnections: flags['quota-short'] }),
      },
      storage: {
        ...(flags['storage-quota'] === undefined ? {} : { quotaBytes: flags['storage-quota'] }),
        ...(flags['storage-object-limit'] === undefined
          ? {}
          : { objectBytes: flags['storage-object-limit'] }),
      },
      ...(flags['stream-port'] === undefined ? {} : { streamPort: flags['stream-port'] }),
      ...(flags['admin-token'] === undefined ? {} : { adminToken: flags['admin-token'] }),
      ...(flags.heartbeat === undefined ? {} : { heartbeatInterval: flags.heartbeat }),
    },
  };
}
