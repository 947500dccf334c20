import { issuerOf, nameProblem, normalizeAidInput, parseAid, suggestNames } from '../../../shared/aun/aid';
import { AunError } from '../../runtime/errors';
import type { NetworkRecord, NetworkRegistry } from '../network-registry';
import type { HandlerContext, HandlersOf } from './context';

/** How many candidates are asked about to find three free names. */
const SUGGESTION_CANDIDATES = 8;

/** Networks identities can live on, and what they trust. */
export function networkHandlers(context: HandlerContext): HandlersOf<'network'> {
  const { networks, networkServices, networkReplaced, roots } = context;
  return {
    'network.list': async () => ({ networks: networks.snapshot() }),
    'network.probe': ({ address }) => networkServices.probe(address),
    'network.add': async (input) => {
      const record = await networks.add(input);
      await networkReplaced(record.id);
      return snapshotOf(networks, record);
    },
    'network.startLocal': async () => snapshotOf(networks, await networkServices.startLocal()),
    'network.checkName': (input) => checkName(context, input.network, input.name),
    'network.roots': async ({ network }) => ({
      roots: networkServices
        .roots(networks.get(network))
        .map(({ fingerprint, subject, notAfter, source }) => ({ fingerprint, subject, notAfter, source })),
    }),
    'network.chooseRoot': ({ network }) => roots.choose(network),
    'network.importRoot': async ({ network, file }) => {
      await roots.import(network, file);
      await networkReplaced(network);
      return {};
    },
    'network.removeRoot': async ({ network, fingerprint }) => {
      await roots.remove(network, fingerprint);
      await networkReplaced(network);
      return {};
    },
  };
}

function snapshotOf(
  networks: NetworkRegistry,
  record: NetworkRecord,
): ReturnType<NetworkRegistry['snapshot']>[number] {
  const found = networks.snapshot().find((network) => network.id === record.id);
  if (found === undefined) throw new AunError('network_unknown', 'the network is gone');
  return found;
}

async function checkName(
  context: HandlerContext,
  network: string,
  typed: string,
): Promise<{ aid: string; available: boolean; suggestions: string[] }> {
  const record = await context.networkServices.ready(network);
  const name = normalizeAidInput(typed);
  const problem = nameProblem(name);
  const aid = parseAid(`${name}.${record.issuer}`);
  if (problem !== null || aid === null) {
    throw new AunError('invalid_aid', 'the name breaks the rules for names', { detail: { problem } });
  }
  if (await context.networkServices.isFree(record, aid)) return { aid, available: true, suggestions: [] };
  const salt = context.options.runtime.random.bytes(2).readUInt16BE(0);
  const candidates = suggestNames(name, salt).slice(0, SUGGESTION_CANDIDATES);
  const free = await Promise.all(
    candidates.map(async (candidate) => {
      const other = parseAid(`${candidate}.${issuerOf(aid)}`);
      return other !== null && (await context.networkServices.isFree(record, other)) ? candidate : null;
    }),
  );
  return {
    aid,
    available: false,
    suggestions: free.filter((found): found is string => found !== null).slice(0, 3),
  };
}
