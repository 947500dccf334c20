import { lazy, Suspense } from 'react';
import { cleanText, cutText } from '../../../shared/aun/agent-md-text';

const Loaded = lazy(async () => ({ default: (await import('./markdown')).Markdown }));

/** Longest text shown while the parser is on its way, in characters. */
const MAX_WAITING = 4096;

/** Markdown of anybody, drawn harmlessly. While its parser is loaded, the text as it is. */
export function LazyMarkdown(props: { readonly text: string }) {
  const waiting = (
    <div className="selectable" dir="auto">
      {cleanText(cutText(props.text, MAX_WAITING))}
    </div>
  );
  return (
    <Suspense fallback={waiting}>
      <Loaded text={props.text} />
    </Suspense>
  );
}
