/** Waits until `condition` gives something other than `undefined`, `null` or `false`, and returns it. */
export async function until<Value>(
  what: string,
  condition: () => Value | undefined | null | false | Promise<Value | undefined | null | false>,
  timeoutMs = 30_000,
): Promise<Value> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== null && value !== false) return value;
    if (Date.now() > deadline) throw new Error(`waited ${String(timeoutMs)} ms in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
