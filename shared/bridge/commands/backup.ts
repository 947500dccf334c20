import { z } from 'zod';
import { accountSchema } from '../../model/account';
import {
  backupFileSchema,
  backupProgressSchema,
  backupStatusSchema,
  restoreResultSchema,
  sdkIdentitySchema,
} from '../../model/backup';
import { account, handle, knownSecret, newSecret, nothing } from '../command-shape';
import type { CommandShape } from '../command-shape';

const phone = z.string().max(20).describe('E.164, such as +8613800000000');
const smsCode = z.string().max(12);

/** Commands about moving and keeping identities. Files are chosen in dialogs of the main process: no path crosses. */
export const backupCommands = {
  'backup.status': {
    about: 'When an identity was last saved and whether to remind of it.',
    params: z.object({ account }).strict(),
    result: backupStatusSchema,
  },
  'backup.dismissReminder': {
    about: 'Stops reminding of a backup for thirty days.',
    params: z.object({ account }).strict(),
    result: backupStatusSchema,
  },
  'backup.recoveryKey': {
    about: 'A random recovery key of 26 characters that can be used instead of a passphrase.',
    params: nothing,
    result: z.object({ key: z.string() }),
  },
  'backup.create': {
    about:
      'Asks where to, then writes one encrypted file. `recovery` holds keys and people, `full` also history and attachments. Progress comes as events.',
    params: z
      .object({ account, contents: z.enum(['recovery', 'full']), secret: newSecret, job: handle })
      .strict(),
    result: z.object({ saved: z.boolean(), name: z.string(), bytes: z.number(), records: z.number().int() }),
  },
  'backup.choose': {
    about: 'Lets the user pick a backup file and reads its outside.',
    params: nothing,
    result: z.object({ found: backupFileSchema.nullable() }),
  },
  'backup.restore': {
    about:
      'Restores the identity of a chosen file with a new device id, then goes online. Nothing is left behind when it fails or is cancelled.',
    params: z.object({ file: handle, secret: knownSecret, network: z.string(), job: handle }).strict(),
    result: restoreResultSchema,
  },
  'backup.jobs': {
    about:
      'Backups and restores that are under way, for a window that was loaded, or a view that was opened, in the middle.',
    params: nothing,
    result: z.object({ jobs: z.array(backupProgressSchema) }),
  },
  'backup.cancel': {
    about: 'Stops a running backup or restore.',
    params: z.object({ job: handle }).strict(),
    result: nothing,
  },
  'identity.exportPem': {
    about: 'Asks where to, then writes the private key as an encrypted PKCS#8 PEM for other tools.',
    params: z.object({ account, secret: newSecret }).strict(),
    result: z.object({ saved: z.boolean() }),
  },
  'sdk.choose': {
    about: 'Lets the user pick a data folder of the SDKs and lists the identities in it; only reads.',
    params: nothing,
    result: z.object({
      found: z
        .object({ folder: handle, name: z.string(), identities: z.array(sdkIdentitySchema) })
        .nullable(),
    }),
  },
  'sdk.import': {
    about: 'Imports an identity of a chosen SDK folder, with its seed password where it has one.',
    params: z
      .object({ folder: handle, aid: z.string().max(320), password: knownSecret, network: z.string() })
      .strict(),
    result: accountSchema,
  },
  'sdk.export': {
    about: 'Asks where to, then writes the identity as a data folder that the SDKs load.',
    params: z.object({ account, password: newSecret.describe('seed password of the folder') }).strict(),
    result: z.object({ saved: z.boolean() }),
  },
  'custody.find': {
    about: 'Whether the network of an identity (or a network alone) offers a custody service.',
    params: z.object({ network: z.string(), account: account.nullable() }).strict(),
    result: z.object({ available: z.boolean(), host: z.string().nullable() }),
  },
  'custody.sendCode': {
    about: 'Has a code sent to a phone, to bind it to an identity of this window or to restore another.',
    params: z
      .object({
        network: z.string(),
        account: account.nullable().describe('set to bind'),
        aid: z.string().max(320).nullable().describe('set to restore'),
        phone,
      })
      .strict(),
    result: z.object({
      expiresInSeconds: z.number().int(),
      debugCode: z.string().nullable().describe('only development services give it away'),
    }),
  },
  'custody.backup': {
    about: 'Leaves the identity key, encrypted with a secret that the service never sees, with the service.',
    params: z.object({ account, phone, code: smsCode, secret: newSecret }).strict(),
    result: z.object({ storedAt: z.number() }),
  },
  'custody.restore': {
    about: 'Fetches and opens a key by phone code and secret, then goes online with a new device id.',
    params: z
      .object({ network: z.string(), aid: z.string().max(320), phone, code: smsCode, secret: knownSecret })
      .strict(),
    result: accountSchema,
  },
  'custody.offerTransfer': {
    about: 'Leaves the key for another device of the same user: two codes to type there.',
    params: z.object({ account }).strict(),
    result: z.object({ transferCode: z.string(), oneTimePassword: z.string(), expiresAt: z.number() }),
  },
  'custody.claimTransfer': {
    about: 'Takes over an identity with the two codes that the other device shows.',
    params: z
      .object({
        network: z.string(),
        aid: z.string().max(320),
        transferCode: z.string().max(32),
        oneTimePassword: z.string().max(64),
      })
      .strict(),
    result: accountSchema,
  },
} as const satisfies Record<string, CommandShape>;
