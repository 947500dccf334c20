import type { Desktop } from '../../main/ports/desktop';

/** A desktop whose dialogs are answered by the test: each takes the next answer; without one the user gave up. */
export class Desk implements Desktop {
  /** What was asked, in order. */
  readonly asked: string[] = [];
  readonly #answers: (string | null)[] = [];
  links: string[] = [];

  /** The next dialog gets this path, or null for a user who gives up. */
  answer(path: string | null): void {
    this.#answers.push(path);
  }

  openLink(): Promise<boolean> {
    return Promise.resolve(false);
  }

  showFolder(): Promise<boolean> {
    return Promise.resolve(false);
  }

  chooseSave({ purpose, suggestedName }: Parameters<Desktop['chooseSave']>[0]): Promise<string | null> {
    return this.#ask(`save ${purpose} ${suggestedName}`);
  }

  chooseFile({ purpose }: Parameters<Desktop['chooseFile']>[0]): Promise<string | null> {
    return this.#ask(`file ${purpose}`);
  }

  /** Takes the next answer as the one file that was chosen. */
  async chooseFiles({ purpose }: Parameters<Desktop['chooseFiles']>[0]): Promise<readonly string[]> {
    const path = await this.#ask(`files ${purpose}`);
    return path === null ? [] : [path];
  }

  chooseFolder({ purpose }: Parameters<Desktop['chooseFolder']>[0]): Promise<string | null> {
    return this.#ask(`folder ${purpose}`);
  }

  takeLinks(settled: readonly string[]): readonly string[] {
    this.links = this.links.filter((link) => !settled.includes(link));
    return this.links;
  }

  #ask(question: string): Promise<string | null> {
    this.asked.push(question);
    return Promise.resolve(this.#answers.shift() ?? null);
  }
}
