import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright';
import { GatewayProcess } from '../harness/gateway-process';
import { launchParley } from '../support/app';
import { ParleyWindow } from '../support/window';
import { numberOption } from './bench-store';
import { fillConversation } from './fill-conversation';
import { percentile, tenths } from './statistics';

const DEFAULT_MESSAGES = 100_000;
/** How far each frame scrolls, in CSS px: a fast flick of the wheel. */
const STEP_PX = 400;
/** The way through all of it takes about four minutes at sixty frames a second. */
const DEFAULT_LIMIT_SECONDS = 900;
/** So many frames at the top with nothing being loaded are the beginning of the conversation. */
const SETTLED_FRAMES = 90;

interface Frames {
  readonly intervals: readonly number[];
  /** Frames in which more than a tenth of the timeline showed nothing. */
  readonly blank: number;
  /** Frames at the top of what was loaded, waiting for older messages. */
  readonly waiting: number;
  readonly first: number;
  readonly last: number;
  /** It came to the beginning of the conversation. */
  readonly whole: boolean;
}

/** Scrolls to the beginning, frame by frame, and looks at what each frame shows. */
function scroll(page: Page, limitSeconds: number): Promise<Frames> {
  return page.evaluate(
    ([step, seconds, settled]) =>
      new Promise<Frames>((resolve) => {
        const scroller = document.querySelector('[data-testid="timeline"]');
        if (!(scroller instanceof HTMLElement)) throw new Error('there is no timeline');
        const idOf = (element: Element | null): number =>
          Number(element?.getAttribute('data-message-id') ?? 0);
        const first = idOf([...scroller.querySelectorAll('[data-message-id]')].at(-1) ?? null);
        const intervals: number[] = [];
        let blank = 0;
        let waiting = 0;
        let still = 0;
        let before = performance.now();
        const end = before + seconds * 1000;
        const frame = (now: number): void => {
          intervals.push(now - before);
          before = now;
          const view = scroller.getBoundingClientRect();
          let covered = 0;
          for (const row of scroller.querySelectorAll('[data-row], [role="separator"], .timeline__day')) {
            const box = row.getBoundingClientRect();
            covered += Math.max(0, Math.min(box.bottom, view.bottom) - Math.max(box.top, view.top));
          }
          // Rows have gaps between them: a third of the height may be empty in a full timeline.
          if (covered < view.height * 0.5 && scroller.scrollTop > 0) blank += 1;
          const loading = document.querySelector('.timeline__loading') !== null;
          if (scroller.scrollTop > 0) still = 0;
          else if (loading) {
            still = 0;
            waiting += 1;
          } else still += 1;
          scroller.scrollTop -= step;
          if (now < end && still < settled) requestAnimationFrame(frame);
          else {
            const last = idOf(scroller.querySelector('[data-message-id]'));
            resolve({ intervals, blank, waiting, first, last, whole: still >= settled });
          }
        };
        requestAnimationFrame(frame);
      }),
    [STEP_PX, limitSeconds, SETTLED_FRAMES] as const,
  );
}

/**
 * Fast scrolling from the newest message of a conversation with 100 000 to the oldest: frames that showed nothing, frames that
 * came late, frames that waited for older messages, and how far it got. `--messages N` (100 000), `--seconds N` (900 at most).
 */
export async function scrollBench(args: readonly string[]): Promise<Record<string, unknown>> {
  const messages = numberOption(args, '--messages', DEFAULT_MESSAGES);
  const limitSeconds = numberOption(args, '--seconds', DEFAULT_LIMIT_SECONDS);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'parley-bench-'));
  const dataDir = path.join(folder, 'window');
  const gateway = await GatewayProcess.start({ dataDir: path.join(folder, 'gateway') });
  const peer = `friend.${gateway.addresses.issuer}`;
  try {
    await fillConversation(gateway, dataDir, 'scroller', peer, messages);
    const app = await launchParley({ dataDir });
    try {
      const window = new ParleyWindow(app.page);
      await window.choose(peer);
      await app.page.getByTestId('message').first().waitFor();
      const { intervals, blank, waiting, first, last, whole } = await scroll(app.page, limitSeconds);
      const usual = percentile(intervals, 0.5);
      return {
        messages,
        passed: first - last + 1,
        whole,
        seconds: Math.round(intervals.reduce((sum, interval) => sum + interval, 0) / 1000),
        frames: intervals.length,
        blankFrames: blank,
        waitingFrames: waiting,
        droppedFrames: intervals.filter((interval) => interval > usual * 1.75).length,
        frameP50Ms: tenths(usual),
        frameP95Ms: tenths(percentile(intervals, 0.95)),
        frameP99Ms: tenths(percentile(intervals, 0.99)),
      };
    } finally {
      await app.close();
    }
  } finally {
    await gateway.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
