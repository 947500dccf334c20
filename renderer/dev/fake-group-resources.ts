import type { CommandName } from '../../shared/bridge/contract';
import type { GroupFile, GroupFileRequest } from '../../shared/model/group-resource';
import { start } from './fake-data';
import { fail, pause, scene, type Handlers } from './fake-engine';
import { check, log } from './fake-groups-change';
import { releaseRoom } from './fake-groups-samples';

type Names = Extract<CommandName, `groupFile.${string}`>;
const day = 86_400_000;
const hana = 'hana.agentid.pub';
const lin = 'lin_wei.agentid.pub';

/** A shared file with what most of them have. */
export function sharedFile(path: string, more: Partial<GroupFile> = {}): GroupFile {
  const name = path.split('/').at(-1) ?? path;
  return {
    path,
    title: name,
    place: path,
    kind: 'file',
    otherKind: '',
    fileName: name,
    type: 'application/octet-stream',
    size: 240_000,
    dangerous: false,
    sealed: false,
    opens: 'save',
    url: null,
    host: null,
    addedBy: hana,
    addedByTitle: 'Hana Kim',
    addedAt: start - 3 * day,
    changedAt: start - 3 * day,
    forEveryone: false,
    tags: [],
    ...more,
  };
}

const samples = (): GroupFile[] => [
  sharedFile('plans/release-3.2.0.pdf', {
    title: '3.2.0 发布计划',
    type: 'application/pdf',
    size: 1_340_000,
    addedBy: lin,
    addedByTitle: '林伟',
    tags: ['3.2', 'plan'],
  }),
  sharedFile('plans', { kind: 'folder', opens: 'nothing', size: null }),
  sharedFile('tools/setup.exe', { title: 'Signing tool', size: 9_800_000, dangerous: true }),
  sharedFile('archive/minutes.zip', { size: 512_000, sealed: true }),
  sharedFile('board', {
    title: 'Status board',
    kind: 'link',
    opens: 'link',
    size: null,
    url: 'https://status.example.org/board',
    host: 'status.example.org',
    forEveryone: true,
  }),
  sharedFile('model', {
    title: 'Old model',
    kind: 'other',
    otherKind: 'hologram',
    opens: 'nothing',
    size: null,
  }),
];

const wishes = (): GroupFileRequest[] => [
  {
    request: 'req_1',
    aid: hana,
    personTitle: 'Hana Kim',
    personKind: 'human',
    title: 'Signing checklist',
    place: 'plans/checklist.md',
    kind: 'file',
    otherKind: '',
    forEveryone: false,
    askedAt: start - day,
  },
];

interface Shared {
  files: GroupFile[];
  requests: GroupFileRequest[];
}
const places = new Map<string, Shared>();

/** The shared files of a group; the scene `many-files` has more than a page of them. */
export function sharedOf(group: string): Shared {
  const known = places.get(group);
  if (known !== undefined) return known;
  const many = Array.from({ length: 120 }, (_none, index) => sharedFile(`many/${String(index + 1)}.txt`));
  const own = group === releaseRoom ? { files: samples(), requests: wishes() } : { files: [], requests: [] };
  const made = scene.has('many-files') ? { ...own, files: many } : own;
  places.set(group, made);
  return made;
}

/** Forgets what was changed, between tests. */
export function resetSharedFiles(): void {
  places.clear();
}

function named(group: string, path: string): GroupFile {
  return sharedOf(group).files.find((file) => file.path === path) ?? fail('not_found');
}

const stopped = new Set<string>();

/** Every command about shared files. Development only. */
export const fakeGroupResources: Handlers<Names> = {
  'groupFile.list': ({ account, group, limit, offset }) => {
    check(account, group, 'read_files');
    if (scene.has('files-fail')) fail('gateway_unreachable');
    const { files } = sharedOf(group);
    const end = offset + limit;
    return { files: files.slice(offset, end), total: files.length, next: end < files.length ? end : null };
  },
  'groupFile.get': ({ account, group, path }) => {
    check(account, group, 'read_files');
    return named(group, path);
  },
  'groupFile.save': async ({ account, group, path }) => {
    check(account, group, 'read_files');
    named(group, path);
    stopped.delete(path);
    while (scene.has('slow-files') && !stopped.has(path)) await pause(5);
    if (stopped.has(path)) fail('cancelled');
    if (scene.has('damaged-files')) fail('attachment_damaged');
    return { saved: true };
  },
  'groupFile.cancel': ({ path }) => {
    stopped.add(path);
    return {};
  },
  'groupFile.remove': ({ account, group, path }) => {
    check(account, group, 'remove_file');
    named(group, path);
    const shared = sharedOf(group);
    shared.files = shared.files.filter((file) => file.path !== path);
    log(account, group, 'resource_deleted', null, { path });
    return {};
  },
  'groupFile.requests': ({ account, group }) => {
    check(account, group, 'review_files');
    return { requests: sharedOf(group).requests };
  },
  'groupFile.review': ({ account, group, request, approve }) => {
    check(account, group, 'review_files');
    const shared = sharedOf(group);
    const wish = shared.requests.find((one) => one.request === request) ?? fail('not_found');
    shared.requests = shared.requests.filter((one) => one !== wish);
    if (approve) shared.files = [...shared.files, sharedFile(wish.place, { title: wish.title })];
    log(account, group, approve ? 'resource_request_approved' : 'resource_request_rejected', wish.aid);
    return {};
  },
};
