import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account } from '../../../../shared/model/account';
import type { TintStyle } from '../../../ui/avatar';

/** Colours far enough apart to be told from each other, by their degrees. */
const hues = {
  red: 25,
  orange: 55,
  yellow: 90,
  green: 140,
  teal: 185,
  cyan: 215,
  blue: 250,
  violet: 290,
  magenta: 325,
  pink: 355,
} as const;
type Colour = keyof typeof hues;
const colours = Object.keys(hues).filter((name): name is Colour => name in hues);

/** The colour that tells an identity from the others: from its key, or chosen. */
export function HueChoice(props: {
  readonly account: Account;
  readonly onHue: (hue: number | null) => void;
}) {
  const { t } = useTranslation();
  const { account, onHue } = props;
  const name = useId();
  return (
    <fieldset className="hues">
      <legend className="field__label">{t('window.colour')}</legend>
      <div className="hues__row">
        <label className="hue hue--own">
          <input
            type="radio"
            name={name}
            checked={!account.hueChosen}
            onChange={() => onHue(null)}
            data-testid="hue-own"
          />
          <span className="hue__words">{t('window.fromKey')}</span>
        </label>
        {colours.map((colour) => {
          const style: TintStyle = { '--hue': hues[colour] };
          return (
            <label key={colour} className="hue" style={style} title={t(`window.${colour}`)}>
              <input
                type="radio"
                name={name}
                aria-label={t(`window.${colour}`)}
                checked={account.hueChosen && account.hue === hues[colour]}
                onChange={() => onHue(hues[colour])}
                data-testid={`hue-${colour}`}
              />
              <span className="hue__dot" />
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}
