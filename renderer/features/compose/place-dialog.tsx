import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { TextField } from '../../ui/text-field';
import { readCoordinate, readPair } from './coordinates';
import { ObjectDialog } from './object-dialog';

/** A place, by coordinates that are typed in: nothing here asks where the computer is. */
export function PlaceDialog(props: {
  readonly account: string;
  readonly conversation: string;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const [latitude, setLatitude] = useState('');
  const [longitude, setLongitude] = useState('');
  const [name, setName] = useState('');
  const north = readCoordinate(latitude, 90);
  const east = readCoordinate(longitude, 180);
  const type = (text: string): void => {
    const pair = readPair(text);
    setLatitude(pair?.[0] ?? text);
    if (pair !== null) setLongitude(pair[1]);
  };
  return (
    <ObjectDialog
      {...props}
      title={t('objects.placeTitle')}
      text={t('objects.placeText')}
      testId="place-dialog"
      object={
        north === null || east === null
          ? null
          : { kind: 'location', latitude: north, longitude: east, name: name.trim() }
      }
    >
      <TextField
        label={t('objects.latitude')}
        value={latitude}
        onText={type}
        hint={t('objects.latitudeHint')}
        tone={latitude !== '' && north === null ? 'danger' : 'neutral'}
        inputMode="decimal"
        maxLength={64}
        autoFocus
        data-testid="latitude"
      />
      <TextField
        label={t('objects.longitude')}
        value={longitude}
        onText={setLongitude}
        hint={t('objects.longitudeHint')}
        tone={longitude !== '' && east === null ? 'danger' : 'neutral'}
        inputMode="decimal"
        maxLength={32}
        data-testid="longitude"
      />
      <TextField
        label={t('objects.placeName')}
        value={name}
        onText={setName}
        maxLength={256}
        data-testid="place-name"
      />
    </ObjectDialog>
  );
}
