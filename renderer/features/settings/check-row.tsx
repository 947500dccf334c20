import { useId } from 'react';
import './settings.css';

/** A setting that is on or off, with a sentence about it. */
export function CheckRow(props: {
  readonly label: string;
  readonly text?: string;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly testId?: string;
  readonly onChange: (checked: boolean) => void;
}) {
  const id = useId();
  return (
    <div className="check-row">
      <input
        id={id}
        type="checkbox"
        checked={props.checked}
        disabled={props.disabled === true}
        aria-describedby={props.text === undefined ? undefined : `${id}-text`}
        onChange={(change) => props.onChange(change.target.checked)}
        data-testid={props.testId}
      />
      <div>
        <label htmlFor={id}>{props.label}</label>
        {props.text !== undefined && (
          <p className="check-row__text" id={`${id}-text`}>
            {props.text}
          </p>
        )}
      </div>
    </div>
  );
}
