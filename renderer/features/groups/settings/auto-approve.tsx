import { Plus, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../ui/button';
import { IconButton } from '../../../ui/icon-button';
import { TextField } from '../../../ui/text-field';
import { meaningOf, mostPatterns, patternOf } from './approve-patterns';

/** One pattern, in words. */
function PatternRow(props: {
  readonly pattern: string;
  readonly locked: boolean;
  readonly onRemove: () => void;
}) {
  const { t } = useTranslation();
  const { kind, text } = meaningOf(props.pattern);
  const words = t(`moderation.settings.fits_${kind}`, { text });
  return (
    <li className="pattern" data-testid="pattern">
      <span className="pattern__words selectable isolate" dir="auto">
        {words}
      </span>
      {!props.locked && (
        <IconButton
          label={t('moderation.settings.autoApproveRemove', { words })}
          size="small"
          onClick={props.onRemove}
        >
          <X size={15} aria-hidden />
        </IconButton>
      )}
    </li>
  );
}

/** Whose requests need no decision: addresses and patterns, one after the other, each in words. */
export function AutoApprove(props: {
  /** Regular expressions, as the network has them. */
  readonly patterns: readonly string[];
  readonly locked: boolean;
  readonly onChange: (patterns: readonly string[]) => void;
}) {
  const { t } = useTranslation();
  const { patterns, onChange, locked } = props;
  const [typed, setTyped] = useState('');
  const [asked, setAsked] = useState(false);
  const pattern = patternOf(typed);
  const problem =
    typed.trim() === ''
      ? null
      : patterns.length >= mostPatterns
        ? t('moderation.settings.autoApproveFull', { most: mostPatterns })
        : pattern === null
          ? t('moderation.settings.autoApproveWrong')
          : patterns.includes(pattern)
            ? t('moderation.settings.autoApproveTwice')
            : null;
  const add = (): void => {
    setAsked(true);
    if (pattern === null || problem !== null) return;
    onChange([...patterns, pattern]);
    setTyped('');
    setAsked(false);
  };
  return (
    <fieldset className="patterns" data-testid="auto-approve">
      <legend className="field__label">{t('moderation.settings.autoApprove')}</legend>
      <p className="panel__note">{t('moderation.settings.autoApproveText')}</p>
      {patterns.length === 0 ? (
        <p className="patterns__none">{t('moderation.settings.autoApproveNone')}</p>
      ) : (
        <ul className="patterns__list">
          {patterns.map((one) => (
            <PatternRow
              key={one}
              pattern={one}
              locked={locked}
              onRemove={() => onChange(patterns.filter((other) => other !== one))}
            />
          ))}
        </ul>
      )}
      <div className="patterns__add">
        <TextField
          label={t('moderation.settings.autoApproveField')}
          value={typed}
          maxLength={256}
          disabled={locked}
          placeholder="*.example.com"
          tone={asked && problem !== null ? 'danger' : 'neutral'}
          hint={asked && problem !== null ? problem : t('moderation.settings.autoApproveHint')}
          onText={(text) => {
            setTyped(text);
            setAsked(false);
          }}
          onKeyDown={(key) => {
            if (key.key !== 'Enter' || key.nativeEvent.isComposing) return;
            // Enter adds what is typed; the whole form is saved with its own button.
            key.preventDefault();
            add();
          }}
          data-testid="pattern-text"
        />
        <Button disabled={locked || typed.trim() === ''} onClick={add} data-testid="pattern-add">
          <Plus size={15} aria-hidden />
          {t('moderation.settings.autoApproveAdd')}
        </Button>
      </div>
    </fieldset>
  );
}
