import type { ComponentProps, ReactNode } from 'react';
import { Tooltip } from './tooltip';

interface IconButtonProps extends ComponentProps<'button'> {
  /** Name for screen readers and in the tooltip. */
  readonly label: string;
  readonly side?: 'top' | 'right' | 'bottom' | 'left';
  readonly size?: 'normal' | 'small';
  readonly children: ReactNode;
}

/** A button that is only a picture. */
export function IconButton({ label, side, size = 'normal', children, ...rest }: IconButtonProps) {
  return (
    <Tooltip text={label} {...(side === undefined ? {} : { side })}>
      <button type="button" className={`icon-button icon-button--${size}`} aria-label={label} {...rest}>
        {children}
      </button>
    </Tooltip>
  );
}
