import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { AgentMdProblem } from '../../../../shared/aun/agent-md';
import { TextArea } from './profile-fields';
import { ProfilePreview } from './profile-preview';
import { useProblemWords } from './profile-problems';

/** The document as text, and beside it what others will see. */
export function ProfileRaw(props: {
  readonly text: string;
  readonly problems: readonly AgentMdProblem[];
  readonly onText: (text: string) => void;
}) {
  const { t } = useTranslation();
  const id = useId();
  const words = useProblemWords();
  const { problems } = props;
  return (
    <div className="profile-raw">
      <TextArea
        id={id}
        label={t('ownProfile.document')}
        value={props.text}
        rows={18}
        mono
        invalid={problems.some(({ severity }) => severity === 'error')}
        onText={props.onText}
        testId="profile-text"
        hint={
          problems.length === 0 ? (
            t('ownProfile.documentText')
          ) : (
            <ul className="profile-problems" role="status" data-testid="profile-problems">
              {problems.map((problem) => (
                <li key={`${problem.code} ${problem.field}`} data-severity={problem.severity}>
                  {words(problem)}
                </li>
              ))}
            </ul>
          )
        }
      />
      <div className="field">
        <span className="field__label">{t('ownProfile.preview')}</span>
        <ProfilePreview text={props.text} />
      </div>
    </div>
  );
}
