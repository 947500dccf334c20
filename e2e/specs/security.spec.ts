import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'playwright/test';
import { launchParley, startOnTakenFolder } from '../support/app';
import type { ParleyApp } from '../support/app';

/** The security baseline of the application, line by line, on the real thing (design §7). */
let parley: ParleyApp;

test.beforeAll(async () => {
  parley = await launchParley({ unprivileged: true });
  await parley.page.waitForFunction(() => window.parley !== undefined);
});

test.afterAll(() => parley.close());

/** What a command answered: the result, or the code of the error. */
async function invoke(command: string, params: unknown): Promise<unknown> {
  return parley.page.evaluate(
    async ([name, values]) => {
      const bridge = window.parley as unknown as {
        invoke(name: unknown, values: unknown): Promise<unknown>;
      };
      try {
        return await bridge.invoke(name, values);
      } catch (error) {
        return (error as { code?: unknown }).code ?? String(error);
      }
    },
    [command, params] as const,
  );
}

/** A server that nobody may call. */
async function withListener(work: (origin: string, calls: () => number) => Promise<void>): Promise<void> {
  let calls = 0;
  const server = createServer((_request, response) => {
    calls += 1;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, () => calls);
  } finally {
    server.close();
  }
}

test('the window has every protection on', async () => {
  const preferences = await parley.app.evaluate(({ BrowserWindow: Windows }) =>
    Windows.getAllWindows().map((window) =>
      (
        window.webContents as unknown as { getLastWebPreferences(): Record<string, unknown> }
      ).getLastWebPreferences(),
    ),
  );
  expect(preferences).toHaveLength(1);
  expect(preferences[0]).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    webSecurity: true,
    nodeIntegration: false,
    nodeIntegrationInSubFrames: false,
    webviewTag: false,
    allowRunningInsecureContent: false,
  });
});

test('the process of the window runs in the system sandbox', async () => {
  if (process.platform !== 'linux') return;
  const pid = await parley.app.evaluate(({ BrowserWindow: Windows }) =>
    Windows.getAllWindows()[0]?.webContents.getOSProcessId(),
  );
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  expect(/^Seccomp:\s*(\d)/m.exec(status)?.[1]).toBe('2');
});

test('the page sees two functions and nothing of Node or Electron', async () => {
  const seen = await parley.page.evaluate(() => ({
    bridge: Object.keys(window.parley ?? {}).sort(),
    kinds: ['require', 'process', 'module', 'Buffer', 'global', 'electron', 'ipcRenderer'].filter(
      (name) => name in window,
    ),
    frozen: Object.isFrozen(window.parley),
  }));
  expect(seen).toEqual({ bridge: ['invoke', 'onEvents'], kinds: [], frozen: true });
});

test('the page comes from its own scheme, and nothing it holds is written to disk by the browser', async () => {
  expect(parley.page.url()).toBe('app://parley/index.html');
  const storage = await parley.app.evaluate(({ BrowserWindow: Windows }) => {
    const session = Windows.getAllWindows()[0]?.webContents.session;
    return { persistent: session?.isPersistent(), path: session?.getStoragePath() };
  });
  expect(storage).toEqual({ persistent: false, path: null });
});

test('neither files of the computer nor other folders of the application can be loaded', async () => {
  const loaded = await parley.page.evaluate(async () => {
    const addresses = [
      'file:///etc/hostname',
      'app://parley/../../package.json',
      'app://parley/%2e%2e/%2e%2e/assets/icons/16x16.png',
      'app://parley/..%2f..%2fassets/icons/16x16.png',
      'app://other/index.html',
    ];
    return Promise.all(
      addresses.map(
        (address) =>
          new Promise<boolean>((resolve) => {
            const image = new Image();
            image.onload = () => resolve(true);
            image.onerror = () => resolve(false);
            image.src = address;
          }),
      ),
    );
  });
  expect(loaded).toEqual([false, false, false, false, false]);
});

test('inline code, code from text and foreign code do not run', async () => {
  const ran = await parley.page.evaluate(async () => {
    let stopped = 0;
    const allStopped = new Promise<void>((resolve) => {
      document.addEventListener('securitypolicyviolation', () => {
        stopped += 1;
        if (stopped === 4) resolve();
      });
    });
    const add = (fill: (script: HTMLScriptElement) => void): void => {
      const script = document.createElement('script');
      fill(script);
      document.head.append(script);
    };
    add((script) => (script.textContent = 'window.ranInline = true'));
    add((script) => (script.src = 'data:text/javascript,window.ranData = true'));
    const blob = new Blob(['window.ranBlob = true'], { type: 'text/javascript' });
    add((script) => (script.src = URL.createObjectURL(blob)));
    const button = document.createElement('button');
    button.setAttribute('onclick', 'window.ranHandler = true');
    document.body.append(button);
    button.click();
    button.remove();
    await allStopped;
    return Object.keys(window).filter((name) => name.startsWith('ran'));
  });
  expect(ran).toEqual([]);
});

test('the page connects to nowhere', async () => {
  await withListener(async (origin, calls) => {
    const outcomes = await parley.page.evaluate(async (target) => {
      const settle = (promise: Promise<unknown>) =>
        promise.then(
          () => 'went through',
          () => 'stopped',
        );
      const image = new Promise((resolve, reject) => {
        const element = new Image();
        element.onload = resolve;
        element.onerror = reject;
        element.src = `${target}/image`;
      });
      const socket = new Promise((resolve, reject) => {
        const connection = new WebSocket(target.replace('http', 'ws'));
        connection.onopen = resolve;
        connection.onerror = reject;
      });
      const link = document.createElement('link');
      link.rel = 'stylesheet';
      link.href = `${target}/style`;
      const style = new Promise((resolve, reject) => {
        link.onload = resolve;
        link.onerror = reject;
      });
      document.head.append(link);
      return Promise.all([settle(fetch(target)), settle(image), settle(socket), settle(style)]);
    }, origin);
    expect(outcomes).toEqual(['stopped', 'stopped', 'stopped', 'stopped']);
    expect(calls()).toBe(0);
  });
});

test('the page goes nowhere, opens nothing and embeds nothing', async () => {
  await withListener(async (origin, calls) => {
    const opened = await parley.page.evaluate((target) => {
      const window1 = window.open(target);
      const frame = document.createElement('iframe');
      frame.src = target;
      document.body.append(frame);
      const view = document.createElement('webview');
      view.setAttribute('src', target);
      document.body.append(view);
      const form = document.createElement('form');
      form.action = target;
      document.body.append(form);
      form.submit();
      const anchor = document.createElement('a');
      anchor.href = target;
      document.body.append(anchor);
      anchor.click();
      anchor.target = '_blank';
      anchor.click();
      for (const element of [frame, view, form, anchor]) element.remove();
      window.location.href = target;
      return window1 !== null;
    }, origin);
    expect(opened).toBe(false);
    await expect.poll(() => parley.output()).toContain('window.navigation_refused');
    expect(parley.page.url()).toBe('app://parley/index.html');
    expect(parley.app.windows()).toHaveLength(1);
    expect(calls()).toBe(0);
  });
});

test('permissions are denied, but for putting text into the clipboard', async () => {
  const answers = await parley.page.evaluate(async () => {
    const outcome = (promise: Promise<unknown>) =>
      promise.then(
        () => 'granted',
        () => 'denied',
      );
    const place = new Promise((resolve, reject) => navigator.geolocation.getCurrentPosition(resolve, reject));
    return {
      camera: await outcome(navigator.mediaDevices.getUserMedia({ video: true })),
      microphone: await outcome(navigator.mediaDevices.getUserMedia({ audio: true })),
      screen: await outcome(navigator.mediaDevices.getDisplayMedia()),
      place: await outcome(place),
      notifications: await Notification.requestPermission(),
      clipboardRead: await outcome(navigator.clipboard.readText()),
    };
  });
  expect(answers).toEqual({
    camera: 'denied',
    microphone: 'denied',
    screen: 'denied',
    place: 'denied',
    notifications: 'denied',
    clipboardRead: 'denied',
  });
});

test('commands are checked by name, schema and what this installation holds', async () => {
  expect(await invoke('app.info', {})).toMatchObject({ platform: process.platform });
  expect(await invoke('no.such.command', {})).toBe('unknown_command');
  expect(await invoke('__proto__', {})).toBe('unknown_command');
  expect(await invoke('constructor', {})).toBe('unknown_command');
  expect(await invoke('app.info', { extra: 1 })).toBe('invalid_request');
  expect(await invoke('app.info', null)).toBe('invalid_request');
  expect(await invoke('conversation.list', { account: '../../etc' })).toBe('unknown_account');
  expect(await invoke('message.page', { account: 'nobody.aun.test', conversation: 'x', limit: 1e9 })).toBe(
    'invalid_request',
  );
});

test('a window that we did not make gets no answer, although it shows our page', async () => {
  const answer = await parley.app.evaluate(async ({ app, BrowserWindow: Windows }) => {
    const own = Windows.getAllWindows()[0];
    if (own === undefined) throw new Error('there is no window');
    const stranger = new Windows({
      show: false,
      webPreferences: {
        preload: `${app.getAppPath()}/dist/preload/index.cjs`,
        session: own.webContents.session,
        sandbox: true,
        contextIsolation: true,
      },
    });
    await stranger.loadURL('app://parley/index.html');
    const call = `window.parley.invoke('app.info', {}).then(() => 'answered', (error) => error.code)`;
    const result: unknown = await stranger.webContents.executeJavaScript(call);
    stranger.destroy();
    return result;
  });
  expect(answer).toBe('permission_denied');
});

test('an outside address is opened only after a question that shows the real host', async () => {
  await parley.app.evaluate(({ dialog, shell }) => {
    const record = { questions: [] as string[], opened: [] as string[], answer: 1 };
    Reflect.set(globalThis, 'record', record);
    Reflect.set(dialog, 'showMessageBox', (...args: unknown[]) => {
      record.questions.push((args[args.length - 1] as { detail: string }).detail);
      return Promise.resolve({ response: record.answer, checkboxChecked: false });
    });
    Reflect.set(shell, 'openExternal', (url: string) => {
      record.opened.push(url);
      return Promise.resolve();
    });
  });
  expect(await invoke('app.openLink', { url: 'https://аpple.com/login' })).toEqual({ opened: false });
  expect(await invoke('app.openLink', { url: 'file:///etc/passwd' })).toBe('invalid_request');
  expect(await invoke('app.openLink', { url: 'javascript:alert(1)' })).toBe('invalid_request');
  await parley.app.evaluate(() => {
    (Reflect.get(globalThis, 'record') as { answer: number }).answer = 0;
  });
  expect(await invoke('app.openLink', { url: 'https://example.com/' })).toEqual({ opened: true });
  const record = await parley.app.evaluate(
    () => Reflect.get(globalThis, 'record') as { questions: string[]; opened: string[] },
  );
  expect(record.questions[0]?.split('\n')[0]).toBe('xn--pple-43d.com');
  expect(record.questions).toHaveLength(2);
  expect(record.opened).toEqual(['https://example.com/']);
});

test('a window whose process dies is loaded again and works', async () => {
  await parley.app.evaluate(({ BrowserWindow: Windows, dialog }) => {
    Reflect.set(dialog, 'showMessageBox', () => Promise.resolve({ response: 0, checkboxChecked: false }));
    Windows.getAllWindows()[0]?.webContents.forcefullyCrashRenderer();
  });
  await expect.poll(() => parley.output()).toContain('window.process_gone');
  const works = () =>
    parley.app.evaluate(async ({ BrowserWindow: Windows }) => {
      const contents = Windows.getAllWindows()[0]?.webContents;
      if (contents === undefined || contents.isCrashed() || contents.isLoading()) return 'not yet';
      const call = `window.parley.invoke('app.info', {}).then(() => 'answered', (error) => error.code)`;
      return (await contents.executeJavaScript(call)) as string;
    });
  await expect.poll(works).toBe('answered');
});

test('one data folder is opened once; two folders run side by side', async () => {
  const second = await launchParley();
  try {
    expect(second.dataDir).not.toBe(parley.dataDir);
    await second.page.waitForFunction(() => window.parley !== undefined);
    // A third start with the folder of the second ends at once, so it never shows a window.
    expect(await startOnTakenFolder(second.dataDir)).toBe(0);
    expect(second.app.windows()).toHaveLength(1);
  } finally {
    await second.close();
  }
});

test('the application ends when it is told to and leaves no half-written file', async () => {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'parley-quit-'));
  const app = await launchParley({ dataDir });
  await app.page.waitForFunction(() => window.parley !== undefined);
  await app.app.evaluate(({ BrowserWindow: Windows }) => Windows.getAllWindows()[0]?.setSize(900, 640));
  // The display carries out a new size in its own time; a person closes the window they see.
  const width = () =>
    app.app.evaluate(({ BrowserWindow: Windows }) => Windows.getAllWindows()[0]?.getNormalBounds().width);
  await expect.poll(width).toBe(900);
  await app.close();
  const names = await readdir(dataDir, { recursive: true });
  expect(names.filter((name) => name.endsWith('.tmp'))).toEqual([]);
  const state = JSON.parse(await readFile(path.join(dataDir, 'window.json'), 'utf8')) as {
    bounds: { width: number };
  };
  expect(state.bounds.width).toBe(900);
  await rm(dataDir, { recursive: true, force: true });
});
