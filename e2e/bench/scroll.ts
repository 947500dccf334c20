import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright';
import { GatewayProcess } from '../harness/gateway-process';
import { launchParley } from '../support/app';
import { ParleyWindow } from '../support/window';
import { fillConversation } from './fill-conversation';
import { percentile, tenths } from './statistics';

const MESSAGES = 100_000;
/** How far each frame scrolls, in CSS px: a fast flick of the wheel. */
const STEP_PX = 400;
const SECONDS = 60;

interface Frames {
  readonly intervals: readonly number[];
  /** Frames in which more than a tenth of the timeline showed nothing. */
  readonly blank: number;
  readonly first: number;
  readonly last: number;
}

/** Scrolls towards the beginning, frame by frame, and looks at what each frame shows. */
function scroll(page: Page): Promise<Frames> {
  return page.evaluate(
    ([step, seconds]) =>
      new Promise<Frames>((resolve) => {
        const scroller = document.querySelector('[data-testid="timeline"]');
        if (!(scroller instanceof HTMLElement)) throw new Error('there is no timeline');
        const idOf = (element: Element | null): number =>
          Number(element?.getAttribute('data-message-id') ?? 0);
        const first = idOf([...scroller.querySelectorAll('[data-message-id]')].at(-1) ?? null);
        const intervals: number[] = [];
        let blank = 0;
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
          scroller.scrollTop -= step;
          if (now < end) requestAnimationFrame(frame);
          else {
            const last = idOf(scroller.querySelector('[data-message-id]'));
            resolve({ intervals, blank, first, last });
          }
        };
        requestAnimationFrame(frame);
      }),
    [STEP_PX, SECONDS] as const,
  );
}

/**
 * A minute of fast scrolling from the newest message of a conversation with 100 000 towards the oldest: frames that showed
 * nothing, frames that came late, and how far it got.
 */
export async function scrollBench(): Promise<Record<string, unknown>> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'parley-bench-'));
  const dataDir = path.join(folder, 'window');
  const gateway = await GatewayProcess.start({ dataDir: path.join(folder, 'gateway') });
  const peer = `friend.${gateway.addresses.issuer}`;
  try {
    await fillConversation(gateway, dataDir, 'scroller', peer, MESSAGES);
    const app = await launchParley({ dataDir });
    try {
      const window = new ParleyWindow(app.page);
      await window.choose(peer);
      await app.page.getByTestId('message').first().waitFor();
      const { intervals, blank, first, last } = await scroll(app.page);
      const usual = percentile(intervals, 0.5);
      return {
        messages: MESSAGES,
        passed: first - last,
        frames: intervals.length,
        blankFrames: blank,
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
