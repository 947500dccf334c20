import type { Certificate } from '../../ports/identity';
import { toAunError } from '../../runtime/errors';
import { refuse } from '../refusal';
import type { Refusal } from '../refusal';
import type { CertificateDirectory } from './certificates';
import { isCertificateVerdict } from './certificates';
import { senderId } from './opener';

/** How many certificates are asked for at the same time. */
const PARALLEL = 8;

/** Who sealed an envelope, and under which certificate. */
export interface SealedBy {
  readonly from: string;
  readonly senderFingerprint: string;
}

/** The verified certificate of a sender, or why its messages stay closed. */
export type SenderFound = { readonly ok: true; readonly certificate: Certificate } | Refusal;

/**
 * Finds the certificates that a batch needs, each once, by {@link senderId}. Never rejects: a certificate that was
 * judged bad closes its messages for good, one that cannot be had now only for the moment.
 */
export async function findSenders(
  directory: CertificateDirectory,
  envelopes: readonly SealedBy[],
): Promise<Map<string, SenderFound>> {
  const wanted = new Map<string, SealedBy>();
  for (const envelope of envelopes) wanted.set(senderId(envelope.from, envelope.senderFingerprint), envelope);
  const found = new Map<string, SenderFound>();
  const queue = [...wanted];
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      found.set(next[0], await findSender(directory, next[1].from, next[1].senderFingerprint));
    }
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, queue.length) }, lane));
  return found;
}

async function findSender(
  directory: CertificateDirectory,
  aid: string,
  fingerprint: string,
): Promise<SenderFound> {
  try {
    return { ok: true, certificate: await directory.forReading(aid, fingerprint) };
  } catch (thrown) {
    const error = toAunError(thrown);
    const judged = isCertificateVerdict(error) || error.code === 'invalid_aid';
    const reason = judged ? 'sender_certificate_invalid' : 'sender_certificate_unavailable';
    return refuse(reason, `${error.code}: ${error.message}`.slice(0, 300));
  }
}
