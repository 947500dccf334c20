import { Bookmark } from 'lucide-react';
import type { CSSProperties } from 'react';
import { initials } from './avatar-text';
import './avatar.css';

/** CSS properties with our custom ones. */
export type TintStyle = CSSProperties & Readonly<Record<`--${string}`, string | number>>;

/**
 * Shape by kind (round for people, notched square for agents, a dashed outline while no verified profile says which),
 * colour by identity, letters by name.
 */
export function Avatar(props: {
  readonly name: string;
  readonly hue: number;
  readonly kind: 'human' | 'agent' | 'unknown' | 'self';
  readonly size?: number;
}) {
  const size = props.size ?? 40;
  const style: TintStyle = { '--hue': props.hue, '--avatar-size': `${size}px` };
  return (
    <span className="avatar" data-kind={props.kind} style={style} aria-hidden="true">
      {props.kind === 'self' ? <Bookmark size={size * 0.45} /> : initials(props.name)}
    </span>
  );
}
