import { useTranslation } from 'react-i18next';
import { useTitles } from './use-sender';

/** Who writes in a group, in words; empty while nobody does. Beyond two they are counted. */
export function useWritingWords(account: string, writers: readonly string[]): string {
  const { t } = useTranslation();
  const nameOf = useTitles(account, writers.slice(0, 2));
  const [first, second] = writers;
  if (first === undefined) return '';
  const name = nameOf(first);
  if (second === undefined) return t('groups.writing', { name });
  if (writers.length === 2) return t('groups.writingTwo', { name, second: nameOf(second) });
  return t('groups.writingMany', { name, count: writers.length - 1 });
}
