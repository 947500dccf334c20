import type { GroupRecord } from '../../ports/group-store';
import type { FetchTicket, OutsideFiles } from '../../ports/outside-files';
import type { AccountStore } from '../../ports/store';
import { AunError, RpcError } from '../../runtime/errors';
import { readPage } from '../desk/paging';
import { shownPerson } from '../desk/people';
import { refusalError } from '../desk/support';
import type { DeskSupport } from '../desk/support';
import { readList } from '../wire';
import type { FileParams, FileResult, GroupFileCommands } from './contract';
import { readDownload, readResource, readResourceRequest, readTicket } from './wire';
import type { ReadResource } from './wire';

export type { GroupFileCommands } from './contract';

/** Wishes that are shown at once; a gateway keeps about as many. */
const MOST_REQUESTS = 200;
const METHOD_UNKNOWN = -32601;
/** Resource or wish missing, in either manual's numbers (`protocol/05 §10.1`), or its object (`protocol/06 §1.2`). */
const MISSING: ReadonlySet<number> = new Set([-33008, -33009, -32008]);

/** What the shared files of an account's groups work with. */
export interface GroupResourcesDependencies {
  readonly support: Pick<DeskSupport, 'allow' | 'call'>;
  readonly store: Pick<AccountStore, 'contact' | 'profile'>;
  readonly files: OutsideFiles;
}

/** Everything behind the `groupFile.*` commands of one account. */
export interface GroupResources {
  readonly commands: GroupFileCommands;
  /** Ends what is being fetched; nothing is left of it. */
  stop(): Promise<void>;
}

/** Makes the shared files of one account's groups (`protocol/06 §4.1`). They are read, never written: we add none in the clear. */
export function createGroupResources(deps: GroupResourcesDependencies): GroupResources {
  const desk = new ResourceDesk(deps);
  return {
    commands: {
      list: (params) => desk.list(params),
      get: (params) => desk.get(params),
      save: (params) => desk.save(params),
      cancel: (params) => desk.cancel(params),
      remove: (params) => desk.remove(params),
      requests: (params) => desk.requests(params),
      review: (params) => desk.review(params),
    },
    stop: () => desk.stop(),
  };
}

/** A file that is being fetched. */
interface Saving {
  readonly controller: AbortController;
  readonly done: Promise<boolean>;
}

class ResourceDesk {
  private readonly saving = new Map<string, Saving>();
  private stopped = false;

  constructor(private readonly deps: GroupResourcesDependencies) {}

  async list({ group, limit, offset }: FileParams<'list'>): Promise<FileResult<'list'>> {
    const record = await this.deps.support.allow(group, 'read_files');
    const { items, total } = await readPage(limit, offset, (place) =>
      this.call('list', record, { ...place, sort_by: 'resource_path', order: 'asc' }),
    );
    const seen = new Map<string, ReadResource>();
    for (const item of items) {
      const resource = readResource(item);
      if (resource !== null && !seen.has(resource.path)) seen.set(resource.path, resource);
    }
    const files = await Promise.all([...seen.values()].map((resource) => this.shown(resource)));
    const end = offset + items.length;
    return { files, total, next: items.length === limit && end < total ? end : null };
  }

  async get({ group, path }: FileParams<'get'>): Promise<FileResult<'get'>> {
    const record = await this.deps.support.allow(group, 'read_files');
    return this.shown(await this.read(record, path));
  }

  /** @throws AunError `busy` while it is being saved, `attachment_unsupported`, those of {@link OutsideFiles.save} */
  async save({ group, path }: FileParams<'save'>): Promise<FileResult<'save'>> {
    const key = keyOf(group, path);
    if (this.saving.has(key)) throw new AunError('busy', 'this file is being saved already');
    if (this.stopped) throw new AunError('cancelled', 'the identity is being closed');
    const controller = new AbortController();
    const done = this.fetch(group, path, controller.signal);
    this.saving.set(key, { controller, done });
    try {
      return { saved: await done };
    } finally {
      this.saving.delete(key);
    }
  }

  async cancel({ group, path }: FileParams<'cancel'>): Promise<FileResult<'cancel'>> {
    this.saving.get(keyOf(group, path))?.controller.abort();
    return Promise.resolve({});
  }

  async remove({ group, path }: FileParams<'remove'>): Promise<FileResult<'remove'>> {
    const record = await this.deps.support.allow(group, 'remove_file');
    await this.call('delete', record, { resource_path: path });
    return {};
  }

  async requests({ group }: FileParams<'requests'>): Promise<FileResult<'requests'>> {
    const record = await this.deps.support.allow(group, 'review_files');
    const { items } = readList(await this.call('list_pending', record));
    const read = items.slice(0, MOST_REQUESTS).flatMap((item) => readResourceRequest(item) ?? []);
    const unique = [...new Map(read.map((request) => [request.request, request])).values()];
    const requests = await Promise.all(
      unique.map(async (request) => {
        const { title, verifiedKind } = await shownPerson(this.deps.store, request.aid);
        return { ...request, personTitle: title, personKind: verifiedKind };
      }),
    );
    return { requests };
  }

  /** While a group is suspended wishes can only be refused (`protocol/05 §3.2`). */
  async review({ group, request, approve, note }: FileParams<'review'>): Promise<FileResult<'review'>> {
    const record = await this.deps.support.allow(group, 'review_files');
    if (approve && record.status === 'suspended') throw refusalError('suspended', 'review_files', record);
    await this.call(approve ? 'approve_request' : 'reject_request', record, {
      request_id: request,
      ...(note === '' ? {} : { note }),
    });
    return {};
  }

  async stop(): Promise<void> {
    this.stopped = true;
    const running = [...this.saving.values()];
    for (const { controller } of running) controller.abort();
    await Promise.allSettled(running.map(({ done }) => done));
  }

  private async fetch(group: string, path: string, signal: AbortSignal): Promise<boolean> {
    const record = await this.deps.support.allow(group, 'read_files');
    const { opens, fileName } = await this.read(record, path);
    if (opens !== 'save') throw new AunError('attachment_unsupported', 'this is nothing that can be saved');
    return this.deps.files.save({
      suggestedName: fileName,
      ticket: () => this.ticket(record, path),
      signal,
    });
  }

  /** Asks to be let in and redeems the ticket, which works once and only for us (`protocol/06 §4.1`). */
  private async ticket(record: GroupRecord, path: string): Promise<FetchTicket> {
    const access = await this.call('get_access', record, { resource_path: path });
    const ticket = readTicket(access);
    const found = readDownload(ticket === null ? access : await this.redeemed(record, ticket, access));
    if (found === null) throw new AunError('protocol_error', 'get_access: no address of the file came back');
    return found;
  }

  /** The answer to the ticket; that of `get_access` where the gateway does not know how to redeem one. */
  private async redeemed(record: GroupRecord, ticket: string, access: unknown): Promise<unknown> {
    try {
      // The manual and the tests of upstream name the member differently (`protocol/05 §6.7`).
      return await this.call('resolve_access_ticket', record, { ticket, access_ticket: ticket });
    } catch (thrown) {
      if (thrown instanceof RpcError && thrown.wireCode === METHOD_UNKNOWN) return access;
      throw thrown;
    }
  }

  private async read(record: GroupRecord, path: string): Promise<ReadResource> {
    const resource = readResource(await this.call('get', record, { resource_path: path }));
    if (resource?.path !== path) throw new AunError('protocol_error', 'get: another file came back');
    return resource;
  }

  private async shown(resource: ReadResource): Promise<FileResult<'get'>> {
    const { addedBy } = resource;
    const title = addedBy === null ? '' : (await shownPerson(this.deps.store, addedBy)).title;
    return { ...resource, addedByTitle: title };
  }

  private async call(
    method: string,
    record: GroupRecord,
    params: Readonly<Record<string, unknown>> = {},
  ): Promise<unknown> {
    try {
      return await this.deps.support.call(`group.resources.${method}`, record, params);
    } catch (thrown) {
      if (thrown instanceof RpcError && MISSING.has(thrown.wireCode))
        throw new AunError('not_found', thrown.message, { detail: thrown.detail, cause: thrown });
      throw thrown;
    }
  }
}

function keyOf(group: string, path: string): string {
  return `${group}\n${path}`;
}
