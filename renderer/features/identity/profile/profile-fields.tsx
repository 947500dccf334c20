import { useId, type ReactNode } from 'react';

/** A labelled choice out of a list: the system's own list, which every keyboard and reader knows. */
export function SelectField(props: {
  readonly label: string;
  readonly value: string;
  readonly hint: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly testId: string;
  readonly onValue: (value: string) => void;
}) {
  const id = useId();
  return (
    <div className="field">
      <label className="field__label" htmlFor={id}>
        {props.label}
      </label>
      <select
        id={id}
        className="select"
        value={props.value}
        aria-describedby={`${id}-hint`}
        onChange={(change) => props.onValue(change.target.value)}
        data-testid={props.testId}
      >
        {props.options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      <p className="field__hint" id={`${id}-hint`}>
        {props.hint}
      </p>
    </div>
  );
}

/** A labelled field of several lines. */
export function TextArea(props: {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly rows: number;
  readonly mono?: boolean;
  readonly invalid?: boolean;
  readonly hint: ReactNode;
  readonly testId: string;
  readonly onText: (text: string) => void;
}) {
  return (
    <div className="field">
      <label className="field__label" htmlFor={props.id}>
        {props.label}
      </label>
      <textarea
        id={props.id}
        className="text-area"
        data-mono={props.mono === true}
        dir="auto"
        rows={props.rows}
        maxLength={16_000}
        spellCheck={props.mono !== true}
        value={props.value}
        aria-describedby={`${props.id}-hint`}
        aria-invalid={props.invalid === true}
        onChange={(change) => props.onText(change.target.value)}
        data-testid={props.testId}
      />
      <div className="field__hint" id={`${props.id}-hint`}>
        {props.hint}
      </div>
    </div>
  );
}
