import type { CDPSession, Page } from 'playwright';
import { z } from 'zod';

const treeSchema = z.object({
  nodes: z.array(
    z.object({
      ignored: z.boolean(),
      role: z.object({ value: z.string().optional() }).optional(),
      name: z.object({ value: z.string().optional() }).optional(),
      backendDOMNodeId: z.number().optional(),
    }),
  ),
});

/** Roles a person acts on; each needs a name, or a screen reader has nothing to say. */
const actedOn = new Set([
  'button',
  'checkbox',
  'combobox',
  'link',
  'listbox',
  'menuitem',
  'option',
  'radio',
  'searchbox',
  'slider',
  'switch',
  'tab',
  'textbox',
  'dialog',
  'alertdialog',
]);

/** The page as screen readers get it from the browser. */
export class AccessibilityTree {
  readonly #session: CDPSession;

  private constructor(session: CDPSession) {
    this.#session = session;
  }

  static async of(page: Page): Promise<AccessibilityTree> {
    const session = await page.context().newCDPSession(page);
    await session.send('Accessibility.enable');
    return new AccessibilityTree(session);
  }

  /** What a person can act on, as `role "name"`. */
  async interactive(): Promise<readonly { readonly role: string; readonly name: string }[]> {
    const { nodes } = treeSchema.parse(await this.#session.send('Accessibility.getFullAXTree'));
    return nodes
      .filter((node) => !node.ignored && actedOn.has(node.role?.value ?? ''))
      .map((node) => ({ role: node.role?.value ?? '', name: (node.name?.value ?? '').trim() }));
  }
}

/** Where Tab stops, from the first place to where the round ends, each as the text a test can compare. */
export async function tabStops(page: Page, limit = 60): Promise<readonly string[]> {
  await page.evaluate(() => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  });
  const stops: string[] = [];
  for (let count = 0; count < limit; count += 1) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === null || element === document.body) return null;
      const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])] : [];
      const name =
        element.getAttribute('aria-label') ??
        (labels.length > 0 ? labels.map((label) => label.textContent).join(' ') : element.textContent);
      const visible = element.getBoundingClientRect().width > 0;
      return `${element.getAttribute('data-testid') ?? element.tagName.toLowerCase()}|${name.trim()}${visible ? '' : '|hidden'}`;
    });
    if (stop === null || stops.includes(stop)) break;
    stops.push(stop);
  }
  return stops;
}
