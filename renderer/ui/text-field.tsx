import { useId, type ComponentProps, type ReactNode } from 'react';

interface TextFieldProps extends Omit<ComponentProps<'input'>, 'onChange'> {
  readonly label: string;
  readonly onText: (text: string) => void;
  /** Fixed text after what is typed. */
  readonly suffix?: ReactNode;
  /** Words under the field; announced when they change. */
  readonly hint?: ReactNode;
  readonly tone?: 'neutral' | 'danger' | 'success';
}

/** A labelled one-line field with a place for a live answer. */
export function TextField({ label, onText, suffix, hint, tone = 'neutral', ...rest }: TextFieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label className="field__label" htmlFor={id}>
        {label}
      </label>
      <div className="field__box" data-invalid={tone === 'danger'}>
        <input
          className="field__input"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          {...rest}
          id={id}
          aria-invalid={tone === 'danger'}
          aria-describedby={`${id}-hint`}
          onChange={(change) => onText(change.target.value)}
        />
        {suffix}
      </div>
      <div className="field__hint" id={`${id}-hint`} data-tone={tone} role="status">
        {hint}
      </div>
    </div>
  );
}
