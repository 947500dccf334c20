// Called by electron-builder when the application folder is complete, before anything is signed.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { weldFuses } from './lib/fuses.mjs';

/** @param {import('electron-builder').AfterPackContext} context */
export default async function afterPack({ appOutDir, electronPlatformName, packager }) {
  const { productFilename } = packager.appInfo;
  const executables = {
    darwin: `${productFilename}.app`,
    win32: `${productFilename}.exe`,
    linux: packager.executableName,
  };
  await weldFuses(path.join(appOutDir, executables[electronPlatformName]));
  rmSync(path.join(packager.getResourcesDir(appOutDir), 'default_app.asar'), { force: true });
}
