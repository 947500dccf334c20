import type { AccountStore } from '../../../ports/store';

/** A store as one run of the program has it, and the end of that run. */
export interface MortalStore {
  readonly store: AccountStore;
  /** From now on calls are neither carried out nor answered, as after `kill -9`. */
  kill(): void;
}

/** Lends a store to one run of the program. What was written before the kill stays written. */
export function mortalStore(lasting: AccountStore): MortalStore {
  let dead = false;
  const never = (): Promise<never> => new Promise(() => undefined);
  const store = new Proxy(lasting, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        if (dead) return never();
        const answer: unknown = Reflect.apply(member, target, args);
        if (!(answer instanceof Promise)) return answer;
        // The change is on disk, but a program that was killed meanwhile does not hear of it.
        return answer.then(
          (value: unknown) => (dead ? never() : value),
          (error: unknown) => {
            if (dead) return never();
            throw error;
          },
        );
      };
    },
  });
  return { store, kill: () => (dead = true) };
}
