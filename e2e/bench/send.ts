import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright';
import { GatewayProcess } from '../harness/gateway-process';
import { launchParley } from '../support/app';
import { ParleyWindow } from '../support/window';
import { percentile, tenths } from './statistics';

const WARM_UP = 10;
const SAMPLES = 100;

interface Sample {
  readonly bubbleMs: number;
  readonly replyMs: number;
}

/** Types a text, presses Enter and measures inside the window, by its own clock: to the bubble, to the gateway's reply. */
async function measure(page: Page, text: string): Promise<Sample> {
  const composer = page.getByTestId('composer');
  await composer.fill(text);
  const sample = page.evaluate(
    (wanted) =>
      new Promise<Sample>((resolve) => {
        let pressed = 0;
        let bubbleMs = 0;
        const look = (): void => {
          for (const bubble of document.querySelectorAll('[data-testid="bubble"]')) {
            if (bubble.querySelector('[data-testid="message-text"]')?.textContent !== wanted) continue;
            const now = performance.now();
            if (bubbleMs === 0) bubbleMs = now - pressed;
            const state = bubble.getAttribute('data-state');
            if (state !== 'sent' && state !== 'delivered') return;
            observer.disconnect();
            resolve({ bubbleMs, replyMs: now - pressed });
          }
        };
        const observer = new MutationObserver(look);
        document.addEventListener(
          'keydown',
          () => {
            pressed = performance.now();
            observer.observe(document.body, { subtree: true, childList: true, attributes: true });
          },
          { once: true, capture: true },
        );
      }),
    text,
  );
  await composer.press('Enter');
  return sample;
}

/**
 * Enter to bubble, and Enter to the gateway's reply shown in the window: two real applications on one loopback gateway,
 * the receiver online, one message at a time. Times are the window's own; `--samples N` (100).
 */
export async function sendBench(args: readonly string[]): Promise<Record<string, unknown>> {
  const given = Number(args[args.indexOf('--samples') + 1]);
  const samples = args.includes('--samples') && given > 0 ? given : SAMPLES;
  const folder = await mkdtemp(path.join(os.tmpdir(), 'parley-bench-'));
  const gateway = await GatewayProcess.start({ dataDir: path.join(folder, 'gateway') });
  const apps = [];
  try {
    const windows: ParleyWindow[] = [];
    for (const name of ['sender', 'receiver']) {
      const app = await launchParley({ dataDir: path.join(folder, name) });
      apps.push(app);
      const window = new ParleyWindow(app.page);
      await window.join(gateway.addresses.url, name);
      await window.online();
      windows.push(window);
    }
    const [sender] = windows;
    if (sender === undefined) throw new Error('there is no sender');
    await sender.open(`receiver.${gateway.addresses.issuer}`);
    const measured: Sample[] = [];
    for (let index = 0; index < WARM_UP + samples; index += 1) {
      const sample = await measure(sender.page, `第 ${index} 句：sentence number ${index}`);
      if (index >= WARM_UP) measured.push(sample);
    }
    const bubbles = measured.map((sample) => sample.bubbleMs);
    const replies = measured.map((sample) => sample.replyMs);
    return {
      samples: measured.length,
      bubbleP50Ms: tenths(percentile(bubbles, 0.5)),
      bubbleP95Ms: tenths(percentile(bubbles, 0.95)),
      replyP50Ms: tenths(percentile(replies, 0.5)),
      replyP95Ms: tenths(percentile(replies, 0.95)),
      budgetMs: { bubbleP95: 50, replyP95: 150 },
    };
  } finally {
    for (const app of apps) await app.close();
    await gateway.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
