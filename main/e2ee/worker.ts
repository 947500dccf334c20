import { parentPort } from 'node:worker_threads';
import { workerRequestSchema } from './pool-protocol';
import type { WorkerKey, WorkerReply, WorkerRequest } from './pool-protocol';
import { EnvelopeOpener } from './v1/opener';
import { AgreementKey } from './v1/primitives';

/** Entry of the crypto worker (design §2): opens envelopes with the keys it was given and forgets them on stop. */
const accounts = new Map<number, EnvelopeOpener>();

function takePrivateKey(pkcs8: Uint8Array): AgreementKey {
  try {
    return AgreementKey.fromPkcs8(pkcs8);
  } finally {
    pkcs8.fill(0);
  }
}

function addKey(opener: EnvelopeOpener, key: WorkerKey): void {
  if (key.kind === 'prekey') opener.addPrekey(key.id, takePrivateKey(key.pkcs8));
  else opener.addSenderSpki(key.aid, key.fingerprint, key.spki);
}

function openerOf(account: number): EnvelopeOpener {
  const opener = accounts.get(account);
  if (opener === undefined) throw new Error('a job for an account without keys');
  return opener;
}

function forget(account: number): void {
  accounts.get(account)?.clear();
  accounts.delete(account);
}

function handle(request: WorkerRequest, reply: (message: WorkerReply) => void): void {
  switch (request.kind) {
    case 'account':
      forget(request.account);
      accounts.set(
        request.account,
        new EnvelopeOpener(new Map(request.identities.map(({ key, pkcs8 }) => [key, takePrivateKey(pkcs8)]))),
      );
      return;
    case 'keys':
      for (const key of request.keys) addKey(openerOf(request.account), key);
      return;
    case 'open': {
      const opener = openerOf(request.account);
      reply({
        kind: 'opened',
        job: request.job,
        outcomes: request.envelopes.map((envelope) => opener.open(envelope)),
      });
      return;
    }
    case 'forget':
      forget(request.account);
      return;
    case 'stop':
      for (const account of [...accounts.keys()]) forget(account);
      reply({ kind: 'stopped' });
  }
}

const port = parentPort;
if (port !== null) {
  port.on('message', (message: unknown) => {
    handle(workerRequestSchema.parse(message), (reply) => port.postMessage(reply));
  });
  port.postMessage({ kind: 'ready' } satisfies WorkerReply);
}
