import type { ComponentProps, ReactNode } from 'react';
import { Spinner } from './spinner';

interface ButtonProps extends ComponentProps<'button'> {
  readonly tone?: 'primary' | 'quiet' | 'plain';
  readonly size?: 'large' | 'normal' | 'small';
  /** Work is under way: the button says so and does nothing. */
  readonly busy?: boolean;
  readonly children: ReactNode;
}

/** A button with words. */
export function Button({ tone = 'quiet', size = 'normal', busy = false, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      className={`button button--${tone} button--${size}`}
      {...rest}
      disabled={rest.disabled === true || busy}
      aria-busy={busy}
    >
      {busy && <Spinner />}
      {children}
    </button>
  );
}
