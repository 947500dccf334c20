import { useTranslation } from 'react-i18next';
import type { ConnectionInspection } from '../../../../shared/model/connection';
import { Fact, Facts, Panel } from '../centre/panel';

/** What environment variables and the configuration file change. */
export function EnvironmentPanel(props: { readonly environment: ConnectionInspection['environment'] }) {
  const { t } = useTranslation();
  const { environment } = props;
  const { variable, value, verifyTls, rootCaPath, rootCaLoaded, seedPassword, trustAuthorityPath, problems } =
    environment;
  const quiet =
    variable === null &&
    verifyTls &&
    rootCaPath === null &&
    trustAuthorityPath === null &&
    seedPassword === 'none' &&
    problems.length === 0;
  return (
    <Panel
      title={t('environment.title')}
      text={quiet ? t('environment.quiet') : t('environment.text')}
      testId="environment"
    >
      {!verifyTls && (
        <p className="notice-bar" data-tone="warning">
          {t('environment.tlsOff')}
        </p>
      )}
      {!quiet && (
        <Facts>
          {variable !== null && (
            <Fact name={t('environment.variable')}>
              <code>{value === null ? variable : `${variable}=${value}`}</code>
            </Fact>
          )}
          {rootCaPath !== null && (
            <Fact name={t('environment.rootCa')}>
              <code>{rootCaPath}</code> · {t('environment.rootCaLoaded', { count: rootCaLoaded })}
            </Fact>
          )}
          {trustAuthorityPath !== null && (
            <Fact name={t('environment.trustAuthority')}>
              <code>{trustAuthorityPath}</code>
            </Fact>
          )}
          <Fact name={t('environment.seedPassword')}>
            {seedPassword === 'set' ? t('environment.seedSet') : t('environment.seedNone')}
          </Fact>
          {problems.map((problem) => (
            <Fact key={problem} name={t('environment.problem')}>
              {problem}
            </Fact>
          ))}
        </Facts>
      )}
    </Panel>
  );
}
