import { useTranslation } from 'react-i18next';
import { useNow } from '../../ui/use-now';
import { recentMoment } from './dates';
import { isolated, type Displacement } from './displacement';

/** Which program on which computer took the session over, and since when it runs. */
export function DisplacementWords(props: { readonly displacement: Displacement }) {
  const { t, i18n } = useTranslation();
  const { app, host, startedAt, evictedBy } = props.displacement;
  const now = useNow(60_000);
  const sentences: string[] = [];
  if (app !== null && host !== null)
    sentences.push(t('displaced.appOnHost', { app: isolated(app), host: isolated(host) }));
  else if (host !== null) sentences.push(t('displaced.host', { host: isolated(host) }));
  else if (app !== null) sentences.push(t('displaced.app', { app: isolated(app) }));
  if (startedAt !== null) {
    const time = recentMoment(i18n.language, startedAt, now);
    if (time !== '') sentences.push(t('displaced.startedAt', { time }));
  }
  if (evictedBy !== null) {
    const { device, slot } = evictedBy;
    if (device !== null && slot !== null)
      sentences.push(t('displaced.evictedBySlot', { device: isolated(device), slot: isolated(slot) }));
    else if (device !== null) sentences.push(t('displaced.evictedBy', { device: isolated(device) }));
  }
  return <p data-testid="displacement">{sentences.join(i18n.language.startsWith('zh') ? '' : ' ')}</p>;
}
