import { useId } from 'react';
import './settings.css';

/** A setting with several values, with a sentence about it. */
export function SelectRow<Value extends string | number>(props: {
  readonly label: string;
  readonly text?: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  readonly testId?: string;
  readonly onChoose: (value: Value) => void;
}) {
  const id = useId();
  return (
    <div className="select-row">
      <div className="select-row__line">
        <label htmlFor={id}>{props.label}</label>
        <select
          id={id}
          className="select"
          value={String(props.value)}
          aria-describedby={props.text === undefined ? undefined : `${id}-text`}
          onChange={(change) => {
            const chosen = props.options.find(({ value }) => String(value) === change.target.value);
            if (chosen !== undefined) props.onChoose(chosen.value);
          }}
          data-testid={props.testId}
        >
          {props.options.map(({ value, label }) => (
            <option key={value} value={String(value)}>
              {label}
            </option>
          ))}
        </select>
      </div>
      {props.text !== undefined && (
        <p className="select-row__text" id={`${id}-text`}>
          {props.text}
        </p>
      )}
    </div>
  );
}
