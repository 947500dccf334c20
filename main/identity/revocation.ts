import type { PkiSource } from '../ports/identity';
import { AunError } from '../runtime/errors';
import type { Logger } from '../runtime/logger';
import type { Clock } from '../runtime/runtime';
import type { Authority } from './chain';
import { CLOCK_TOLERANCE_MS } from './chain';
import { readOcspAnswer } from './ocsp';
import { revocationListPem, verifyRevocationList } from './revocation-list';
import type { RevocationList } from './revocation-list';

/** A fetched list is used this long, in ms (`protocol/01 §6.3`). */
export const LIST_PERIOD_MS = 5 * 60_000;
/** After a failure the gateway is asked again no sooner than this, in ms. */
export const LIST_RETRY_MS = 30_000;

/** Durable place for the last good list of each issuer. */
export interface RevocationMemory {
  loadRevocationList(issuer: string): Promise<string | null>;
  saveRevocationList(issuer: string, pem: string): Promise<void>;
}

/** Says whether certificates were revoked. */
export interface RevocationChecker {
  /**
   * The revocation list of an issuer: fetched at most every {@link LIST_PERIOD_MS}, shared by concurrent calls. While
   * the gateway cannot be reached the last good list stands in; null when there is none.
   * @throws AunError `revocation_list_invalid` when what the gateway serves must not be believed
   */
  list(issuer: string): Promise<RevocationList | null>;
  /** Asks for the status of one certificate; `unavailable` when there is no believable answer. */
  status(issuer: string, serial: string): Promise<'good' | 'revoked' | 'unknown' | 'unavailable'>;
}

interface IssuerState {
  list: RevocationList | null;
  /** The list is not asked for again before this, monotonic ms. */
  freshUntil: number;
  refusal: AunError | null;
  pending: Promise<RevocationList | null> | null;
  loaded: boolean;
}

function newer(left: RevocationList | null, right: RevocationList): RevocationList {
  return left !== null && left.thisUpdate > right.thisUpdate ? left : right;
}

/** A list that cannot be reached is tolerated; one that arrives and is nonsense is not. */
function isRefusal(error: unknown): error is AunError {
  return (
    error instanceof AunError && (error.code === 'revocation_list_invalid' || error.code === 'protocol_error')
  );
}

/**
 * Builds a checker. `authority` gives the issuing authority of an issuer; with `reload` it asks the gateway for the
 * chain again, because a list may be signed by a renewed authority.
 */
export function createRevocationChecker(options: {
  readonly pki: PkiSource;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly memory: RevocationMemory | null;
  readonly authority: (issuer: string, reload: boolean) => Promise<Authority>;
}): RevocationChecker {
  const { pki, clock, logger, memory, authority } = options;
  const states = new Map<string, IssuerState>();

  function stateOf(issuer: string): IssuerState {
    let state = states.get(issuer);
    if (state === undefined) {
      const freshUntil = Number.NEGATIVE_INFINITY;
      state = { list: null, freshUntil, refusal: null, pending: null, loaded: false };
      states.set(issuer, state);
    }
    return state;
  }

  async function verified(issuer: string, pem: string): Promise<RevocationList> {
    const first = await authority(issuer, false);
    try {
      return verifyRevocationList(pem, first, clock.now());
    } catch (thrown) {
      const second = await authority(issuer, true);
      if (second.x509.raw.equals(first.x509.raw)) throw thrown;
      return verifyRevocationList(pem, second, clock.now());
    }
  }

  /** The list of the last run, believed only as far as its signature reaches. */
  async function recall(issuer: string, state: IssuerState): Promise<void> {
    if (state.loaded || memory === null) return;
    state.loaded = true;
    const pem = await memory.loadRevocationList(issuer);
    if (pem === null) return;
    try {
      state.list = newer(state.list, await verified(issuer, pem));
    } catch (thrown) {
      logger.log('info', 'revocation.memory_unusable', { issuer, error: thrown });
    }
  }

  async function fetchList(issuer: string): Promise<RevocationList> {
    const pem = revocationListPem(await pki.crl(issuer));
    const list = await verified(issuer, pem);
    if (list.nextUpdate !== null && list.nextUpdate < clock.now() - CLOCK_TOLERANCE_MS)
      logger.log('warn', 'revocation.list_out_of_date', { issuer, nextUpdate: list.nextUpdate });
    return list;
  }

  async function refresh(issuer: string, state: IssuerState): Promise<RevocationList | null> {
    await recall(issuer, state);
    try {
      const list = await fetchList(issuer);
      const changed = state.list?.pem !== list.pem;
      state.list = newer(state.list, list);
      state.refusal = null;
      state.freshUntil = clock.monotonic() + LIST_PERIOD_MS;
      if (changed && state.list === list) await memory?.saveRevocationList(issuer, list.pem);
    } catch (thrown) {
      state.freshUntil = clock.monotonic() + LIST_RETRY_MS;
      state.refusal = isRefusal(thrown)
        ? new AunError('revocation_list_invalid', thrown.message, { retryable: true, cause: thrown })
        : null;
      const event = state.refusal === null ? 'revocation.list_unreachable' : 'revocation.list_refused';
      logger.log('warn', event, { issuer, error: thrown, lastGood: state.list !== null });
      if (state.refusal !== null) throw state.refusal;
    } finally {
      state.pending = null;
    }
    return state.list;
  }

  return {
    list(issuer) {
      const state = stateOf(issuer);
      if (state.pending !== null) return state.pending;
      if (clock.monotonic() < state.freshUntil)
        return state.refusal === null ? Promise.resolve(state.list) : Promise.reject(state.refusal);
      state.pending = refresh(issuer, state);
      return state.pending;
    },
    async status(issuer, serial) {
      try {
        const body = await pki.ocsp(issuer, serial);
        return readOcspAnswer(body, serial, await authority(issuer, false), clock.now());
      } catch (thrown) {
        logger.log('info', 'revocation.status_unavailable', { issuer, serial, error: thrown });
        return 'unavailable';
      }
    },
  };
}
