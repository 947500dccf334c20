import { useTranslation } from 'react-i18next';
import type { AgentMdProblem } from '../../../../shared/aun/agent-md';

/** Keys of a document that the form has a label for. */
const labelled = ['aid', 'name', 'type', 'version', 'description', 'tags', 'skills', 'visibility'] as const;

/** Words for what is wrong with a profile, with the field they are about in front. */
export function useProblemWords(): (problem: AgentMdProblem) => string {
  const { t } = useTranslation();
  return ({ code, field }) => {
    const words = t(`ownProfile.problem.${code}`);
    if (field === '') return words;
    const known = labelled.find((candidate) => candidate === field);
    const label = known === undefined ? field : t(`ownProfile.field.${known}`);
    return t('ownProfile.problemAt', { field: label, words });
  };
}
