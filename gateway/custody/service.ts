import { createHmac, randomBytes, randomInt, timingSafeEqual, X509Certificate } from 'node:crypto';
import { fingerprint } from '../ca/keys';
import { normalizeSerial } from '../ca/profile';
import type { GatewayClock } from '../runtime';
import { randomId } from '../runtime';
import type { CodeName, CodePurpose, CustodyStore, KeptMaterial } from '../store/custody';
import type { GatewayStore } from '../store/store';
import { AttemptWindow } from './attempts';
import { CustodyRefusal } from './refusal';

/** How long a code sent to a phone, or a transfer code, is good for, in seconds. */
export const CODE_SECONDS = 300;
/** Wrong tries that a code survives. */
const MAX_TRIES = 5;
const MINUTE = 60_000;
/** Codes sent to one phone on behalf of one address. */
const SENDS = { limit: 5, windowMs: 5 * MINUTE };
/** Tries of one address at codes it may only be guessing. */
const GUESSES = { limit: 30, windowMs: 5 * MINUTE };

const TRANSFER_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const TRANSFER_LENGTH = 8;
const PHONE = /^\+[1-9]\d{6,14}$/;

/** What a client hands over: certificate, encrypted key and what it needs to open it again. */
export interface Handover {
  readonly cert: string;
  readonly key: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** What a client gets back. */
export interface Returned {
  readonly aid: string;
  readonly cert_pem: string;
  readonly key_pem: string;
  readonly key_encrypted: true;
  readonly cert_sn: string;
  readonly curve: string;
  readonly metadata: unknown;
}

interface CertificateFacts {
  readonly serial: string;
  readonly curve: string;
}

/**
 * Keeps certificates with keys that only their owners can open (`protocol/06 §6`). Its telephone company is `mock`: the
 * code that would be sent comes back in the answer.
 */
export class CustodyService {
  readonly #store: CustodyStore;
  readonly #everything: GatewayStore;
  readonly #clock: GatewayClock;
  readonly #secret: Buffer;
  readonly #sends: AttemptWindow;
  readonly #guesses: AttemptWindow;

  constructor(options: { store: GatewayStore; clock: GatewayClock; secret: Buffer }) {
    this.#everything = options.store;
    this.#store = options.store.custody;
    this.#clock = options.clock;
    this.#secret = options.secret;
    this.#sends = new AttemptWindow(options.clock, SENDS.limit, SENDS.windowMs);
    this.#guesses = new AttemptWindow(options.clock, GUESSES.limit, GUESSES.windowMs);
  }

  /** Sends a code. Whether the phone is bound to that AID is not told here. @throws CustodyRefusal */
  sendCode(purpose: CodePurpose, phone: string, aid: string, remote: string) {
    requirePhone(phone);
    if (!this.#sends.take(`${phone}|${remote}`)) throw tooMany();
    const code = String(randomInt(0, 1_000_000)).padStart(6, '0');
    const expiresAt = this.#clock.now() + CODE_SECONDS * 1000;
    this.#store.putCode({ phone, aid, purpose }, this.#hash(`${purpose}|${phone}|${aid}|${code}`), expiresAt);
    return {
      request_id: randomId(),
      phone,
      provider: 'mock',
      expires_in_seconds: CODE_SECONDS,
      purpose,
      debug_code: code,
    };
  }

  /** Binds the phone and keeps the material. `aid` is the one of the token. @throws CustodyRefusal */
  bindPhone(aid: string, phone: string, code: string, handover: Handover, remote: string) {
    requirePhone(phone);
    const facts = this.#check(aid, handover);
    this.#useCode({ phone, aid, purpose: 'bind-phone' }, code, remote);
    const now = this.#clock.now();
    const createdAt = this.#store.bind(aid, phone, material(handover), now);
    return {
      binding: {
        provider: 'phone',
        external_subject: phone,
        aid,
        status: 'active',
        created_at: createdAt,
        updated_at: now,
      },
      backup_result: {
        aid,
        status: 'active',
        source: 'backup',
        cert_sn: facts.serial,
        curve: facts.curve,
        key_encrypted: true,
        metadata: handover.metadata,
      },
    };
  }

  /** Gives out what was kept for the AID under this phone. @throws CustodyRefusal */
  restorePhone(aid: string, phone: string, code: string, remote: string): Returned {
    requirePhone(phone);
    this.#useCode({ phone, aid, purpose: 'restore-phone' }, code, remote);
    const binding = this.#store.binding(aid, phone);
    if (binding !== null) return returned(aid, binding);
    if (this.#store.hasBackup(aid))
      throw new CustodyRefusal('phone_not_bound', 'this phone is not bound to the AID');
    throw new CustodyRefusal('backup_not_found', 'nothing is kept for the AID');
  }

  /** Begins a copy to another device. */
  createTransfer(aid: string) {
    const code = [...randomBytes(TRANSFER_LENGTH)]
      .map(() => TRANSFER_ALPHABET.charAt(randomInt(TRANSFER_ALPHABET.length)))
      .join('');
    const expiresAt = this.#clock.now() + CODE_SECONDS * 1000;
    this.#store.addTransfer(this.#hash(`transfer|${code}`), aid, expiresAt);
    return { transfer_code: code, expires_in_seconds: CODE_SECONDS, expires_at: expiresAt };
  }

  /** Takes the material of a copy. @throws CustodyRefusal */
  putMaterials(aid: string, transferCode: string, handover: Handover) {
    const hash = this.#transferHash(transferCode);
    this.#check(aid, handover);
    this.#everything.transaction(() => {
      this.#openTransfer(hash, aid);
      this.#store.putMaterial(hash, material(handover));
    });
    return { aid, transfer_code: transferCode.toUpperCase(), status: 'ready' };
  }

  /** Gives the material out once and destroys it. @throws CustodyRefusal */
  claim(aid: string, transferCode: string, remote: string): Returned {
    if (!this.#guesses.take(remote)) throw tooMany();
    const hash = this.#transferHash(transferCode);
    return this.#everything.transaction(() => {
      const transfer = this.#openTransfer(hash, aid);
      if (transfer.material === null)
        throw new CustodyRefusal('materials_missing', 'the other device has not handed the key over yet');
      this.#store.markClaimed(hash);
      return returned(aid, transfer.material);
    });
  }

  /** Forgets what has expired an hour ago; until then it can be told apart from what never was. */
  dropExpired(): void {
    this.#store.dropExpired(this.#clock.now() - 60 * MINUTE);
  }

  #openTransfer(hash: string, aid: string) {
    const transfer = this.#store.transfer(hash);
    if (transfer === null) throw new CustodyRefusal('transfer_not_found', 'no such transfer');
    if (transfer.aid !== aid) throw new CustodyRefusal('aid_mismatch', 'the transfer is of another AID');
    if (transfer.claimed) throw new CustodyRefusal('transfer_claimed', 'the transfer was used already');
    if (transfer.expiresAt <= this.#clock.now())
      throw new CustodyRefusal('transfer_expired', 'the transfer has expired');
    return transfer;
  }

  /** A code works once, for five minutes, and survives five wrong tries. @throws CustodyRefusal */
  #useCode(name: CodeName, code: string, remote: string): void {
    if (!this.#guesses.take(remote)) throw tooMany();
    const stored = this.#store.code(name);
    const given = Buffer.from(this.#hash(`${name.purpose}|${name.phone}|${name.aid}|${code}`));
    const usable =
      stored !== null && stored.tries < MAX_TRIES && stored.expiresAt > this.#clock.now() ? stored : null;
    if (usable === null || !timingSafeEqual(Buffer.from(usable.hash), given)) {
      if (usable !== null) this.#store.countTry(name);
      throw new CustodyRefusal('invalid_code', 'the code is wrong or has expired');
    }
    this.#store.removeCode(name);
  }

  /** The certificate must be one of the AID, issued here and not revoked; the key must not lie open. */
  #check(aid: string, { cert, key }: Handover): CertificateFacts {
    if (/-----BEGIN|PRIVATE KEY/i.test(key))
      throw new CustodyRefusal('invalid_key', 'the key must be encrypted by the client');
    const record = this.#everything.certificates.byFingerprint(fingerprintOf(cert));
    if (record?.owner !== aid || record.status === 'revoked')
      throw new CustodyRefusal('invalid_crt', 'this is no valid certificate of the AID');
    return { serial: record.serial, curve: record.curve };
  }

  #transferHash(code: string): string {
    return this.#hash(`transfer|${code.trim().toUpperCase()}`);
  }

  #hash(text: string): string {
    return createHmac('sha256', this.#secret).update(`custody|${text}`).digest('hex');
  }
}

function tooMany(): CustodyRefusal {
  return new CustodyRefusal('rate_limited', 'too many attempts, try again later');
}

function requirePhone(phone: string): void {
  if (!PHONE.test(phone)) throw new CustodyRefusal('invalid_phone', 'a phone number in E.164 form is needed');
}

function fingerprintOf(pem: string): string {
  try {
    return fingerprint(new X509Certificate(pem).raw);
  } catch {
    throw new CustodyRefusal('invalid_crt', 'the certificate cannot be read');
  }
}

function material({ cert, key, metadata }: Handover): KeptMaterial {
  return { cert, key, metadata: JSON.stringify(metadata) };
}

function returned(aid: string, kept: KeptMaterial): Returned {
  const certificate = new X509Certificate(kept.cert);
  const curve = certificate.publicKey.asymmetricKeyDetails?.namedCurve;
  const metadata: unknown = JSON.parse(kept.metadata);
  return {
    aid,
    cert_pem: kept.cert,
    key_pem: kept.key,
    key_encrypted: true,
    cert_sn: normalizeSerial(certificate.serialNumber),
    curve: curve === 'secp384r1' ? 'P-384' : 'P-256',
    metadata,
  };
}
