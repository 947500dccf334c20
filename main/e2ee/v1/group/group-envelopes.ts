import type { Identity } from '../../../ports/identity';
import type { Certificate } from '../../../ports/identity';
import type { GroupEnvelopes, GroupOpenResult, GroupPeers } from '../../../ports/group-e2ee';
import type { JsonObject } from '../../../../shared/aun/canonical-json';
import { AunError } from '../../../runtime/errors';
import type { Random } from '../../../runtime/runtime';
import { letOthersRun } from '../../../runtime/turn';
import type { Refusal } from '../../refusal';
import type { CertificateDirectory } from '../certificates';
import { asJsonObject } from '../json';
import { senderId } from '../opener';
import type { PeerDirectory } from '../peer-directory';
import { AgreementKey, NONCE_BYTES, pointOfKey } from '../primitives';
import { findSenders } from '../senders';
import type { TrustWatch } from '../trust-watch';
import { checkGroupRow, epochOfRow, isV1GroupRow, openGroupEnvelope, sealGroupEnvelope } from './envelope';
import type { CheckedGroupEnvelope } from './envelope';
import { openFromServer, sealForServer } from './escrow';

/** Rows opened before the event loop gets its turn: about two milliseconds. */
const ROWS_AT_ONCE = 8;

/** What group envelopes of one account work with. */
export interface GroupEnvelopeParts {
  readonly identity: Identity;
  readonly ownKeys: readonly AgreementKey[];
  readonly certificates: CertificateDirectory;
  readonly directory: PeerDirectory;
  readonly watch: TrustWatch;
  readonly random: Random;
}

const isChecked = (value: CheckedGroupEnvelope | Refusal): value is CheckedGroupEnvelope => !('ok' in value);

/** Seals and opens group messages of generation V1 (`protocol/02 §8.3`). */
export class V1GroupEnvelopes implements GroupEnvelopes {
  readonly groupPeers: GroupPeers;
  readonly #parts: GroupEnvelopeParts;

  constructor(parts: GroupEnvelopeParts) {
    this.#parts = parts;
    const { certificates, directory, ownKeys, random } = parts;
    this.groupPeers = {
      certificate: (aid) => certificates.current(aid),
      certificateNamed: (aid, fingerprint) => certificates.forReading(aid, fingerprint),
      forgetDevices: (aid) => directory.forgetList(aid),
      sealForServer: (secret, certificate) =>
        sealForServer(
          secret,
          pointOfKey(certificate.publicKey),
          AgreementKey.generate((length) => random.bytes(length)),
          random.bytes(NONCE_BYTES),
        ),
      openFromServer: (blob) => openFromServer(blob, ownKeys),
    };
  }

  recognizesGroup(row: Readonly<Record<string, unknown>>): boolean {
    return isV1GroupRow(row);
  }

  sealGroup(message: Parameters<GroupEnvelopes['sealGroup']>[0]): JsonObject {
    const { identity, random } = this.#parts;
    const fingerprint = identity.certificate()?.fingerprint;
    if (fingerprint === undefined)
      throw new AunError('certificate_invalid', 'this identity has no certificate');
    return sealGroupEnvelope(
      { fingerprint, sign: (data) => identity.sign(data) },
      { ...message, from: identity.aid, nonce: random.bytes(NONCE_BYTES) },
    );
  }

  async openGroup(
    group: string,
    rows: readonly Readonly<Record<string, unknown>>[],
    secret: (epoch: number) => Uint8Array | null,
    options: { readonly anew?: boolean } = {},
  ): Promise<GroupOpenResult[]> {
    const { certificates, watch } = this.#parts;
    if (options.anew === true) certificates.forgetFailures();
    const checked = rows.map((row) => checkGroupRow(group, row));
    const senders = await findSenders(certificates, checked.filter(isChecked));
    const results: GroupOpenResult[] = [];
    for (const [index, envelope] of checked.entries()) {
      if (index > 0 && index % ROWS_AT_ONCE === 0) await letOthersRun();
      const row = rows[index];
      if (!isChecked(envelope)) {
        results.push({ ...envelope, epoch: row === undefined ? null : epochOfRow(row) });
        continue;
      }
      const sender = senders.get(senderId(envelope.from, envelope.senderFingerprint));
      if (sender?.ok !== true) {
        if (sender?.reason === 'sender_certificate_invalid') watch.noticed(envelope.from, null);
        results.push({ ...(sender ?? NOT_LOOKED_FOR), epoch: envelope.epoch });
        continue;
      }
      watch.noticed(envelope.from, sender.certificate);
      results.push(this.#open(envelope, sender.certificate, secret(envelope.epoch)));
    }
    return results;
  }

  #open(
    envelope: CheckedGroupEnvelope,
    certificate: Certificate,
    secret: Uint8Array | null,
  ): GroupOpenResult {
    const { epoch, from, messageId, senderTime, group } = envelope;
    const opened = openGroupEnvelope(envelope, certificate.publicKey, secret);
    if (!opened.ok) return { ...opened, epoch };
    const payload = asJsonObject(JSON.parse(opened.plaintext));
    if (payload === null) return { ...NOT_AN_OBJECT, epoch };
    return {
      ok: true,
      payload,
      from,
      to: group,
      messageId,
      senderTime,
      protection: 'e2ee-v1',
      // One key serves a whole epoch: whoever gets hold of it can open everything of that time.
      forwardSecret: false,
      prekeyId: null,
      epoch,
    };
  }
}

const NOT_LOOKED_FOR: Refusal = {
  ok: false,
  reason: 'sender_certificate_unavailable',
  detail: 'not looked for',
  mayHeal: true,
};
const NOT_AN_OBJECT: Refusal = {
  ok: false,
  reason: 'plaintext_invalid',
  detail: 'plaintext is not an object',
  mayHeal: false,
};
