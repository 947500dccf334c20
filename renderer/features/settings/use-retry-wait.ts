import { useEffect, useState } from 'react';
import type { CommandError } from '../../stores/bridge';

function waitOf(error: CommandError | null): number {
  const wait = error?.detail['retryAfterMs'];
  return typeof wait === 'number' && wait > 0 ? wait : 0;
}

/** Seconds until a passphrase may be tried again after too many wrong ones, counted down; 0 when it may be tried now. */
export function useRetryWait(error: CommandError | null): number {
  const [counted, setCounted] = useState<{ readonly error: CommandError | null; readonly left: number }>({
    error: null,
    left: 0,
  });
  const wait = waitOf(error);
  useEffect(() => {
    if (wait === 0) return;
    const until = Date.now() + wait;
    const timer = setInterval(() => {
      const left = Math.max(0, until - Date.now());
      setCounted({ error, left });
      if (left === 0) clearInterval(timer);
    }, 250);
    return () => clearInterval(timer);
  }, [error, wait]);
  return Math.ceil((counted.error === error ? counted.left : wait) / 1000);
}
