import { Check, Copy } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { reportError } from '../stores/bridge';
import { Button } from './button';
import { IconButton } from './icon-button';

/** How long the button says that it copied, in ms. */
const shownFor = 1600;

function useCopy(text: string): { readonly copied: boolean; readonly copy: () => void } {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), shownFor);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(() => setCopied(true), reportError);
  };
  return { copied, copy };
}

/** Copies a text and says so for a moment. `label` says what is copied where that is not plain from the place. */
export function CopyButton(props: { readonly text: string; readonly label?: string }) {
  const { t } = useTranslation();
  const { copied, copy } = useCopy(props.text);
  return (
    <IconButton
      label={copied ? t('common.copied') : (props.label ?? t('common.copy'))}
      size="small"
      onClick={copy}
    >
      {copied ? <Check size={15} aria-hidden /> : <Copy size={15} aria-hidden />}
    </IconButton>
  );
}

/** The same with words on it. */
export function CopyTextButton(props: { readonly text: string; readonly children: ReactNode }) {
  const { t } = useTranslation();
  const { copied, copy } = useCopy(props.text);
  return (
    <Button size="small" onClick={copy}>
      {copied ? <Check size={15} aria-hidden /> : <Copy size={15} aria-hidden />}
      <span aria-live="polite">{copied ? t('common.copied') : props.children}</span>
    </Button>
  );
}
