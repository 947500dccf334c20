import { Search } from 'lucide-react';
import './search-box.css';

/** A field in which one looks for something; what it finds is drawn by the place around it. */
export function SearchBox(props: {
  /** Said to screen readers, and shown in the empty field unless there is a `placeholder`. */
  readonly label: string;
  readonly placeholder?: string;
  readonly value: string;
  readonly onText: (text: string) => void;
  /** Enter was pressed, not to accept what an input method offers. */
  readonly onEnter?: () => void;
  /** Selector of the rows below: the arrow down goes to the one of them that the tab key would reach. */
  readonly rows?: string;
  readonly maxLength?: number;
  readonly autoFocus?: boolean;
  readonly testId: string;
}) {
  const { label, onText, onEnter, rows } = props;
  return (
    <div className="search-box">
      <Search size={16} aria-hidden />
      <input
        type="text"
        className="search-box__field"
        placeholder={props.placeholder ?? label}
        aria-label={label}
        autoComplete="off"
        spellCheck={false}
        autoFocus={props.autoFocus}
        maxLength={props.maxLength ?? 256}
        value={props.value}
        onChange={(change) => onText(change.target.value)}
        onKeyDown={(key) => {
          if (key.nativeEvent.isComposing) return;
          if (key.key === 'Enter' && onEnter !== undefined) {
            key.preventDefault();
            onEnter();
          } else if (key.key === 'ArrowDown' && rows !== undefined) {
            key.preventDefault();
            document.querySelector<HTMLElement>(`${rows} [data-row][tabindex="0"]`)?.focus();
          }
        }}
        data-testid={props.testId}
      />
    </div>
  );
}
