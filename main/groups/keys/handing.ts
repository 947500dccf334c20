import { signManifest } from '../../e2ee/v1/group';
import type { KeyDistribution } from '../../e2ee/v1/group';
import type { JsonObject } from '../../../shared/aun/canonical-json';
import type { GroupKeyRecord } from '../../ports/group-store';
import type { AunError } from '../../runtime/errors';
import { note, pause } from './context';
import type { KeysContext } from './context';
import { failureOf, isAboutRecipient, isPassing } from './failures';
import { DISTRIBUTION_PAUSES, HANDED_AT_ONCE } from './limits';

/** What handing a key to some people came to. */
export interface Handed {
  /** Who could not be given it because of themselves. */
  readonly without: readonly string[];
  /** What stopped it for everybody, or null. */
  readonly failed: AunError | null;
}

/** What a distribution tells besides the key. */
export interface HandingFacts {
  readonly group: string;
  readonly record: GroupKeyRecord;
  /** Members the commitment is over. */
  readonly members: readonly string[];
  readonly commitment: string;
  /** Null outside a rotation. */
  readonly rotationId: string | null;
  /** Who is new, when an epoch that exists is handed on (`protocol/02 §10.2`). */
  readonly added: readonly string[];
}

/** The distribution of a key, with its signed manifest (`protocol/02 §8.6`, §10.1). */
export function distributionOf({ deps }: KeysContext, facts: HandingFacts): KeyDistribution {
  const { group, record, rotationId } = facts;
  const { aid, identity, now } = deps;
  const time = now();
  const manifest = signManifest(identity, {
    manifest_version: 1,
    group_id: group,
    epoch: record.epoch,
    // An epoch that exists is handed on as its own successor.
    prev_epoch: rotationId === null ? record.epoch : record.epoch - 1,
    member_aids: [...facts.members],
    added: [...facts.added],
    removed: [],
    initiator_aid: aid,
    issued_at: time,
  });
  return {
    type: 'e2ee.group_key_distribution',
    group_id: group,
    epoch: record.epoch,
    group_secret: Buffer.from(record.secret).toString('base64'),
    commitment: facts.commitment,
    member_aids: manifest.member_aids,
    distributed_by: aid,
    distributed_at: time,
    manifest,
    ...(record.chain === null ? {} : { epoch_chain: record.chain }),
    ...(rotationId === null ? {} : { rotation_id: rotationId }),
  };
}

/** Sends a control message inside a P2P envelope (`protocol/02 §10`). @throws AunError as `E2eeEngine.seal`, gateway errors */
export async function sendControl({ deps }: KeysContext, to: string, payload: JsonObject): Promise<void> {
  const { e2ee, rpc, runtime, now } = deps;
  const messageId = runtime.random.uuid();
  const timestamp = now();
  const attempt = async (refresh: boolean): Promise<void> => {
    const sealed = await e2ee.seal({ to, messageId, timestamp, payload, refresh });
    await rpc.call('message.send', { to, ...sealed.params, persist_required: true });
  };
  try {
    await attempt(false);
  } catch (thrown) {
    // Sealed for devices or keys of yesterday: the second time with fresh ones (`protocol/02 §3.8`).
    if (failureOf(thrown).code !== 'recipient_keys_invalid') throw thrown;
    await attempt(true);
  }
}

/** Tries three times, with the pauses of the protocol in between, as long as the network is what fails. */
async function sendPatiently(context: KeysContext, to: string, payload: JsonObject): Promise<void> {
  for (const wait of [...DISTRIBUTION_PAUSES, null]) {
    try {
      return await sendControl(context, to, payload);
    } catch (thrown) {
      if (wait === null || !isPassing(failureOf(thrown)) || !context.alive()) throw thrown;
      await pause(context, wait);
    }
  }
}

/**
 * Hands a key to people, several at a time. Whoever cannot be given it is named and left out (`protocol/02 §11.3`); a network that
 * fails stops the whole. `beat` runs before each message.
 */
export async function handOut(
  context: KeysContext,
  recipients: readonly string[],
  facts: HandingFacts,
  beat: () => Promise<void> = () => Promise.resolve(),
): Promise<Handed> {
  const payload = distributionOf(context, facts);
  const waiting = [...recipients];
  const without: string[] = [];
  let failed: AunError | null = null;
  const work = async (): Promise<void> => {
    for (let to = waiting.shift(); to !== undefined && failed === null; to = waiting.shift()) {
      try {
        await beat();
        await sendPatiently(context, to, payload);
        await context.keyless.mark(facts.group, to, true);
      } catch (thrown) {
        const error = failureOf(thrown);
        if (!isAboutRecipient(error)) {
          failed ??= error;
          return;
        }
        note(context, 'group_key.not_given', facts.group, error);
        without.push(to);
        await context.keyless.mark(facts.group, to, false);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(HANDED_AT_ONCE, waiting.length) }, work));
  return { without, failed };
}
