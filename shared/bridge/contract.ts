import { z } from 'zod';
import { accountSchema } from '../model/account';
import { backupProgressSchema } from '../model/backup';
import { conversationIdSchema, conversationSchema } from '../model/conversation';
import { groupSchema } from '../model/group';
import { messageSchema } from '../model/message';
import { contactSchema, profileSchema } from '../model/people';
import { networkProbeSchema, networkSchema } from '../model/network';
import { settingsSchema, vaultStatusSchema } from '../model/settings';
import { account, nothing } from './command-shape';
import type { CommandShape } from './command-shape';
import { attachmentCommands } from './commands/attachment';
import { backupCommands } from './commands/backup';
import { conversationCommands } from './commands/conversation';
import { groupCommands } from './commands/group';
import { groupResourceCommands } from './commands/group-resources';
import { identityCommands } from './commands/identity';
import { messageCommands } from './commands/message';
import { peopleCommands } from './commands/people';

/**
 * The bridge contract: every command the window (or a script) may send and every event it may hear. Both sides take
 * their types from here and both check the schemas; `docs/bridge.md` is generated from it.
 */
export { timelinePositionSchema } from './commands/message';
export type { TimelinePosition } from './commands/message';

const conversation = conversationIdSchema.describe(
  "the peer's AID, the own AID for notes to self, or a group id",
);

/** Every command by name. */
export const commands = {
  'app.info': {
    about: 'Version, runtime, vault state and whether this is the first start.',
    params: nothing,
    result: z.object({
      version: z.string().describe('version of Parley'),
      runtime: z.string().describe('Electron or Node and its version'),
      platform: z.string().describe('`linux`, `darwin` or `win32`'),
      locale: z.string().describe('BCP 47 tag of the operating system'),
      dataFolder: z.string(),
      vault: vaultStatusSchema,
    }),
  },
  'app.settings.get': { about: 'Reads the window settings.', params: nothing, result: settingsSchema },
  'app.settings.set': {
    about: 'Changes some window settings and returns all of them.',
    params: settingsSchema.partial().strict(),
    result: settingsSchema,
  },
  'app.openLink': {
    about: 'Asks the user, showing the real host, and then opens an http, https or mailto address outside.',
    params: z.object({ url: z.string().max(4096) }).strict(),
    result: z.object({ opened: z.boolean() }),
  },
  'app.showDataFolder': {
    about: 'Shows the data folder in the file manager of the operating system.',
    params: nothing,
    result: z.object({ shown: z.boolean() }),
  },
  'app.reportError': {
    about: 'Writes an error of the window to the log, redacted.',
    params: z.object({ message: z.string().max(2000), stack: z.string().max(8000) }).strict(),
    result: nothing,
  },
  'vault.status': {
    about: 'State of the vault that wraps every key on disk.',
    params: nothing,
    result: vaultStatusSchema,
  },
  'vault.unlock': {
    about: 'Opens a vault that is protected by a passphrase; accounts start afterwards.',
    params: z.object({ passphrase: z.string().min(1).max(1024) }).strict(),
    result: vaultStatusSchema,
  },
  'vault.setPassphrase': {
    about:
      'Puts every wrapped key under a passphrase (scrypt) from now on, verified before the old wrapping is dropped.',
    params: z.object({ passphrase: z.string().min(8).max(1024) }).strict(),
    result: vaultStatusSchema,
  },
  'vault.lock': {
    about: 'Closes every identity and forgets the passphrase until it is typed again.',
    params: nothing,
    result: vaultStatusSchema,
  },
  'vault.changePassphrase': {
    about: 'Replaces the passphrase; the present one is asked for.',
    params: z
      .object({ current: z.string().min(1).max(1024), passphrase: z.string().min(8).max(1024) })
      .strict(),
    result: vaultStatusSchema,
  },
  'vault.removePassphrase': {
    about: 'Puts every key back into the care of the operating system, where it has a protected place.',
    params: z.object({ current: z.string().min(1).max(1024) }).strict(),
    result: vaultStatusSchema,
  },
  'network.list': {
    about: 'Networks identities can live on.',
    params: nothing,
    result: z.object({ networks: z.array(networkSchema) }),
  },
  'network.probe': {
    about: 'Looks at an issuer or a gateway address without trusting it; the answer is shown to the user.',
    params: z
      .object({
        address: z
          .string()
          .min(1)
          .max(2048)
          .describe('issuer such as agentid.pub, or a ws(s):// or http(s):// gateway address'),
      })
      .strict(),
    result: networkProbeSchema,
  },
  'network.add': {
    about: 'Adds a network with the trust root the user accepted.',
    params: z
      .object({
        issuer: z.string().max(253),
        gatewayUrl: z.string().max(2048).nullable(),
        rootPem: z.string().max(65536).nullable(),
      })
      .strict(),
    result: networkSchema,
  },
  'network.startLocal': {
    about:
      'Starts the embedded local network (gateway, certificate authority, demo agents) if it does not run.',
    params: nothing,
    result: networkSchema,
  },
  'network.checkName': {
    about: 'Says whether a name is free on a network and, if it is not, names three that are.',
    params: z.object({ network: z.string(), name: z.string().max(256) }).strict(),
    result: z.object({ aid: z.string(), available: z.boolean(), suggestions: z.array(z.string()).max(3) }),
  },
  'account.list': {
    about: 'All identities of this installation in their order.',
    params: nothing,
    result: z.object({ accounts: z.array(accountSchema) }),
  },
  'account.create': {
    about:
      'Makes a key pair, registers the name and goes online. Repeating it with the same name finishes an interrupted registration.',
    params: z
      .object({ network: z.string(), name: z.string().max(256), displayName: z.string().max(128) })
      .strict(),
    result: accountSchema,
  },
  'account.connect': {
    about: 'Goes online now: clears a block, skips a waiting time, takes back a session that was displaced.',
    params: z.object({ account }).strict(),
    result: accountSchema,
  },
  'account.disconnect': {
    about: 'Goes offline and stays offline until told otherwise.',
    params: z.object({ account }).strict(),
    result: accountSchema,
  },
  'account.reregister': {
    about: 'Registers the existing key again where the network lost the registration.',
    params: z.object({ account }).strict(),
    result: accountSchema,
  },
  'peer.lookup': {
    about: 'Asks the network whether an address exists and can receive encrypted messages.',
    params: z.object({ account, aid: z.string().max(320) }).strict(),
    result: z.object({
      aid: z.string(),
      exists: z.boolean(),
      hasKeys: z.boolean(),
      online: z.boolean(),
      certificateFingerprint: z.string().nullable(),
    }),
  },
  'app.settled': {
    about: 'The window has handed over everything it kept, as `app.closing` asked; it may be closed.',
    params: nothing,
    result: nothing,
  },
  'app.viewing': {
    about: 'What the user looks at now: what is in sight needs no notification.',
    params: z
      .object({
        focused: z.boolean(),
        account: account.nullable(),
        conversation: conversation.nullable(),
      })
      .strict(),
    result: nothing,
  },
  ...conversationCommands,
  ...messageCommands,
  ...attachmentCommands,
  ...groupCommands,
  ...groupResourceCommands,
  ...identityCommands,
  ...peopleCommands,
  ...backupCommands,
} as const satisfies Record<string, CommandShape>;

export type CommandName = keyof typeof commands;
/** What a caller passes (defaults may be left out). */
export type CommandParams<Name extends CommandName> = z.input<(typeof commands)[Name]['params']>;
/** What a handler receives (defaults filled in). */
export type ParsedParams<Name extends CommandName> = z.output<(typeof commands)[Name]['params']>;
export type CommandResult<Name extends CommandName> = z.output<(typeof commands)[Name]['result']>;

interface EventShape {
  readonly about: string;
  readonly data: z.ZodType;
}

/** Every event by name. `account` is null where an event belongs to the whole installation. */
export const events = {
  'account.changed': {
    about: 'An identity was added or any of its facts changed.',
    data: z.object({ account, snapshot: accountSchema }),
  },
  'account.removed': {
    about: 'An identity was taken out of this window.',
    data: z.object({ account }),
  },
  'account.order': {
    about: 'The order of the identities changed.',
    data: z.object({ account: z.null(), accounts: z.array(account) }),
  },
  'contact.changed': {
    about: 'What an identity knows of somebody changed.',
    data: z.object({ account, contact: contactSchema }),
  },
  'profile.changed': {
    about: "Somebody's profile, or the own one, was fetched anew and is different.",
    data: z.object({ account, profile: profileSchema }),
  },
  'backup.progress': {
    about: 'A backup or restore got further.',
    data: z.object({ account: account.nullable(), progress: backupProgressSchema }),
  },
  'link.opened': {
    about: 'The operating system handed over an `aun://` link; it is fetched with `link.take`.',
    data: z.object({ account: z.null() }),
  },
  'conversation.changed': {
    about: 'Conversations were added or changed.',
    data: z.object({ account, conversations: z.array(conversationSchema) }),
  },
  'message.changed': {
    about: 'Messages were added or changed; a window that shows the conversation merges them by id.',
    data: z.object({ account, conversation, messages: z.array(messageSchema) }),
  },
  'message.removed': {
    about: 'Messages are gone.',
    data: z.object({ account, conversation, ids: z.array(z.number().int()) }),
  },
  'conversation.removed': {
    about: 'A conversation is gone.',
    data: z.object({ account, conversation }),
  },
  'group.changed': {
    about: 'A group was added or any of its facts changed.',
    data: z.object({ account, group: groupSchema }),
  },
  'group.members': {
    about: 'The members of a group, or what is known of them, changed: who shows them asks again.',
    data: z.object({ account, group: z.string() }),
  },
  'group.logged': {
    about: 'The moderation log of a group got longer.',
    data: z.object({ account, group: z.string() }),
  },
  'transfer.progress': {
    about: 'An upload or download got further.',
    data: z.object({
      account,
      attachment: z.number().int(),
      done: z.number().int().describe('bytes'),
      total: z.number().int().describe('bytes'),
    }),
  },
  'stream.changed': {
    about: 'A streaming reply got longer or ended; `text` goes to position `at` of what was there.',
    data: z.object({
      account,
      id: z.number().int().describe('id of the announcing message'),
      at: z.number().int(),
      text: z.string(),
      state: z.enum(['live', 'waiting', 'ended', 'failed', 'stopped']),
    }),
  },
  'typing.changed': {
    about: 'Somebody is writing until a moment, or stopped.',
    data: z.object({
      account,
      conversation,
      who: z.string().describe('AID; differs from the conversation in groups'),
      until: z.number().nullable(),
    }),
  },
  'presence.changed': {
    about: 'Who of the watched people is connected.',
    data: z.object({ account, online: z.record(z.string(), z.boolean()) }),
  },
  'app.closing': {
    about:
      'The window will be closed: what was typed and not stored is stored now, then `app.settled` is called.',
    data: z.object({ account: z.null() }),
  },
  'app.navigate': {
    about: 'A notification was clicked: show this.',
    data: z.object({ account, conversation, message: z.number().int().nullable() }),
  },
  'network.changed': {
    about: 'The list of networks changed.',
    data: z.object({ account: z.null(), networks: z.array(networkSchema) }),
  },
  'settings.changed': {
    about: 'Window settings changed.',
    data: z.object({ account: z.null(), settings: settingsSchema }),
  },
  'vault.changed': {
    about: 'The vault was locked, unlocked or changed its backend.',
    data: z.object({ account: z.null(), vault: vaultStatusSchema }),
  },
  'app.notice': {
    about: 'Something the user should hear once.',
    data: z.object({
      account: account.nullable(),
      code: z.enum(['server_reset', 'clock_skew', 'database_recovered', 'disk_full']),
      detail: z.string(),
    }),
  },
} as const satisfies Record<string, EventShape>;

export type EventName = keyof typeof events;
export type EventData<Name extends EventName> = z.output<(typeof events)[Name]['data']>;

/** One event in a batch as it crosses the bridge. */
export type BridgeEvent = {
  [Name in EventName]: { readonly event: Name; readonly data: EventData<Name> };
}[EventName];
