import { build } from '../../scripts/build.mjs';
import { isRoot, log } from '../../scripts/lib/common.mjs';
import { desktopEnvironment } from '../../scripts/lib/desktop.mjs';

/**
 * Prepares what the suites need when they are started by hand (`npm run test:e2e`): a fresh build, an Electron
 * runtime and a virtual display. `npm test` has done so already and says it through the environment.
 */
export default async function globalSetup() {
  if (process.env.PARLEY_ELECTRON_EXECUTABLE) return undefined;
  await build();
  const desktop = await desktopEnvironment({ display: 'virtual', open: isRoot() });
  log(`parley: ${desktop.description}`);
  Object.assign(process.env, desktop.env);
  return desktop.dispose;
}
