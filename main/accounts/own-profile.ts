import type { OwnProfile } from '../../shared/model/people';
import type { Identity } from '../ports/identity';
import type { Profiles } from '../ports/profile';
import type { AccountStore } from '../ports/store';

/** Store entry: ETag of the document that this installation published last. */
const PUBLISHED = 'profile_published';

/** What the own profile's keeper works with. */
export interface OwnProfileParts {
  readonly identity: Identity;
  readonly profiles: Profiles;
  readonly store: AccountStore;
  /** What the snapshot shows of the profile changed. */
  readonly changed: () => void;
}

/** The own profile as its account shows it: name, whether another device changed it, and a signature of the present key. */
export class OwnProfileKeeper {
  private shown = { name: '', changedElsewhere: false };

  constructor(private readonly parts: OwnProfileParts) {}

  /** Name in the published document, empty where there is none. */
  get name(): string {
    return this.shown.name;
  }

  get changedElsewhere(): boolean {
    return this.shown.changedElsewhere;
  }

  /** Reads the name that is known, without asking the network. */
  async readName(): Promise<void> {
    const { store, identity, changed } = this.parts;
    const record = await store.profile(identity.aid);
    this.shown = { ...this.shown, name: record?.name ?? '' };
    changed();
  }

  /** Takes over what the profile service just said. */
  async take(profile: OwnProfile): Promise<OwnProfile> {
    this.shown = { ...this.shown, changedElsewhere: profile.state === 'changed_elsewhere' };
    await this.readName();
    return profile;
  }

  /** @throws AunError as {@link Profiles.publish} */
  async publish(text: string, replacing: string | null): Promise<OwnProfile> {
    const published = await this.parts.profiles.publish(text, replacing);
    await this.parts.store.setMeta(PUBLISHED, published.published?.etag ?? null);
    return this.take(published);
  }

  /** Asks the network only where what is known is old, so this is for the time online. */
  async look(): Promise<void> {
    const own = await this.take(await this.parts.profiles.own(false));
    await this.signAnew(own);
  }

  /**
   * After a change of key others cannot tell a profile signed by the old one from a thief's: the same text is signed anew.
   * Only the very document that was published here, for what a thief of the old key wrote must not get a new signature.
   */
  private async signAnew({ published, state }: OwnProfile): Promise<void> {
    const { identity, store } = this.parts;
    const former = identity.formerKeys().flatMap((key) => key.certificates);
    const signedBefore = former.some(({ fingerprint }) => fingerprint === published?.certificateFingerprint);
    if (published === null || state !== 'published' || !signedBefore) return;
    if (published.etag === null || (await store.getMeta(PUBLISHED)) !== published.etag) return;
    await this.publish(published.text, published.etag);
  }
}
