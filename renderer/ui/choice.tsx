import { useId } from 'react';
import './choice.css';

interface Option<Value extends string> {
  readonly value: Value;
  readonly label: string;
  /** Language of the label where it is not the window's. */
  readonly lang?: string;
}

/** One of a few: native radio buttons drawn as segments, so that arrow keys and screen readers just work. */
export function Choice<Value extends string>(props: {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly Option<Value>[];
  readonly onChoose: (value: Value) => void;
}) {
  const id = useId();
  return (
    <fieldset className="choice">
      <legend className="choice__legend">{props.label}</legend>
      <div className="choice__options">
        {props.options.map((option) => (
          <label key={option.value} className="choice__option" lang={option.lang}>
            <input
              type="radio"
              name={id}
              value={option.value}
              checked={option.value === props.value}
              onChange={() => props.onChoose(option.value)}
            />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
