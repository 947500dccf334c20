// Stand-in for Electron's own default app: what the bare runtime runs when it is started as `electron [flags] PATH [args]`.
// The runtime that the tests use was taken from another application's package, so its default app is missing.
'use strict';
const { app } = require('electron');
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');

/** Flags of the command line that take the following argument as their value. */
const requireFlags = new Set(['-r', '--require']);

/** Splits the command line into the modules to load first and the path of the application. */
function parseCommandLine(args) {
  const modules = [];
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index];
    if (requireFlags.has(argument)) {
      index += 1;
      if (args[index] !== undefined) modules.push(args[index]);
    } else if (!argument.startsWith('-')) {
      return { modules, file: path.resolve(argument), index };
    }
  }
  return { modules, file: undefined, index: -1 };
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

process.defaultApp = true;
const { modules, file } = parseCommandLine(process.argv.slice(1));
if (file === undefined) fail('usage: electron [flags] PATH [arguments]');

let main = file;
const manifestFile = path.join(file, 'package.json');
if (fs.existsSync(manifestFile)) {
  const manifest = JSON.parse(fs.readFileSync(manifestFile, 'utf8'));
  if (manifest.version) app.setVersion(manifest.version);
  const name = manifest.productName || manifest.name;
  if (name) {
    app.setName(name);
    app.setPath('userData', path.join(app.getPath('appData'), name));
  }
  if (manifest.desktopName) app.setDesktopName(manifest.desktopName);
  app.setAppPath(file);
  main = path.resolve(file, manifest.main || 'index.js');
}

try {
  main = Module._resolveFilename(main, null, true);
} catch {
  fail(`electron: no application at ${file}`);
}
if (modules.length > 0) Module._preloadModules(modules.map((name) => path.resolve(name)));
if (!fs.existsSync(manifestFile)) app.setAppPath(path.dirname(main));
Module._load(main, Module, true);
