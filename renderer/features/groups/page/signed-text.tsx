import { CircleCheck, CircleDashed, CircleMinus, CircleX } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { GroupText, SignatureStanding } from '../../../../shared/model/group';

import { usePersonTitle } from './person-line';
import { whenOf } from './when';

const marks = {
  verified: CircleCheck,
  unsigned: CircleMinus,
  invalid: CircleX,
  unchecked: CircleDashed,
} as const;

/** What is known of a signature: a glyph for the eye, a word, and a sentence on demand. */
export function SignatureMark(props: { readonly signature: SignatureStanding; readonly words?: boolean }) {
  const { t } = useTranslation();
  const { signature } = props;
  const Icon = marks[signature];
  const label = t(`moderation.signature.${signature}`);
  return (
    <span
      className="signature"
      data-signature={signature}
      title={t(`moderation.signature.${signature}_text`)}
      data-testid="signature"
    >
      <Icon size={14} aria-hidden />
      <span className={props.words === false ? 'visually-hidden' : undefined}>{label}</span>
    </span>
  );
}

/** An announcement or the rules: plain words of somebody else's, with who wrote them and whether that is proven. */
export function SignedText(props: {
  readonly account: string;
  readonly text: GroupText;
  readonly heading?: string;
  /** Three lines are enough here; the rest is in its own section. */
  readonly short?: boolean;
}) {
  const { t, i18n } = useTranslation();
  const { account, text, heading, short = false } = props;
  const author = usePersonTitle(account, text.updatedBy);
  const when = text.updatedAt === null ? '' : whenOf(i18n.language, text.updatedAt);
  const doubtful = text.signature !== 'verified';
  return (
    <article className="signed-text" data-short={short} data-testid="signed-text">
      {heading !== undefined && <h4 className="signed-text__heading">{heading}</h4>}
      <p className="signed-text__words selectable isolate" dir="auto">
        {text.content}
      </p>
      <footer className="signed-text__by">
        <SignatureMark signature={text.signature} />
        <span className="isolate">{author}</span>
        <span className="tabular">{when}</span>
      </footer>
      {doubtful && !short && (
        <p className="signed-text__doubt">{t(`moderation.signature.${text.signature}_text`)}</p>
      )}
    </article>
  );
}
