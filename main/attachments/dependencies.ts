import type { EventData } from '../../shared/bridge/contract';
import type { Desktop } from '../ports/desktop';
import type { RpcCaller } from '../ports/session';
import type { AccountStore, StoreChange } from '../ports/store';
import type { Transfers } from '../ports/transfers';
import type { Runtime } from '../runtime/runtime';

/** What the attachments of an account need. */
export interface AttachmentDependencies {
  /** Own AID. */
  readonly account: string;
  /** Folder of the encrypted files; it is made when the first one comes. */
  readonly folder: string;
  readonly store: AccountStore;
  readonly rpc: RpcCaller;
  readonly transfers: Transfers;
  readonly desktop: Desktop;
  readonly runtime: Runtime;
  /** Whether so many bytes may be fetched from a conversation without a click. */
  readonly mayFetch: (conversation: string, bytes: number) => boolean | Promise<boolean>;
  readonly emit: (event: 'transfer.progress', data: EventData<'transfer.progress'>) => void;
  readonly publish: (change: StoreChange) => void;
}
