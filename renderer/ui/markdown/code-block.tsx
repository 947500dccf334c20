import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { CopyButton } from '../copy-button';
import type { CodePiece } from './highlight-code';

/** Longer code stays in one colour, in UTF-16 units: what is only pretty must also be quick. */
const longestHighlight = 12_000;

function draw(pieces: readonly CodePiece[]): ReactNode {
  return pieces.map((piece, index) =>
    typeof piece === 'string' ? (
      piece
    ) : (
      <span key={index} className={piece.className}>
        {draw(piece.children)}
      </span>
    ),
  );
}

/** Colours of a code in a known language, once its grammar is loaded; null before and for everything else. */
function useColours(code: string, language: string | null): readonly CodePiece[] | null {
  const [coloured, setColoured] = useState<{ code: string; pieces: readonly CodePiece[] } | null>(null);
  useEffect(() => {
    if (language === null || code.length > longestHighlight) return;
    let current = true;
    // In a step of its own: first the words, then their colours.
    const timer = setTimeout(() => {
      void import('./highlight-code').then(({ highlightCode }) => {
        const pieces = highlightCode(code, language);
        if (current && pieces !== null) setColoured({ code, pieces });
      });
    }, 30);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [code, language]);
  return coloured?.code === code ? coloured.pieces : null;
}

/** A block of code: its language, a button that copies it, and its words in colour. Nothing of it is ever run. */
export function CodeBlock(props: { readonly code: string; readonly language: string | null }) {
  const { t } = useTranslation();
  const { language } = props;
  const code = props.code.replace(/\n$/, '');
  const pieces = useColours(code, language);
  return (
    <div className="code-block">
      <div className="code-block__head">
        <span className="code-block__language">{language ?? ''}</span>
        <CopyButton text={code} label={t('content.codeCopy')} />
      </div>
      <pre tabIndex={0} dir="ltr">
        <code dir="ltr">{pieces === null ? code : draw(pieces)}</code>
      </pre>
    </div>
  );
}
