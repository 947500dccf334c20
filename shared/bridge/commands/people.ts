import { z } from 'zod';
import { contactSchema, ownProfileSchema, profileSchema, safetyNumberSchema } from '../../model/people';
import { account, peerAid } from '../command-shape';
import type { CommandShape } from '../command-shape';

/** Largest profile document without its signature block, in bytes (`protocol/06 §5.1`). */
const profileText = z.string().max(16_384);

/** Commands about other people: trust, verification, profiles, links. */
export const peopleCommands = {
  'contact.get': {
    about: 'What an identity knows of somebody, from its own database.',
    params: z.object({ account, aid: peerAid }).strict(),
    result: contactSchema,
  },
  'contact.list': {
    about: 'People an identity knows, by title.',
    params: z.object({ account, only: z.enum(['all', 'verified']).default('all') }).strict(),
    result: z.object({ contacts: z.array(contactSchema) }),
  },
  'contact.setAlias': {
    about: 'Gives somebody a name that only this user sees; empty takes it away.',
    params: z.object({ account, aid: peerAid, alias: z.string().max(128) }).strict(),
    result: contactSchema,
  },
  'contact.safetyNumber': {
    about: 'The number to compare with somebody, and the text of the QR code.',
    params: z.object({ account, aid: peerAid }).strict(),
    result: safetyNumberSchema,
  },
  'contact.verify': {
    about: 'Marks somebody as verified after the numbers were compared, or checks the text of their QR code.',
    params: z
      .object({
        account,
        aid: peerAid,
        key: z.string().max(80).describe('`sha256:…` of the key whose number was compared'),
        qr: z.string().max(1024).optional().describe('text of the QR code the other side shows'),
      })
      .strict(),
    result: contactSchema,
  },
  'contact.unverify': {
    about: 'Takes the verified mark away.',
    params: z.object({ account, aid: peerAid }).strict(),
    result: contactSchema,
  },
  'contact.acceptKeys': {
    about: 'Goes on with the new key of somebody after it was shown; what waited is sent.',
    params: z.object({ account, aid: peerAid, key: z.string().max(80) }).strict(),
    result: contactSchema,
  },
  'profile.peer': {
    about: "Somebody's profile: from the cache, or from the network when it is old or `refresh` is set.",
    params: z.object({ account, aid: peerAid, refresh: z.boolean().default(false) }).strict(),
    result: profileSchema,
  },
  'profile.acceptOlder': {
    about:
      'Takes the profile that is older than one that was seen, for somebody who began their versions again. Once, and only one that is signed with the present key; what is there otherwise is weighed as ever.',
    params: z.object({ account, aid: peerAid }).strict(),
    result: profileSchema,
  },
  'profile.own': {
    about: 'The own profile: what is published and what is edited.',
    params: z.object({ account, refresh: z.boolean().default(false) }).strict(),
    result: ownProfileSchema,
  },
  'profile.saveDraft': {
    about: 'Keeps an edited profile that is not published; null drops it.',
    params: z.object({ account, text: profileText.nullable() }).strict(),
    result: ownProfileSchema,
  },
  'profile.publish': {
    about: 'Signs the profile and publishes it; everybody can read it.',
    params: z
      .object({
        account,
        text: profileText,
        replacing: z
          .string()
          .max(128)
          .nullable()
          .describe('ETag of the document this edit started from; another one there now is a conflict'),
      })
      .strict(),
    result: ownProfileSchema,
  },
  'link.take': {
    about:
      'Links that the operating system handed to this program and that the user has not opened or ignored yet. They come again with every call, until they are named as settled.',
    params: z
      .object({
        settled: z
          .array(z.string().max(1000))
          .max(100)
          .describe('addresses and links of groups that the user is done with, as they were given'),
      })
      .strict(),
    result: z.object({
      links: z.array(
        z.object({
          aid: z.string().describe('address it names; empty when it names none'),
          invitation: z.string().nullable().describe('link of a group, in its plain form, or null'),
        }),
      ),
    }),
  },
} as const satisfies Record<string, CommandShape>;
