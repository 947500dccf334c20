import { lazy, Suspense, useEffect } from 'react';
import { useModerationStore } from './moderation-store';

// Read from disk when somebody moderates: the window starts without.
const ModerationLayer = lazy(async () => ({ default: (await import('./moderation-layer')).ModerationLayer }));

/** Where moderation shows its question and the way back, over whatever is open. */
export function ModerationPlace() {
  const wanted = useModerationStore(
    ({ asked, offer, person }) => asked !== null || offer !== null || person !== null,
  );
  // Behind a lock nothing of it is left: it names people and groups.
  useEffect(() => () => useModerationStore.setState(useModerationStore.getInitialState(), true), []);
  if (!wanted) return null;
  return (
    <Suspense fallback={null}>
      <ModerationLayer />
    </Suspense>
  );
}
