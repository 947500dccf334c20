import { describe, expect, it } from 'vitest';
import { silentLogger } from '../runtime/logger';
import { FakeTime } from '../runtime/testing/fake-time';
import { watchForAutoLock } from './auto-lock';

function world() {
  const time = new FakeTime();
  const state = {
    settings: { autoLockMinutes: 5 as 0 | 1 | 5 | 15 | 60, lockOnSuspend: false },
    vault: { locked: false, passphraseSet: true },
    idleSeconds: 0,
    locks: 0,
  };
  const watch = watchForAutoLock({
    scheduler: time,
    logger: silentLogger,
    settings: () => state.settings,
    vault: () => state.vault,
    idleSeconds: () => state.idleSeconds,
    lock: async () => {
      state.locks += 1;
      state.vault = { ...state.vault, locked: true };
    },
  });
  return { time, state, watch };
}

describe('locking by itself', () => {
  it('waits for the chosen time without input and locks once', () => {
    const { time, state } = world();
    state.idleSeconds = 299;
    time.advance(10_000);
    expect(state.locks).toBe(0);
    state.idleSeconds = 300;
    time.advance(60_000);
    expect(state.locks).toBe(1);
  });

  it('never locks what could not be unlocked, nor when it is switched off', () => {
    const { time, state } = world();
    state.idleSeconds = 100_000;
    state.vault = { locked: false, passphraseSet: false };
    time.advance(60_000);
    state.vault = { locked: false, passphraseSet: true };
    state.settings = { autoLockMinutes: 0, lockOnSuspend: false };
    time.advance(60_000);
    expect(state.locks).toBe(0);
  });

  it('locks when the computer sleeps only if the user wants it', () => {
    const { state, watch } = world();
    watch.away();
    expect(state.locks).toBe(0);
    state.settings = { autoLockMinutes: 0, lockOnSuspend: true };
    watch.away();
    expect(state.locks).toBe(1);
  });

  it('stops watching when it is told', () => {
    const { time, state, watch } = world();
    watch.dispose();
    state.idleSeconds = 100_000;
    time.advance(600_000);
    expect(state.locks).toBe(0);
    expect(time.waiting).toBe(0);
  });
});
