import { z } from 'zod';
import { accountSchema, advancedSettingsSchema, notificationRuleSchema } from '../../model/account';
import { certificateViewSchema } from '../../model/certificate';
import { connectionInspectionSchema } from '../../model/connection';
import { account, handle, nothing } from '../command-shape';
import type { CommandShape } from '../command-shape';

/** Commands about the identities of this installation, their sessions and certificates. */
export const identityCommands = {
  'account.reorder': {
    about: 'Puts the identities into this order; those not named keep their order behind them.',
    params: z.object({ accounts: z.array(account).max(100) }).strict(),
    result: z.object({ accounts: z.array(accountSchema) }),
  },
  'account.update': {
    about: 'Changes what this window calls an identity, its colour, or whether it calls for attention.',
    params: z
      .object({
        account,
        displayName: z.string().max(128).optional(),
        hue: z
          .number()
          .int()
          .min(0)
          .max(359)
          .nullable()
          .optional()
          .describe('null: the one derived from the public key'),
        notifications: notificationRuleSchema.optional(),
      })
      .strict(),
    result: accountSchema,
  },
  'account.advanced.get': {
    about: 'Slot, delivery mode and device name of an identity.',
    params: z.object({ account }).strict(),
    result: advancedSettingsSchema.extend({ deviceId: z.string().nullable() }),
  },
  'account.advanced.set': {
    about: 'Changes slot, delivery mode or device name; the identity signs in again with them.',
    params: z.object({ account, settings: advancedSettingsSchema }).strict(),
    result: accountSchema,
  },
  'account.remove': {
    about:
      'Takes an identity out of this window. `keep` leaves its folder so that it can be put back; `erase` destroys keys and history on this computer. Exporting is done before, with `backup.create`.',
    params: z
      .object({
        account,
        data: z.enum(['keep', 'erase']),
        confirm: z.string().max(320).describe('the address, typed by the user; needed for `erase`'),
      })
      .strict(),
    result: nothing,
  },
  'account.listRemoved': {
    about: 'Identities that were taken out and whose data is still here.',
    params: nothing,
    result: z.object({
      accounts: z.array(z.object({ account, network: z.string(), removedAt: z.number() })),
    }),
  },
  'account.putBack': {
    about: 'Puts an identity back that was taken out with its data kept.',
    params: z.object({ account }).strict(),
    result: accountSchema,
  },
  'account.eraseRemoved': {
    about: 'Destroys the kept data of an identity that was taken out.',
    params: z.object({ account, confirm: z.string().max(320) }).strict(),
    result: nothing,
  },
  'session.inspect': {
    about: 'What the connection of an identity looks like from inside; never a token.',
    params: z.object({ account }).strict(),
    result: connectionInspectionSchema,
  },
  'session.report': {
    about: 'A diagnostic report as text, without secrets, message text or addresses of other people.',
    params: z.object({ account }).strict(),
    result: z.object({ text: z.string() }),
  },
  'certificate.own': {
    about: 'All certificates this identity ever had, the active one first.',
    params: z.object({ account }).strict(),
    result: z.object({
      certificates: z.array(certificateViewSchema),
      renewal: z.object({
        dueAt: z.number().nullable().describe('when this program renews by itself, Unix ms'),
        lastTriedAt: z.number().nullable(),
        problem: z.string().describe('why the last try failed, empty when it did not'),
      }),
    }),
  },
  'certificate.peer': {
    about: 'The certificate of somebody else as the network gives it out now, judged.',
    params: z.object({ account, aid: z.string().max(320) }).strict(),
    result: z.object({ certificates: z.array(certificateViewSchema) }),
  },
  'certificate.renew': {
    about: 'Gets a fresh certificate for the same key now.',
    params: z.object({ account }).strict(),
    result: z.object({ certificates: z.array(certificateViewSchema) }),
  },
  'certificate.rekey': {
    about:
      'Makes a new key for this identity and retires the old one; everybody will be told. The old key stays for old messages.',
    params: z.object({ account, confirm: z.string().max(320).describe('the address, typed') }).strict(),
    result: accountSchema,
  },
  'network.roots': {
    about: 'Trust roots of a network and where each comes from.',
    params: z.object({ network: z.string() }).strict(),
    result: z.object({
      roots: z.array(
        z.object({
          fingerprint: z.string(),
          subject: z.string(),
          notAfter: z.number(),
          source: z.enum(['bundled', 'pinned', 'imported', 'configured']),
        }),
      ),
    }),
  },
  'network.chooseRoot': {
    about:
      'Lets the user pick a PEM file, or a list of trust roots that the pinned authority signed, and shows what is in it; nothing is trusted yet.',
    params: z.object({ network: z.string().describe('the one it is for') }).strict(),
    result: z.object({
      file: handle.nullable().describe('null when the user picked nothing'),
      roots: z.array(z.object({ fingerprint: z.string(), subject: z.string(), notAfter: z.number() })),
    }),
  },
  'network.importRoot': {
    about: 'Trusts the roots of a file that was shown before, for one network.',
    params: z.object({ network: z.string(), file: handle }).strict(),
    result: nothing,
  },
  'network.removeRoot': {
    about: 'Stops trusting an imported root.',
    params: z.object({ network: z.string(), fingerprint: z.string().max(80) }).strict(),
    result: nothing,
  },
} as const satisfies Record<string, CommandShape>;
