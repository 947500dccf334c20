// The fuses of the packaged application: doors that Electron leaves open for development, closed for good.
import { flipFuses, FuseState, FuseV1Options, FuseVersion, getCurrentFuseWire } from '@electron/fuses';
import { ScriptError } from './common.mjs';

/** How every fuse must stand, by name. A fuse that a newer Electron adds has to be decided here before it can ship. */
export const wantedFuses = {
  /** ELECTRON_RUN_AS_NODE would turn the signed binary into a plain Node that may read our keychain entries. */
  RunAsNode: false,
  EnableCookieEncryption: true,
  EnableNodeOptionsEnvironmentVariable: false,
  EnableNodeCliInspectArguments: false,
  EnableEmbeddedAsarIntegrityValidation: true,
  OnlyLoadAppFromAsar: true,
  LoadBrowserProcessSpecificV8Snapshot: false,
  GrantFileProtocolExtraPrivileges: false,
  WasmTrapHandlers: true,
};

/** State of every fuse that this binary has, by name. @param {string} executable binary or .app folder */
export async function readFuses(executable) {
  const wire = await getCurrentFuseWire(executable);
  const indices = Object.keys(wire).filter((key) => key !== 'version');
  return Object.fromEntries(
    indices.map((index) => [
      FuseV1Options[index] ?? `unknown fuse ${index}`,
      wire[index] === FuseState.ENABLE,
    ]),
  );
}

/**
 * Sets every fuse that this binary has. Older runtimes have fewer.
 * @throws when the binary has a fuse that is not decided above
 */
export async function weldFuses(executable) {
  const present = Object.keys(await readFuses(executable));
  const settings = Object.entries(wantedFuses)
    .filter(([name]) => present.includes(name))
    .map(([name, state]) => [FuseV1Options[name], state]);
  await flipFuses(executable, {
    version: FuseVersion.V1,
    strictlyRequireAllFuses: true,
    resetAdHocDarwinSignature: true,
    ...Object.fromEntries(settings),
  });
}

/** Throws ScriptError unless every fuse stands as wanted. Returns the number of fuses. */
export async function checkFuses(executable) {
  const found = Object.entries(await readFuses(executable));
  const wrong = found.filter(([name, state]) => wantedFuses[name] !== state).map(([name]) => name);
  if (wrong.length > 0) throw new ScriptError(`fuses of ${executable} are wrong: ${wrong.join(', ')}`);
  return found.length;
}
