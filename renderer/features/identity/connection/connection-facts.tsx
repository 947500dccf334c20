import { useTranslation } from 'react-i18next';
import type { ConnectionInspection } from '../../../../shared/model/connection';
import { useNow } from '../../../ui/use-now';
import { Fact, Facts, Panel } from '../centre/panel';
import { duration, worryingSkew } from '../connection-words';
import { recentMoment } from '../dates';

/** Which way a clock is off, and by how much. */
function useSkewWords(): (skew: number | null) => string {
  const { t } = useTranslation();
  return (skew) => {
    if (skew === null) return t('inspector.unknown');
    if (Math.abs(skew) < 1000) return t('inspector.clockRight');
    const { unit, count } = duration(skew);
    const time = t(`connection.${unit}`, { count });
    // Gateway minus ours: positive means that this computer is behind.
    const words = skew > 0 ? t('inspector.clockBehind', { time }) : t('inspector.clockAhead', { time });
    return Math.abs(skew) > worryingSkew ? `${words} ${t('inspector.clockSet')}` : words;
  };
}

/** Measured facts of a session and when its sign-in runs out. The tokens themselves never reach the window. */
export function ConnectionFacts(props: { readonly inspection: ConnectionInspection }) {
  const { t, i18n } = useTranslation();
  const { inspection } = props;
  const { tokens } = inspection;
  const now = useNow(10_000);
  const skewWords = useSkewWords();
  const moment = (at: number | null): string =>
    at === null ? t('inspector.unknown') : recentMoment(i18n.language, at, now);
  const heartbeat =
    inspection.heartbeatSeconds === null
      ? t('inspector.unknown')
      : t('inspector.heartbeatEvery', {
          time: t('connection.seconds', { count: inspection.heartbeatSeconds }),
        });
  return (
    <>
      <Panel title={t('inspector.measured')}>
        <Facts>
          <Fact name={t('inspector.onlineSince')}>{moment(inspection.onlineSince)}</Fact>
          <Fact name={t('inspector.roundTrip')} testId="round-trip">
            {inspection.roundTripMs === null
              ? t('inspector.unknown')
              : t('inspector.milliseconds', { count: Math.round(inspection.roundTripMs) })}
          </Fact>
          <Fact name={t('inspector.clock')} testId="clock-difference">
            {skewWords(inspection.clockSkewMs)}
          </Fact>
          <Fact name={t('inspector.heartbeat')}>
            {heartbeat}
            {inspection.lastHeartbeatAt !== null &&
              ` · ${t('inspector.lastHeartbeat', { time: moment(inspection.lastHeartbeatAt) })}`}
          </Fact>
          <Fact name={t('inspector.server')}>
            {inspection.server === null ? t('inspector.unknown') : <bdi>{inspection.server}</bdi>}
            {inspection.protocol !== null && (
              <>
                {' · '}
                <bdi>{inspection.protocol}</bdi>
              </>
            )}
          </Fact>
          {inspection.features.length > 0 && (
            <Fact name={t('inspector.features')}>
              <bdi>{inspection.features.join(', ')}</bdi>
            </Fact>
          )}
          <Fact name={t('keys.deviceId')}>{inspection.deviceId}</Fact>
          <Fact name={t('advanced.slot')}>{inspection.slotId}</Fact>
        </Facts>
      </Panel>
      <Panel title={t('inspector.signIn')} text={t('inspector.signInText')} testId="tokens">
        <Facts>
          <Fact name={t('inspector.expires')}>{moment(tokens.accessExpiresAt)}</Fact>
          <Fact name={t('inspector.refreshDue')}>
            {tokens.refreshable ? moment(tokens.refreshDueAt) : t('inspector.notRefreshable')}
          </Fact>
          <Fact name={t('inspector.refreshedAt')}>{moment(tokens.refreshedAt)}</Fact>
          {tokens.refreshFailures > 0 && (
            <Fact name={t('inspector.refreshFailures')}>{tokens.refreshFailures}</Fact>
          )}
        </Facts>
      </Panel>
    </>
  );
}
