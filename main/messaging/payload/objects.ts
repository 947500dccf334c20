import { z } from 'zod';
import { parsePeerAid } from '../../../shared/aun/aid';
import { readClaim } from './attachment-claims';
import { searchable } from './described';
import type { Describer, PayloadContext } from './described';
import { cleanPassage, line, requiredLine, webAddress } from './fields';

const locationSchema = z.object({
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  name: line(),
  address: line(500),
  precision_m: z.number().min(0).max(20_100_000).nullable().default(null).catch(null),
});

/** `location`: WGS 84 degrees; an address of a map is ignored, the app makes its own. */
export const describeLocation: Describer = (payload) => {
  const parsed = locationSchema.safeParse(payload);
  if (!parsed.success) return null;
  const { precision_m: precisionMetres, ...place } = parsed.data;
  return {
    content: { kind: 'location', ...place, precisionMetres },
    links: { searchText: searchable(place.name, place.address) },
  };
};

const linkSchema = z.object({ title: line(), description: cleanPassage(2_000) });

/** `link`: the sender's own preview; nothing is fetched. The host shown is the one the address leads to. */
export const describeLink: Describer = (payload, context) => {
  const address = webAddress(payload['url']);
  const parsed = linkSchema.safeParse(payload);
  if (address === null || !parsed.success) return null;
  const { title, description } = parsed.data;
  return {
    content: { kind: 'link', ...address, title, description },
    links: {
      searchText: searchable(title, description, address.url),
      attachments: pictureOf(payload['thumbnail'], context),
    },
  };
};

const personSchema = z.object({
  display_name: requiredLine(),
  aid: z.string().max(320).default('').catch(''),
});

/** `personal_card`: somebody's claim about somebody; the address is only an address until its profile is verified. */
export const describePerson: Describer = (payload, context) => {
  const parsed = personSchema.safeParse(payload);
  if (!parsed.success) return null;
  const aid = parsePeerAid(parsed.data.aid);
  return {
    content: { kind: 'person', name: parsed.data.display_name, aid },
    links: {
      searchText: searchable(parsed.data.display_name, aid),
      attachments: pictureOf(payload['avatar'], context),
    },
  };
};

function pictureOf(value: unknown, context: PayloadContext) {
  const claim = readClaim(value, 'picture', context);
  return claim === null ? [] : [claim];
}
