import { parsePeerAid } from '../../../shared/aun/aid';
import type { Aid } from '../../../shared/aun/aid';
import type { Profile } from '../../../shared/model/people';
import type { CertificateVerifier, Identity, PkiSource } from '../../ports/identity';
import type { Profiles } from '../../ports/profile';
import type { AccountStore, ProfileRecord } from '../../ports/store';
import type { WebClient } from '../../ports/web';
import { AunError } from '../../runtime/errors';
import type { Logger } from '../../runtime/logger';
import type { Clock } from '../../runtime/runtime';
import { OwnProfileDesk } from './own-profile';
import { PeerProfiles } from './peer-profiles';
import { emptyRecord, toProfile } from './record';
import { createDocumentVerifier } from './verify';

export { declaredNameOf, presentationOf } from './presentation';
export type { Presentation } from './presentation';

/** What the profiles of one account are made of. */
export interface ProfilesOptions {
  readonly identity: Identity;
  readonly web: WebClient;
  readonly store: Pick<
    AccountStore,
    'profile' | 'saveProfile' | 'getMeta' | 'setMeta' | 'certificates' | 'saveCertificate'
  >;
  readonly verifier: CertificateVerifier;
  readonly pki: PkiSource;
  /** A token good for one upload. */
  readonly accessToken: () => Promise<string>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called after a profile was stored that looks different now, the own one included. */
  readonly changed: (profile: Profile, record: ProfileRecord) => void;
}

/** Profile documents of one account and of the people it meets (`protocol/06 §5`). */
export function createProfiles(options: ProfilesOptions): Profiles {
  const { identity, pki, verifier, store, clock, logger } = options;
  const documents = createDocumentVerifier({ identity, pki, verifier, store, clock, logger });
  const peers = new PeerProfiles({ ...options, documents });
  const desk = new OwnProfileDesk({ ...options, documents });
  const parse = (aid: string): Aid => {
    const parsed = parsePeerAid(aid);
    if (parsed === null || parsed !== aid)
      throw new AunError('invalid_aid', `not an address: ${aid.slice(0, 80)}`);
    return parsed;
  };

  return {
    own: (refresh) => desk.own(refresh),
    saveDraft: (text) => desk.saveDraft(text),
    publish: (text, replacing) => desk.publish(text, replacing),
    async peer(aid, refresh) {
      const wanted = parse(aid);
      if (wanted !== identity.aid) return peers.peer(wanted, refresh);
      const { published } = await desk.own(refresh);
      return published ?? toProfile(emptyRecord(aid, 0));
    },
    acceptOlder: (aid) => peers.acceptOlder(parse(aid)),
    met(aid) {
      const wanted = parsePeerAid(aid);
      if (wanted !== null && wanted === aid && wanted !== identity.aid) peers.met(wanted);
    },
    ownTag: (etag) => desk.hint(etag),
    stop() {
      peers.stop();
      desk.stop();
    },
  };
}
