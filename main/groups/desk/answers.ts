import { z } from 'zod';

const objectSchema = z.record(z.string(), z.unknown());

/** Members of an answer; none when it is no object. */
export function answerOf(value: unknown): Readonly<Record<string, unknown>> {
  return objectSchema.safeParse(value).data ?? {};
}
