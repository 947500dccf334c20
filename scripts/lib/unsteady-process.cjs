// Loaded before everything else by processes that tests start, where `PARLEY_UNSTEADY` is set (see unsteady.mjs).
'use strict';
const { Socket } = require('node:net');
const { isMainThread, Worker } = require('node:worker_threads');

/** The longest delay that is put in, in milliseconds. */
const longest = Number(process.env.PARLEY_UNSTEADY ?? 0);
const later = globalThis.setTimeout;
const pause = () => new Promise((resolve) => later(resolve, Math.random() * longest));

/** Delays a method for a random time; the calls of one object keep their order. Gives back what ends the delay at once. */
function delayInOrder(prototype, name) {
  const original = prototype[name];
  const waiting = new WeakMap();
  const flush = (object) => {
    const line = waiting.get(object) ?? [];
    waiting.delete(object);
    for (const each of line) each();
  };
  prototype[name] = function delayed(...given) {
    // The socket below this one is delayed already.
    if (this.encrypted === true) return original.apply(this, given);
    const call = () => original.apply(this, given);
    const line = waiting.get(this);
    if (line !== undefined) {
      line.push(call);
      return true;
    }
    const begun = [call];
    waiting.set(this, begun);
    void pause().then(() => flush(this));
    return true;
  };
  return flush;
}

/** What the window asks is answered late, and what it is told comes late. */
function delayWindows(electron) {
  const { app, ipcMain } = electron;
  const handle = ipcMain.handle.bind(ipcMain);
  ipcMain.handle = (channel, answer) =>
    handle(channel, async (...given) => {
      try {
        return await answer(...given);
      } finally {
        await pause();
      }
    });
  app.on('web-contents-created', (_event, contents) => {
    const { send } = contents;
    // What is still on its way to a window that ends is lost with it.
    contents.send = (...given) => {
      if (!contents.isDestroyed() && !contents.isCrashed()) send.apply(contents, given);
    };
    delayInOrder(contents, 'send');
  });
}

/** What arrived is read before a line breaks: a failing write does not overtake it. */
function readBeforeBreaking(flush) {
  const write = Socket.prototype._writeGeneric;
  Socket.prototype._writeGeneric = function written(writev, data, encoding, ended) {
    return write.call(this, writev, data, encoding, (error) => {
      if (!error) return ended();
      flush(this);
      setImmediate(ended, error);
    });
  };
}

if (longest > 0 && isMainThread) {
  // What arrives from the network, and what a worker is told.
  readBeforeBreaking(delayInOrder(Socket.prototype, 'push'));
  delayInOrder(Worker.prototype, 'postMessage');
  if (process.versions.electron !== undefined && process.type === 'browser')
    delayWindows(require('electron'));
}

exports.pause = pause;
