import type { Seat } from './seat';

/** What the native file dialogs of the application answer from now on; null is "cancel". */
export interface DialogAnswers {
  /** Path for every save dialog. */
  readonly save?: string | null;
  /** Path for every dialog that opens a file or a folder. */
  readonly open?: string | null;
}

/** Answers native file dialogs in the place of a person; nothing else of the application is touched. */
export async function answerDialogs(seat: Seat, answers: DialogAnswers): Promise<void> {
  await seat.parley.app.evaluate(({ dialog }, { save = null, open = null }) => {
    dialog.showSaveDialog = async () => ({ canceled: save === null, filePath: save ?? '' });
    dialog.showOpenDialog = async () => ({ canceled: open === null, filePaths: open === null ? [] : [open] });
  }, answers);
}
