import type { Page } from 'playwright';

/** A text bubble as the window shows it. */
export interface ShownBubble {
  readonly text: string;
  readonly own: boolean;
  readonly state: string | null;
}

/** What a person does in Parley's window, in a test's words. Waits for conditions, never for time. */
export class ParleyWindow {
  constructor(readonly page: Page) {}

  /** Onboarding on a network that is reached by a gateway address. */
  async join(
    gatewayUrl: string,
    name: string,
    photograph: (step: string) => Promise<void> = async () => {},
  ): Promise<void> {
    const { page } = this;
    await page.getByTestId('create-identity').click();
    await page.getByTestId('change-network').click();
    await page.getByTestId('network-other').click();
    await page.getByTestId('network-address').fill(gatewayUrl);
    await page.getByTestId('network-lookup').click();
    await page.getByTestId('probe').waitFor();
    await photograph('network');
    await page.getByTestId('network-accept').click();
    await page.getByTestId('name').fill(name);
    await page.locator('[data-testid="create"]:enabled').waitFor();
    await photograph('name');
    await page.getByTestId('create').click();
    await page.getByTestId('shell').waitFor();
  }

  /** Waits until the chosen identity is online: no connection banner is left. */
  async online(): Promise<void> {
    await this.page.locator('[data-testid="rail-account"][data-presence="online"]').first().waitFor();
  }

  /** Opens the conversation with an address through the dialog. */
  async open(aid: string): Promise<void> {
    const { page } = this;
    await page.getByTestId('new-conversation').click();
    await page.getByTestId('peer-address').fill(aid);
    await page.locator('[data-testid="open-conversation"]:enabled').click();
    await page.getByTestId('new-conversation-dialog').waitFor({ state: 'detached' });
    await this.accept();
  }

  /** Accepts the conversation that is shown where somebody unknown began it, and waits for the place to write. */
  async accept(): Promise<void> {
    const request = this.page.getByTestId('request-accept');
    await this.composer().or(request).first().waitFor();
    if (await request.isVisible()) await request.click();
    await this.composer().waitFor();
  }

  /** Opens a conversation that is in the list. */
  async choose(aid: string): Promise<void> {
    await this.page.locator(`[data-testid="conversation-row"][data-conversation="${aid}"]`).first().click();
    await this.#chosen(aid);
    await this.accept();
  }

  /** Opens the conversation with an address, from the list if it is there, else through the dialog. */
  async visit(aid: string): Promise<void> {
    const row = this.page.locator(`[data-testid="conversation-row"][data-conversation="${aid}"]`).first();
    if ((await row.count()) > 0) await row.click();
    else await this.open(aid);
    await this.#chosen(aid);
    await this.accept();
  }

  /** Waits until a conversation is the one that is shown: until then the place to write is that of another. */
  async #chosen(aid: string): Promise<void> {
    const chosen = `[data-testid="conversation-row"][data-conversation="${aid}"][aria-current="true"]`;
    await this.page.locator(chosen).first().waitFor();
  }

  composer(): ReturnType<Page['getByTestId']> {
    return this.page.getByTestId('composer');
  }

  /** Types a text and presses Enter. */
  async say(text: string): Promise<void> {
    await this.composer().fill(text);
    await this.composer().press('Enter');
    await this.page.waitForFunction(
      () => document.querySelector<HTMLTextAreaElement>('[data-testid="composer"]')?.value === '',
    );
  }

  /** The bubbles on the screen. */
  bubbles(): Promise<ShownBubble[]> {
    return this.page.getByTestId('bubble').evaluateAll((elements) =>
      elements.map((element) => ({
        text: element.querySelector('[data-testid="message-text"]')?.textContent ?? '',
        own: element.getAttribute('data-own') === 'true',
        state: element.getAttribute('data-state'),
      })),
    );
  }

  /** Waits until a bubble with exactly this text is on the screen, in this state if one is given. */
  async shows(
    text: string,
    options: { own?: boolean; state?: string; timeoutMs?: number } = {},
  ): Promise<void> {
    await this.page.waitForFunction(
      ({ text: wanted, own, state }) =>
        [...document.querySelectorAll('[data-testid="bubble"]')].some(
          (bubble) =>
            bubble.querySelector('[data-testid="message-text"]')?.textContent === wanted &&
            (own === undefined || bubble.getAttribute('data-own') === String(own)) &&
            (state === undefined || bubble.getAttribute('data-state') === state),
        ),
      { text, own: options.own, state: options.state },
      { timeout: options.timeoutMs ?? 20_000 },
    );
  }
}
