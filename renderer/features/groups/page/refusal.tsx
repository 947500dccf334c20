import { Lock } from 'lucide-react';
import { useId, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { GroupRefusal } from '../../../../shared/aun/group-permissions';
import { Button } from '../../../ui/button';

/** Why something is not offered, as a line of its own. */
export function RefusalNote(props: { readonly refusal: GroupRefusal | null; readonly id?: string }) {
  const { t } = useTranslation();
  if (props.refusal === null) return null;
  return (
    <p className="refusal" id={props.id} data-testid="refusal">
      <Lock size={14} aria-hidden />
      <span>{t(`moderation.refusal.${props.refusal}`)}</span>
    </p>
  );
}

/**
 * A button that stays where it is when it may not be used: it can still be reached, says that it is off, and the reason stands
 * beside it for eyes and screen readers.
 */
export function GatedButton(props: {
  readonly refusal: GroupRefusal | null;
  readonly tone?: 'primary' | 'quiet' | 'plain' | 'danger';
  readonly size?: 'normal' | 'small';
  readonly busy?: boolean;
  readonly disabled?: boolean;
  readonly onPress: () => void;
  readonly testId?: string;
  readonly children: ReactNode;
}) {
  const { refusal, tone = 'quiet', size = 'normal' } = props;
  const id = useId();
  const refused = refusal !== null;
  return (
    <span className="gated">
      <Button
        className={`button button--${tone} button--${size}`}
        busy={props.busy === true}
        disabled={props.disabled === true && !refused}
        aria-disabled={refused ? true : undefined}
        aria-describedby={refused ? id : undefined}
        onClick={() => {
          if (!refused) props.onPress();
        }}
        data-testid={props.testId}
      >
        {props.children}
      </Button>
      <RefusalNote refusal={refusal} id={id} />
    </span>
  );
}
