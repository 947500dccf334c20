import { useTranslation } from 'react-i18next';

/** Two at a table under a lamp: round for the person, notched square for the agent, a key between them. */
export function Illustration() {
  const { t } = useTranslation();
  return (
    <svg className="illustration" viewBox="0 0 420 250" role="img" aria-label={t('onboarding.illustration')}>
      <path className="illustration__glow" d="M210 54 L356 206 L64 206 Z" />
      <line className="illustration__line" x1="210" y1="0" x2="210" y2="34" />
      <path className="illustration__lamp" d="M182 54 q0 -22 28 -22 q28 0 28 22 z" />
      <ellipse className="illustration__bulb" cx="210" cy="55" rx="11" ry="5" />

      <path
        className="illustration__bubble-a"
        d="M86 62 h66 a14 14 0 0 1 14 14 v16 a14 14 0 0 1 -14 14 h-46 l-14 13 v-13 h-6 a14 14 0 0 1 -14 -14 v-16 a14 14 0 0 1 14 -14 z"
      />
      <rect className="illustration__ink-a" x="90" y="76" width="58" height="5" rx="2.5" />
      <rect className="illustration__ink-a" x="90" y="87" width="36" height="5" rx="2.5" />

      <path
        className="illustration__bubble-b"
        d="M268 78 h66 a14 14 0 0 1 14 14 v10 a14 14 0 0 1 -14 14 h-6 v12 l-14 -12 h-46 a14 14 0 0 1 -14 -14 v-10 a14 14 0 0 1 14 -14 z"
      />
      <circle className="illustration__ink-b" cx="284" cy="97" r="3.5" />
      <circle className="illustration__ink-b" cx="301" cy="97" r="3.5" />
      <circle className="illustration__ink-b" cx="318" cy="97" r="3.5" />

      <circle className="illustration__a" cx="108" cy="154" r="25" />
      <path className="illustration__a" d="M62 218 q4 -34 46 -34 q42 0 46 34 z" />
      <path
        className="illustration__b"
        d="M296 130 h12 q2 5 4 5 h5 q2 0 4 -5 h5 q12 0 12 12 v26 q0 12 -12 12 h-30 q-12 0 -12 -12 v-26 q0 -12 12 -12 z"
      />
      <circle className="illustration__eye" cx="302" cy="154" r="3.4" />
      <circle className="illustration__eye" cx="320" cy="154" r="3.4" />
      <path className="illustration__b" d="M266 218 v-14 q0 -16 16 -16 h58 q16 0 16 16 v14 z" />

      <g className="illustration__key">
        <circle cx="196" cy="192" r="9" />
        <path d="M205 192 h32 m-9 0 v8 m-9 -8 v6" />
      </g>
      <rect className="illustration__table" x="36" y="212" width="348" height="10" rx="5" />
    </svg>
  );
}
