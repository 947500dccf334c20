// An empty window: something for Chromium to draw in, and the floor that the start-up benchmark measures against.
'use strict';
const { app, BrowserWindow } = require('electron');

app.whenReady().then(() => {
  const window = new BrowserWindow({
    width: 1280,
    height: 800,
    show: false,
    webPreferences: { sandbox: true },
  });
  window.once('ready-to-show', () => {
    window.show();
    if (process.env.PARLEY_BENCH_READY) process.stdout.write(`ready ${Date.now()}\n`);
  });
  void window.loadURL('data:text/html;charset=utf-8,<!doctype html><title>blank</title>');
});
app.on('window-all-closed', () => app.quit());
