import { expect } from 'playwright/test';
import { groupSchema } from '../../shared/model/group';
import type { Group } from '../../shared/model/group';
import { World } from '../interop/world';
import { Seat } from './seat';

/** A real application and the identity in front of it. */
export interface Sitter {
  readonly seat: Seat;
  readonly aid: string;
}

/** Several real applications on one gateway. */
export class Circle {
  private constructor(
    readonly world: World,
    readonly sitters: readonly Sitter[],
  ) {}

  /** Starts a gateway and one window for each name. */
  static async begin(names: readonly string[], args: readonly string[] = []): Promise<Circle> {
    const world = await World.begin(args);
    try {
      const sitters: Sitter[] = [];
      for (const name of names) {
        const seat = await Seat.take(world, name);
        sitters.push({ seat, aid: await seat.join(world, name) });
      }
      return new Circle(world, sitters);
    } catch (error) {
      await world.end();
      throw error;
    }
  }

  /** The sitter at a place, counted from 0. */
  at(index: number): Sitter {
    const sitter = this.sitters[index];
    if (sitter === undefined) throw new Error(`nobody sits at ${index}`);
    return sitter;
  }

  end(): Promise<void> {
    return this.world.end();
  }
}

/** The group as an application knows it now. */
export async function groupAt({ seat, aid }: Sitter, group: string): Promise<Group> {
  return groupSchema.parse(await seat.invoke('group.get', { account: aid, group }));
}

/** Waits until the keys of a group are in order at somebody's, of this epoch or a later one. */
export async function securedAt(sitter: Sitter, group: string, epoch = 1): Promise<void> {
  await expect
    .poll(
      async () => {
        const { keys, membership } = await groupAt(sitter, group);
        return membership === 'member' && keys.state === 'secured' && keys.epoch >= epoch;
      },
      { timeout: 30_000 },
    )
    .toBe(true);
}

/** Opens the conversation of a group that is in the list, accepting it where somebody else put us there. */
export async function visitGroup({ seat }: Sitter, group: string): Promise<void> {
  const { page } = seat;
  const row = page.locator(`[data-testid="conversation-row"][data-conversation="${group}"]`).first();
  const requests = page.getByTestId('open-requests');
  await row.or(requests).first().waitFor();
  if (!(await row.isVisible())) await requests.click();
  await row.click();
  const request = page.getByTestId('request-accept');
  await seat.window.composer().or(request).or(page.getByTestId('group-quiet')).first().waitFor();
  if (await request.isVisible()) await request.click();
}

/** Opens the page of the group that is shown, at a section. */
export async function groupPage({ seat }: Sitter, section: string): Promise<void> {
  await seat.page.getByTestId('open-group-page').click();
  await seat.page.getByTestId(`group-tab-${section}`).click();
}

/** Closes whatever dialog is open. */
export async function closeDialogs({ seat }: Sitter): Promise<void> {
  const { page } = seat;
  // A dialog above another one hides it from the tree: those are counted too, or one that closes by itself uncovers as many.
  const dialogs = page.getByRole('dialog', { includeHidden: true });
  for (let open = await dialogs.count(); open > 0; open = await dialogs.count()) {
    const last = open;
    await page.keyboard.press('Escape');
    await expect.poll(() => dialogs.count()).toBeLessThan(last);
  }
}

/** Texts of a group's conversation in the database of somebody, oldest first. */
export async function textsAt({ seat, aid }: Sitter, group: string): Promise<string[]> {
  const messages = await seat.stored(aid, group);
  return messages.flatMap(({ content }) => (content.kind === 'text' ? [content.text] : []));
}
