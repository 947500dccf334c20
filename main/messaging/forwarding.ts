import type { JsonObject } from '../../shared/aun/canonical-json';
import type { ParsedParams } from '../../shared/bridge/contract';
import type { Attachment } from '../../shared/model/attachment';
import type { Message } from '../../shared/model/message';
import { AunError } from '../runtime/errors';
import { refuseBlocked, requireMessage } from './action-support';
import type { ActionDependencies } from './action-support';
import { canBeBundled, composeBundle, composeForward, filesOf } from './compose-forward';
import { isObject } from './payload/fields';

/** What `message.forward` is told. */
export type Forward = Omit<ParsedParams<'message.forward'>, 'account'>;

/** Most files of one bundle, as of one message. */
const MAX_FILES = 32;

/** One message that is to be sent on, to every target. */
interface Item {
  readonly key: string;
  readonly payload: JsonObject;
  readonly files: readonly number[];
}

/** Sends messages on: their words, and their files as own ones (`protocol/06 §3`). */
export class Forwarding {
  private readonly running = new Map<string, Promise<Message[]>>();

  constructor(private readonly deps: ActionDependencies) {}

  /**
   * Queues every message for every target, oldest first; nothing is queued before all of them can be. Files that are not here
   * are fetched first. Repeating a request goes on where it stopped.
   * @throws AunError `unknown_message`, `invalid_request` for what cannot be sent on, `conversation_blocked`,
   *   `too_many_attachments`, what fetching a file failed with, `disk_full`
   */
  forward(request: Forward): Promise<Message[]> {
    const running = this.running.get(request.requestId);
    if (running !== undefined) return running;
    const work = this.all(request).finally(() => this.running.delete(request.requestId));
    this.running.set(request.requestId, work);
    return work;
  }

  private async all(request: Forward): Promise<Message[]> {
    const { store } = this.deps;
    const targets = [...new Set(request.to)];
    for (const target of targets) await refuseBlocked(store, target);
    const originals = await this.originals(request.ids);
    const items = request.bundle ? [this.bundle(originals)] : await this.each(originals);
    for (const original of originals) await this.fetch(filesOf(original), original.own);
    const sent: Message[] = [];
    for (const target of targets) {
      for (const item of items)
        sent.push(await this.queue(target, item, `${request.requestId}/${target}/${item.key}`));
    }
    return sent;
  }

  /** The messages in the order of the timeline; in place of a stream the text it ended with. */
  private async originals(ids: readonly number[]): Promise<Message[]> {
    const { store } = this.deps;
    const found = new Map<number, Message>();
    for (const id of new Set(ids)) {
      const message = await requireMessage(store, id);
      const original = message.finalId === null ? message : await requireMessage(store, message.finalId);
      found.set(original.id, original);
    }
    return [...found.values()].sort((left, right) => left.sortAt - right.sortAt || left.id - right.id);
  }

  private async each(originals: readonly Message[]): Promise<Item[]> {
    const items: Item[] = [];
    for (const original of originals) {
      const files = filesOf(original).map((file) => file.id);
      const payload = composeForward(original.content, await this.payloadOf(original), files.length);
      if (payload === null) throw notForwardable(original);
      // What went into words has no files of its own.
      items.push({ key: String(original.id), payload, files: 'attachments' in payload ? files : [] });
    }
    return items;
  }

  private bundle(originals: readonly Message[]): Item {
    for (const original of originals) if (!canBeBundled(original)) throw notForwardable(original);
    const files = originals.flatMap((original) => filesOf(original).map((file) => file.id));
    if (files.length > MAX_FILES)
      throw new AunError('too_many_attachments', 'too many files for one bundle', {
        detail: { limit: MAX_FILES },
      });
    return { key: 'bundle', payload: composeBundle(originals), files };
  }

  /** The stored payload where its data is needed. */
  private async payloadOf(message: Message): Promise<JsonObject | null> {
    if (message.content.kind !== 'data') return null;
    const json = await this.deps.store.payload(message.id);
    const payload: unknown = json === null ? null : JSON.parse(json);
    return isObject(payload) ? payload : null;
  }

  private async fetch(files: readonly Attachment[], own: boolean): Promise<void> {
    for (const file of files) {
      // Own files that are still on their way out are on this disk.
      if (file.state === 'here' || (own && (file.state === 'waiting' || file.state === 'uploading')))
        continue;
      const fetched = await this.deps.attachments.download(file.id);
      if (fetched.state !== 'here')
        throw new AunError(
          fetched.problem ?? 'attachment_unreadable',
          'a file could not be fetched to be sent on',
        );
    }
  }

  private async queue(conversation: string, item: Item, requestId: string): Promise<Message> {
    const { store, outbox, attachments } = this.deps;
    const repeated = await store.findRequest(requestId);
    if (repeated !== null) return repeated;
    const copies = item.files.length === 0 ? [] : await attachments.copy(item.files, conversation);
    try {
      return await outbox.sendPayload({
        conversation,
        payload: item.payload,
        requestId,
        attachments: copies,
      });
    } catch (thrown) {
      for (const copy of copies) await attachments.discard(copy);
      throw thrown;
    }
  }
}

function notForwardable(message: Message): AunError {
  return new AunError('invalid_request', 'a message of this kind cannot be sent on', {
    detail: { kind: message.content.kind },
  });
}
