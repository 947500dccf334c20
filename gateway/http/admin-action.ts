import type { z } from 'zod';
import type { AdminControls } from '../admin';

/** Something the admin endpoint can be asked to do. */
export type Action = (controls: AdminControls, body: unknown) => unknown;

/** An action whose body is checked; what returns nothing answers `{"ok":true}`. */
export function act<Output>(
  schema: z.ZodType<Output>,
  run: (controls: AdminControls, input: Output) => unknown,
): Action {
  return (controls, body) => run(controls, schema.parse(body)) ?? { ok: true };
}
