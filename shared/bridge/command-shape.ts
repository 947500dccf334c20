import { z } from 'zod';
import { accountIdSchema } from '../model/account';

/** One entry of the bridge contract. */
export interface CommandShape {
  /** One sentence: what it promises. */
  readonly about: string;
  readonly params: z.ZodType;
  readonly result: z.ZodType;
}

/** Params or result of a command that has none. */
export const nothing = z.object({}).strict();
/** The account a command is about. */
export const account = accountIdSchema.describe('AID of an account that this installation holds');
/** Address of somebody else, as typed or stored. */
export const peerAid = z.string().max(320).describe('AID of another person or agent');
/** Names of things that main handed out before: files, jobs, found identities. Never a path. */
export const handle = z.string().min(1).max(128).describe('handle that an earlier answer gave out');
/** A secret for a key derivation: a passphrase of at least twelve characters or a generated recovery key. */
export const newSecret = z.string().min(12).max(1024);
/** A secret somebody types to open something that exists. */
export const knownSecret = z.string().max(1024);
