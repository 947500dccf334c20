import { useId } from 'react';
import './create.css';

interface Option<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly text: string;
}

/** One of a few choices that need a sentence each: native radio buttons, so arrow keys and screen readers just work. */
export function Options<Value extends string>(props: {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly Option<Value>[];
  readonly onChoose: (value: Value) => void;
}) {
  const id = useId();
  return (
    <fieldset className="options">
      <legend className="options__legend">{props.label}</legend>
      {props.options.map(({ value, label, text }) => (
        <label key={value} className="options__option">
          <input
            type="radio"
            name={id}
            value={value}
            checked={value === props.value}
            onChange={() => props.onChoose(value)}
            aria-describedby={`${id}-${value}`}
          />
          <span className="options__words">
            <span className="options__label">{label}</span>
            <span className="options__text" id={`${id}-${value}`}>
              {text}
            </span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
