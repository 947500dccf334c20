import type { OwnProfile, Profile } from '../../shared/model/people';

/** Profile documents of one account (`protocol/06 §5`). */
export interface Profiles {
  own(refresh: boolean): Promise<OwnProfile>;
  saveDraft(text: string | null): Promise<OwnProfile>;
  /** @throws AunError `profile_too_large`, `profile_invalid`, `profile_conflict`, gateway errors */
  publish(text: string, replacing: string | null): Promise<OwnProfile>;
  /** From the cache when it is fresh, else fetched; on network trouble the cached one. */
  peer(aid: string, refresh: boolean): Promise<Profile>;
  /**
   * Takes the document that is older than one that was seen, by the user's word; once, if it is signed with the present key.
   * What is there otherwise is weighed as ever. @throws AunError gateway errors
   */
  acceptOlder(aid: string): Promise<Profile>;
  /** Somebody was met: fetches their profile in the background when it is due, a few at a time. */
  met(aid: string): void;
  /** The gateway told the ETag of the own published document (`protocol/06 §5.4`). */
  ownTag(etag: string): void;
  stop(): void;
}
