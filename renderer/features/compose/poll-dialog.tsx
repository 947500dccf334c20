import { Plus, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/button';
import { IconButton } from '../../ui/icon-button';
import { TextField } from '../../ui/text-field';
import { CheckRow } from '../settings/check-row';
import { ObjectDialog } from './object-dialog';
import './compose.css';

const fewest = 2;
const most = 12;

interface Option {
  readonly key: number;
  readonly text: string;
}

/** Options as they are sent: without blanks; null where too few are left or two are the same. */
export function readOptions(texts: readonly string[]): string[] | null {
  const options = texts.map((text) => text.trim()).filter((text) => text !== '');
  return options.length >= fewest && new Set(options).size === options.length ? options : null;
}

/** A question with two to twelve answers. */
export function PollDialog(props: {
  readonly account: string;
  readonly conversation: string;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const [title, setTitle] = useState('');
  const [options, setOptions] = useState<readonly Option[]>([
    { key: 1, text: '' },
    { key: 2, text: '' },
  ]);
  const [multiple, setMultiple] = useState(false);
  const ready = readOptions(options.map(({ text }) => text));
  const add = (): void =>
    setOptions((before) => [...before, { key: Math.max(...before.map(({ key }) => key)) + 1, text: '' }]);
  return (
    <ObjectDialog
      {...props}
      title={t('objects.pollTitle')}
      testId="poll-dialog"
      object={
        ready === null || title.trim() === ''
          ? null
          : { kind: 'poll', title: title.trim(), options: ready, multiple }
      }
    >
      <TextField
        label={t('objects.question')}
        value={title}
        onText={setTitle}
        maxLength={300}
        autoFocus
        data-testid="poll-title"
      />
      <ul className="poll-options">
        {options.map((option, index) => (
          <li key={option.key} className="poll-options__row">
            <TextField
              label={t('objects.option', { number: index + 1 })}
              value={option.text}
              onText={(text) =>
                setOptions((before) =>
                  before.map((other) => (other.key === option.key ? { ...other, text } : other)),
                )
              }
              maxLength={200}
              data-testid="poll-option"
            />
            {options.length > fewest && (
              <IconButton
                label={t('objects.removeOption', { number: index + 1 })}
                onClick={() => setOptions((before) => before.filter((other) => other.key !== option.key))}
              >
                <X size={16} aria-hidden />
              </IconButton>
            )}
          </li>
        ))}
      </ul>
      <p className="poll-options__hint">{t('objects.pollHint')}</p>
      {options.length < most && (
        <div>
          <Button size="small" onClick={add} data-testid="poll-add">
            <Plus size={15} aria-hidden />
            {t('objects.addOption')}
          </Button>
        </div>
      )}
      <CheckRow label={t('objects.multiple')} checked={multiple} onChange={setMultiple} />
    </ObjectDialog>
  );
}
