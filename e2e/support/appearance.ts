import type { Page } from 'playwright';

/** A text on the screen that is hard or impossible to read, and why. */
export interface Blemish {
  readonly text: string;
  readonly where: string;
  readonly why: string;
}

/**
 * Looks at every text on the screen: contrast with what is behind it (4.5, or 3 where it is large), words cut off
 * without an ellipsis, and elements that stick out of the window and can't be scrolled to.
 */
export function blemishes(page: Page): Promise<readonly Blemish[]> {
  return page.evaluate(() => {
    type Colour = readonly [number, number, number, number];
    const parse = (text: string): Colour => {
      const canvas = document.createElement('canvas');
      canvas.width = 1;
      canvas.height = 1;
      const context = canvas.getContext('2d', { willReadFrequently: true });
      if (context === null) return [0, 0, 0, 0];
      context.fillStyle = text;
      context.fillRect(0, 0, 1, 1);
      const [red = 0, green = 0, blue = 0, alpha = 0] = context.getImageData(0, 0, 1, 1).data;
      return [red, green, blue, alpha / 255];
    };
    const over = (top: Colour, below: Colour): Colour => {
      const mix = (index: 0 | 1 | 2): number => top[index] * top[3] + below[index] * (1 - top[3]);
      return [mix(0), mix(1), mix(2), 1];
    };
    const luminance = (colour: Colour): number => {
      const channel = (value: number): number => {
        const share = value / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      };
      return 0.2126 * channel(colour[0]) + 0.7152 * channel(colour[1]) + 0.0722 * channel(colour[2]);
    };
    const behind = (element: Element | null): Colour => {
      if (element === null) return [255, 255, 255, 1];
      const own = parse(getComputedStyle(element).backgroundColor);
      return own[3] >= 0.999 ? own : over(own, behind(element.parentElement));
    };
    // A row that scrolls sideways brings what stands outside into sight.
    const inScroller = (element: Element | null): boolean =>
      element !== null &&
      ((['auto', 'scroll'].includes(getComputedStyle(element).overflowX) &&
        element.scrollWidth > element.clientWidth) ||
        inScroller(element.parentElement));
    const found: { text: string; where: string; why: string }[] = [];
    for (const element of document.querySelectorAll<HTMLElement>('body *')) {
      const words = [...element.childNodes]
        .filter((node) => node.nodeType === Node.TEXT_NODE)
        .map((node) => node.textContent ?? '')
        .join('')
        .trim();
      const box = element.getBoundingClientRect();
      if (words === '' || box.width < 2 || box.height < 2) continue;
      if (element.closest('.visually-hidden, [hidden], script, style') !== null) continue;
      if (element.closest('button:disabled, [aria-disabled="true"]') !== null) continue;
      const style = getComputedStyle(element);
      if (style.visibility === 'hidden' || style.opacity === '0') continue;
      const note = (why: string): void => {
        found.push({ text: words.slice(0, 60), where: element.className || element.tagName, why });
      };
      const ground = behind(element);
      const ink = over(parse(style.color), ground);
      const [light, dark] = [luminance(ink), luminance(ground)].sort((first, second) => second - first);
      const ratio = ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
      const size = Number.parseFloat(style.fontSize);
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      if (ratio < (large ? 3 : 4.5)) note(`contrast ${ratio.toFixed(2)}`);
      const clipped = style.overflowX !== 'visible' && style.textOverflow !== 'ellipsis';
      if (clipped && element.scrollWidth > element.clientWidth + 1 && element.tagName !== 'PRE') {
        if (style.overflowX === 'hidden') note('cut off');
      }
      const outside = box.right > window.innerWidth + 1 || box.left < -1;
      if (outside && !inScroller(element)) note('outside the window');
    }
    return found;
  });
}
