import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../identity/testing/temporary-folder';
import { noDesktop } from '../ports/desktop';
import type { FetchTicket } from '../ports/outside-files';
import type { TransferAnswer, TransferRequest } from '../ports/transfers';
import { AunError } from '../runtime/errors';
import type { Scheduler } from '../runtime/runtime';
import { FakeTime } from '../runtime/testing/fake-time';
import { MAX_FETCH_BYTES } from './limits';
import { createOutsideFiles } from './outside-files';

/** Pauses pass at once. */
const hurried: Scheduler = {
  after(_delay, task) {
    const turn = setImmediate(task);
    return () => clearImmediate(turn);
  },
  every: (period, task) => new FakeTime().every(period, task),
};

const bytes = randomBytes(700_000);
const sha256 = createHash('sha256').update(bytes).digest('hex');

type Answer = {
  readonly status: number;
  readonly body?: Buffer;
  readonly from?: number;
  readonly cut?: boolean;
};

let folder: string;
let target: string | null;
let answers: ((request: TransferRequest) => Answer)[];
let requests: TransferRequest[];
let tickets: FetchTicket[];
let asked: number;
let suggested: string[];

beforeEach(async () => {
  folder = await temporaryFolder();
  target = path.join(folder, 'saved.bin');
  answers = [];
  requests = [];
  tickets = [];
  asked = 0;
  suggested = [];
});
afterEach(() => {
  expect(answers, 'every prepared answer was asked for').toEqual([]);
});

const ticket = (more: Partial<FetchTicket> = {}): FetchTicket => ({
  url: 'https://storage.aun.test/object',
  size: bytes.length,
  sha256,
  ...more,
});

async function* piecesOf({ body = Buffer.alloc(0), cut = false }: Answer): AsyncGenerator<Buffer> {
  for (let at = 0; at < body.length; at += 100_000)
    yield await Promise.resolve(body.subarray(at, at + 100_000));
  if (cut) throw new AunError('network_unreachable', 'cut', { retryable: true });
}

function request(each: TransferRequest): Promise<TransferAnswer> {
  requests.push(each);
  const answer = answers.shift()?.(each) ?? { status: 500 };
  const range: Record<string, string> =
    answer.from === undefined ? {} : { 'content-range': `bytes ${String(answer.from)}-` };
  return Promise.resolve({
    status: answer.status,
    headers: range,
    body: piecesOf(answer),
    close: () => undefined,
  });
}

function save(signal = new AbortController().signal): Promise<boolean> {
  const files = createOutsideFiles({
    transfers: { request },
    desktop: {
      ...noDesktop,
      chooseSave: ({ purpose, suggestedName }) => {
        suggested.push(`${purpose} ${suggestedName}`);
        return Promise.resolve(target);
      },
    },
    runtime: { scheduler: hurried },
  });
  return files.save({
    suggestedName: 'plan.pdf',
    ticket: () => {
      asked += 1;
      return Promise.resolve(tickets.shift() ?? ticket());
    },
    signal,
  });
}

/** The code of a failure, after which nothing may be left in the folder. */
async function failure(work: Promise<unknown>): Promise<string> {
  const code = await work.then(
    () => 'ok',
    (thrown: unknown) => (thrown instanceof AunError ? thrown.code : String(thrown)),
  );
  expect(await readdir(folder)).toEqual([]);
  return code;
}

describe('a file that belongs to no message', () => {
  it('is saved where the user says, byte for byte, without anything of ours sent along', async () => {
    answers = [() => ({ status: 200, body: bytes })];
    expect(await save()).toBe(true);
    expect(await readdir(folder)).toEqual(['saved.bin']);
    expect((await readFile(path.join(folder, 'saved.bin'))).equals(bytes)).toBe(true);
    expect(suggested).toEqual(['attachment plan.pdf']);
    expect(requests.map(({ headers }) => headers)).toEqual([{}]);
  });

  it('is not asked for when the user gives up', async () => {
    target = null;
    expect(await save()).toBe(false);
    expect(asked).toBe(0);
  });

  it('may be of unknown size and hash, and empty', async () => {
    tickets = [ticket({ size: null, sha256: null })];
    answers = [() => ({ status: 200 })];
    expect(await save()).toBe(true);
    expect(await readFile(path.join(folder, 'saved.bin'))).toHaveLength(0);
  });

  it.each([
    ['is longer than told', ticket({ size: 1000, sha256: null }), bytes],
    ['has another hash', ticket({ sha256: '0'.repeat(64) }), bytes],
    ['has a changed bit', ticket(), Buffer.from(bytes).fill(1, 5, 6).fill(2, 6, 7)],
  ])('that %s is not saved', async (_what, told, body) => {
    tickets = [told];
    answers = [() => ({ status: 200, body })];
    expect(await failure(save())).toBe('attachment_damaged');
  });

  it('too large for us is not begun', async () => {
    tickets = [ticket({ size: MAX_FETCH_BYTES + 1 })];
    expect(await failure(save())).toBe('attachment_too_large');
  });

  it('goes on where a cut line stopped, with the same address', async () => {
    answers = [
      () => ({ status: 200, body: bytes.subarray(0, 300_000), cut: true }),
      () => ({ status: 206, from: 300_000, body: bytes.subarray(300_000) }),
    ];
    expect(await save()).toBe(true);
    expect(requests[1]?.headers).toEqual({ range: 'bytes=300000-' });
    expect(asked).toBe(1);
    expect((await readFile(path.join(folder, 'saved.bin'))).equals(bytes)).toBe(true);
  });

  it('is whole when the line is cut behind its last byte', async () => {
    answers = [() => ({ status: 200, body: bytes, cut: true })];
    expect(await save()).toBe(true);
    expect((await readFile(path.join(folder, 'saved.bin'))).equals(bytes)).toBe(true);
  });

  it('skips what is here already when the server begins anew', async () => {
    answers = [
      () => ({ status: 200, body: bytes.subarray(0, 300_000), cut: true }),
      () => ({ status: 200, body: bytes }),
    ];
    expect(await save()).toBe(true);
    expect((await readFile(path.join(folder, 'saved.bin'))).equals(bytes)).toBe(true);
  });

  it('asks for another address when one is used up, and for the same file only', async () => {
    answers = [() => ({ status: 403 }), () => ({ status: 200, body: bytes })];
    expect(await save()).toBe(true);
    expect(asked).toBe(2);
    tickets = [ticket(), ticket({ sha256: '1'.repeat(64) })];
    answers = [() => ({ status: 403 })];
    target = path.join(folder, 'other.bin');
    await expect(save()).rejects.toMatchObject({ code: 'attachment_damaged' });
    expect(await readdir(folder)).toEqual(['saved.bin']);
  });

  it('that stays missing is gone', async () => {
    answers = Array.from({ length: 4 }, () => () => ({ status: 404 }));
    expect(await failure(save())).toBe('attachment_gone');
  });

  it('of a server that has no answer is given up after some tries', async () => {
    answers = Array.from({ length: 4 }, () => () => ({ status: 503 }));
    expect(await failure(save())).toBe('server_busy');
  });

  it('is not taken from a server that redirects without saying where', async () => {
    answers = [() => ({ status: 302 })];
    expect(await failure(save())).toBe('gateway_refused');
  });

  it('leaves nothing behind when it is stopped', async () => {
    const controller = new AbortController();
    answers = [
      () => {
        controller.abort();
        return { status: 200, body: bytes };
      },
    ];
    expect(await failure(save(controller.signal))).toBe('cancelled');
  });
});
