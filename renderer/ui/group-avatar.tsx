import type { TintStyle } from './avatar';
import { hueOf, initials } from './avatar-text';
import './avatar.css';

/** How far the hue of the one behind is from that of the one in front, in degrees. */
const apart = 70;

/** A group: an overlapping pair, or its picture where it has one. A picture that can't be read leaves the pair. */
export function GroupAvatar(props: {
  readonly group: string;
  readonly name: string;
  readonly picture: string | null;
  readonly size?: number;
}) {
  const size = props.size ?? 40;
  const hue = hueOf(props.group);
  const style: TintStyle = {
    '--avatar-size': `${size}px`,
    '--hue': hue,
    '--hue-behind': (hue + apart) % 360,
  };
  return (
    <span className="group-avatar" style={style} aria-hidden="true" data-picture={props.picture !== null}>
      <span className="group-avatar__behind" />
      <span className="group-avatar__front">{initials(props.name)}</span>
      {props.picture !== null && (
        <img
          className="group-avatar__picture"
          src={props.picture}
          alt=""
          draggable={false}
          onError={(failed) => (failed.currentTarget.hidden = true)}
        />
      )}
    </span>
  );
}
