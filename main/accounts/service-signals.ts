import type { Contact, Profile } from '../../shared/model/people';
import type { StoreChange } from '../ports/store';

/** What the services of an account tell the account they belong to. */
export interface ServiceListener {
  /** A write is on disk. */
  published(change: StoreChange): void;
  contactChanged(contact: Contact): void;
  profileChanged(profile: Profile): void;
  /** Messages to somebody that waited for the user's word may go. */
  released(aid: string): void;
}

/**
 * Passes on what services tell. They are made before the account that listens to them, and tell nothing before it is
 * there.
 */
export class ServiceSignals implements ServiceListener {
  private listener: ServiceListener | null = null;

  listen(listener: ServiceListener): void {
    this.listener = listener;
  }

  published(change: StoreChange): void {
    this.listener?.published(change);
  }

  contactChanged(contact: Contact): void {
    this.listener?.contactChanged(contact);
  }

  profileChanged(profile: Profile): void {
    this.listener?.profileChanged(profile);
  }

  released(aid: string): void {
    this.listener?.released(aid);
  }
}
