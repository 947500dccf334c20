// Writes docs/bridge.md from the bridge contract: npm run docs [-- --check]
// With --check nothing is written: the exit code is 1 when the file is out of date.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { commands, events } from '../shared/bridge/contract';
import { errorCodeSchema } from '../shared/bridge/errors';
import { accountSchema } from '../shared/model/account';
import { conversationSchema } from '../shared/model/conversation';
import { messageSchema } from '../shared/model/message';
import { networkSchema } from '../shared/model/network';
import { settingsSchema, vaultStatusSchema } from '../shared/model/settings';
import { renderBridgeReference } from './lib/bridge-reference';

/** Objects that are described once. */
const shapes = {
  Account: accountSchema,
  Conversation: conversationSchema,
  Message: messageSchema,
  Network: networkSchema,
  Settings: settingsSchema,
  Vault: vaultStatusSchema,
};

const file = path.join('docs', 'bridge.md');

function currentText(): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function run(check: boolean): number {
  const text = renderBridgeReference({ commands, events, errorCode: errorCodeSchema, shapes });
  if (currentText() === text) return 0;
  if (check) {
    process.stderr.write(`parley: ${file} does not say what the contract says: run npm run docs\n`);
    return 1;
  }
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  process.stderr.write(`parley: wrote ${file}\n`);
  return 0;
}

process.exitCode = run(process.argv.includes('--check'));
