import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { TextField } from '../../ui/text-field';
import { ObjectDialog } from './object-dialog';

/** The address as it is sent, or null where it is no http(s) address. */
export function readLink(text: string): string | null {
  const typed = text.trim();
  if (typed === '' || typed.length > 2048) return null;
  const whole = /^[a-z][a-z0-9+.-]*:/i.test(typed) ? typed : `https://${typed}`;
  try {
    const url = new URL(whole);
    const fits = (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname.includes('.');
    return fits && url.username === '' && url.password === '' ? url.href : null;
  } catch {
    return null;
  }
}

/** A link with the words the sender writes about it: the page itself is never asked. */
export function LinkDialog(props: {
  readonly account: string;
  readonly conversation: string;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const [address, setAddress] = useState('');
  const [title, setTitle] = useState('');
  const [description, setDescription] = useState('');
  const url = readLink(address);
  return (
    <ObjectDialog
      {...props}
      title={t('objects.linkTitle')}
      text={t('objects.linkText')}
      testId="link-dialog"
      object={
        url === null || title.trim() === ''
          ? null
          : { kind: 'link', url, title: title.trim(), description: description.trim() }
      }
    >
      <TextField
        label={t('objects.linkUrl')}
        value={address}
        onText={setAddress}
        hint={t('objects.linkUrlHint')}
        tone={address.trim() !== '' && url === null ? 'danger' : 'neutral'}
        inputMode="url"
        maxLength={2048}
        autoFocus
        data-testid="link-url"
      />
      <TextField
        label={t('objects.linkName')}
        value={title}
        onText={setTitle}
        maxLength={300}
        data-testid="link-title"
      />
      <TextField
        label={t('objects.linkDescription')}
        value={description}
        onText={setDescription}
        maxLength={1000}
      />
    </ObjectDialog>
  );
}
