import { looksLikeAunLink, parseAunLink } from '../../shared/aun/link';
import type { Logger } from '../runtime/logger';

/** More waiting links than this are a nuisance, not an intention. */
const MOST_WAITING = 20;

/** Links that the operating system handed over and that no window has taken yet. */
export interface LinkInbox {
  /** Takes the links among the arguments of a start; anything else is passed over. Returns whether there was one. */
  offer(texts: readonly string[]): boolean;
  /** The addresses in them; they are gone afterwards. A link that names no address is an empty text. */
  take(): string[];
}

/** Builds the inbox; `arrived` is called after something new came in. */
export function createLinkInbox(logger: Logger, arrived: () => void): LinkInbox {
  let waiting: string[] = [];
  return {
    offer(texts) {
      const links = texts.filter(looksLikeAunLink);
      if (links.length === 0) return false;
      for (const link of links) {
        const aid = parseAunLink(link) ?? '';
        if (aid === '') logger.log('warn', 'link.refused', { length: link.length });
        if (waiting.length < MOST_WAITING && !waiting.includes(aid)) waiting.push(aid);
      }
      arrived();
      return true;
    },
    take() {
      const taken = waiting;
      waiting = [];
      return taken;
    },
  };
}
