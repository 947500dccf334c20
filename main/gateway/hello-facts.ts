import { z } from 'zod';
import { printable } from './printable';

/** What a gateway said about itself in its hello, as short printable texts that nothing relies on. */
export interface HelloFacts {
  readonly protocol: string | null;
  /** Name and version. */
  readonly server: string | null;
  readonly features: readonly string[];
}

const MAX_FEATURES = 32;
const MAX_TEXT = 64;

const record = z.record(z.string(), z.unknown()).catch({});
const factsSchema = z
  .object({
    protocol: z.unknown().optional(),
    bridgeInfo: record,
    capabilities: z.object({ features: record }).catch({ features: {} }),
  })
  .catch({ protocol: null, bridgeInfo: {}, capabilities: { features: {} } });

function text(value: unknown): string | null {
  return printable(value, MAX_TEXT) || null;
}

function feature(name: string, value: unknown): string | null {
  const shown = text(name);
  if (shown === null || value === false || value === null) return null;
  if (value === true) return shown;
  const says = text(value);
  return says === null ? shown : `${shown}: ${says}`;
}

/** Reads the facts of a hello (`protocol/01 §5.2`); whatever is malformed is left out. */
export function readHelloFacts(hello: unknown): HelloFacts {
  const { protocol, bridgeInfo, capabilities } = factsSchema.parse(hello);
  const features: string[] = [];
  for (const name in capabilities.features) {
    if (features.length === MAX_FEATURES) break;
    const shown = feature(name, capabilities.features[name]);
    if (shown !== null) features.push(shown);
  }
  const server = [text(bridgeInfo['name']), text(bridgeInfo['version'])].filter((part) => part !== null);
  return { protocol: text(protocol), server: server.length === 0 ? null : server.join(' '), features };
}
