const radius = 15;
const around = 2 * Math.PI * radius;

/** How far something is; it turns where nobody knows. */
export function ProgressRing(props: { readonly fraction: number | null; readonly label: string }) {
  const { fraction } = props;
  return (
    <svg
      className="progress-ring"
      data-unknown={fraction === null}
      viewBox="0 0 36 36"
      width="36"
      height="36"
      role="progressbar"
      aria-label={props.label}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(fraction === null ? {} : { 'aria-valuenow': Math.round(fraction * 100) })}
    >
      <circle className="progress-ring__track" cx="18" cy="18" r={radius} />
      <circle
        className="progress-ring__done"
        cx="18"
        cy="18"
        r={radius}
        strokeDasharray={`${around * (fraction ?? 0.25)} ${around}`}
        transform="rotate(-90 18 18)"
      />
    </svg>
  );
}
