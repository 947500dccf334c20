import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach } from 'vitest';
import type { MessageContent } from '../../shared/model/message';
import {
  noLinks,
  type AttachmentClaim,
  type AccountStore,
  type InboundRecord,
  type MessageLinks,
  type StoreHost,
} from '../ports/store';
import { silentLogger } from '../runtime/logger';
import { systemClock } from '../runtime/runtime';
import { createInlineStoreHost } from './inline-host';
import type { ConnectionContext } from './sqlite';

/** AID that the stores of these tests belong to. */
export const OWN = 'me.aun.test';
export const PEER = 'bob.aun.test';

export const quiet: ConnectionContext = { clock: systemClock, logger: silentLogger };

const cleanups: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Runs after the test. */
export function cleanUp(work: () => void | Promise<void>): void {
  cleanups.push(work);
}

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'parley-store-'));
  cleanUp(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An open store in a folder of its own. */
export interface TestStore {
  readonly file: string;
  readonly key: Uint8Array;
  readonly store: AccountStore;
  readonly host: StoreHost;
  /** Closes it and opens it again. */
  reopen(): Promise<AccountStore>;
}

export async function openTestStore(context: ConnectionContext = quiet): Promise<TestStore> {
  const file = path.join(temporaryFolder(), 'account', 'parley.db');
  const key = randomBytes(32);
  const host = createInlineStoreHost(context);
  cleanUp(() => host.close());
  let store = await host.open(file, key, OWN);
  return {
    file,
    key,
    host,
    get store() {
      return store;
    },
    async reopen() {
      await store.close();
      store = await host.open(file, key, OWN);
      return store;
    },
  };
}

export function textContent(text: string): MessageContent {
  return { kind: 'text', text, format: 'plain', mentions: [] };
}

/** Links of a text that has none. */
export function textLinks(text: string): MessageLinks {
  return { ...noLinks, searchText: text };
}

/** An attachment as a payload names it. */
export function claim(name: string, type: string, parts: Partial<AttachmentClaim> = {}): AttachmentClaim {
  return {
    role: 'main',
    name,
    type,
    size: 1234,
    width: null,
    height: null,
    durationMs: null,
    encrypted: true,
    referenceJson: `{"object_key":"${name}"}`,
    thumbnail: null,
    ...parts,
  };
}

export const unreadable = {
  kind: 'undecryptable' as const,
  reason: 'prekey_missing' as const,
  detail: 'no such prekey',
  retrying: true,
} satisfies MessageContent;

let counter = 0;

/** A message of {@link PEER} as the inbox hands it over; parts may be replaced. */
export function inbound(text: string, parts: Partial<InboundRecord> = {}): InboundRecord {
  counter += 1;
  return {
    seq: counter,
    messageId: `in-${counter}`,
    sender: PEER,
    conversation: PEER,
    own: false,
    serverTime: 1_790_000_000_000 + counter * 1000,
    senderTime: 1_790_000_000_000 + counter * 1000,
    content: textContent(text),
    links: textLinks(text),
    payloadJson: JSON.stringify({ type: 'text', text }),
    rawJson: null,
    protection: 'e2ee-v1',
    forwardSecret: true,
    ...parts,
  };
}

/** A row that could not be opened. */
export function inboundUnreadable(parts: Partial<InboundRecord> = {}): InboundRecord {
  return inbound('', {
    content: unreadable,
    links: noLinks,
    payloadJson: null,
    rawJson: '{"raw":true}',
    ...parts,
  });
}

/** A text of the store's owner for the outbox; parts may be replaced. */
export function outgoing(
  text: string,
  parts: Partial<Parameters<AccountStore['enqueue']>[0]> = {},
): Parameters<AccountStore['enqueue']>[0] {
  counter += 1;
  return {
    conversation: PEER,
    messageId: `out-${counter}`,
    requestId: `request-${counter}`,
    payloadJson: JSON.stringify({ type: 'text', text }),
    content: textContent(text),
    links: textLinks(text),
    attachments: [],
    sortAt: 1_790_000_000_000 + counter * 1000,
    sender: OWN,
    ...parts,
  };
}
