import { Tooltip as Primitive } from 'radix-ui';
import type { ReactNode } from 'react';

/** Shows a short text beside an element while it is hovered or focused. */
export function Tooltip(props: {
  readonly text: string;
  readonly side?: 'top' | 'right' | 'bottom' | 'left';
  readonly children: ReactNode;
}) {
  return (
    <Primitive.Root>
      <Primitive.Trigger asChild>{props.children}</Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          className="tooltip"
          side={props.side ?? 'bottom'}
          sideOffset={6}
          collisionPadding={8}
        >
          {props.text}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
