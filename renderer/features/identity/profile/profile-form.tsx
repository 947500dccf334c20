import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  AgentMdLimit,
  agentMdTypes,
  agentMdVisibilities,
  peerKindOf,
  type AgentMdFields,
  type AgentMdProblem,
} from '../../../../shared/aun/agent-md';
import { TextField } from '../../../ui/text-field';
import type { ProfileEdit } from './profile-draft';
import { SelectField, TextArea } from './profile-fields';

type Form = Extract<ProfileEdit, { mode: 'form' }>;

function useFieldProblem(problems: readonly AgentMdProblem[]): (field: string) => string {
  const { t } = useTranslation();
  return (field) =>
    problems
      .filter((problem) => problem.field === field)
      .map(({ code }) => t(`ownProfile.problem.${code}`))
      .join(' ');
}

/** A list as people type it: entries between commas or on lines of their own. */
export function readList(text: string): readonly string[] {
  return text
    .split(/[,，、\n]/)
    .map((entry) => entry.trim())
    .filter((entry, index, all) => entry !== '' && all.indexOf(entry) === index);
}

/** A list field keeps what is typed, commas and all, until it is left. */
function ListField(props: {
  readonly label: string;
  readonly hint: string;
  readonly problem: string;
  readonly items: readonly string[];
  readonly testId: string;
  readonly onItems: (items: readonly string[]) => void;
}) {
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <TextField
      label={props.label}
      value={typed ?? props.items.join(', ')}
      dir="auto"
      maxLength={2000}
      onText={(text) => {
        setTyped(text);
        props.onItems(readList(text));
      }}
      onBlur={() => setTyped(null)}
      tone={props.problem === '' ? 'neutral' : 'danger'}
      hint={props.problem === '' ? props.hint : props.problem}
      data-testid={props.testId}
    />
  );
}

/** The profile as a form: every field with its rule, its counter, its problem. */
export function ProfileForm(props: {
  readonly edit: Form;
  readonly problems: readonly AgentMdProblem[];
  readonly onEdit: (edit: ProfileEdit) => void;
}) {
  const { t } = useTranslation();
  const { edit, onEdit } = props;
  const { fields } = edit;
  const problem = useFieldProblem(props.problems);
  const id = useId();
  const set = (change: Partial<AgentMdFields>): void => onEdit({ ...edit, fields: { ...fields, ...change } });
  const length = [...fields.description].length;
  const knownType = agentMdTypes.find((type) => type === fields.type);
  const knownVisibility = agentMdVisibilities.find((visibility) => visibility === fields.visibility);
  return (
    <div className="profile-form">
      <TextField
        label={t('ownProfile.field.name')}
        value={fields.name}
        dir="auto"
        maxLength={AgentMdLimit.name}
        onText={(name) => set({ name })}
        tone={problem('name') === '' ? 'neutral' : 'danger'}
        hint={problem('name') === '' ? t('ownProfile.nameText') : problem('name')}
        data-testid="profile-name"
      />
      <SelectField
        label={t('ownProfile.field.type')}
        value={fields.type}
        hint={t('ownProfile.typeText')}
        options={[
          ...agentMdTypes.map((type) => ({ value: type, label: t(`ownProfile.type.${type}`) })),
          ...(knownType === undefined ? [{ value: fields.type, label: fields.type }] : []),
        ]}
        onValue={(type) => set({ type })}
        testId="profile-type"
      />
      <TextField
        label={t('ownProfile.field.description')}
        value={fields.description}
        dir="auto"
        maxLength={400}
        onText={(description) => set({ description })}
        tone={problem('description') === '' ? 'neutral' : 'danger'}
        hint={problem('description') === '' ? t('ownProfile.descriptionText') : problem('description')}
        suffix={
          <span
            className="profile-counter tabular"
            data-over={length > AgentMdLimit.description}
            data-testid="description-counter"
          >
            {length}/{AgentMdLimit.description}
          </span>
        }
        data-testid="profile-description"
      />
      <ListField
        label={t('ownProfile.field.tags')}
        hint={t('ownProfile.tagsText')}
        problem={problem('tags')}
        items={fields.tags}
        onItems={(tags) => set({ tags })}
        testId="profile-tags"
      />
      {peerKindOf(fields.type) === 'agent' && (
        <ListField
          label={t('ownProfile.field.skills')}
          hint={t('ownProfile.skillsText')}
          problem={problem('skills')}
          items={fields.skills}
          onItems={(skills) => set({ skills })}
          testId="profile-skills"
        />
      )}
      <SelectField
        label={t('ownProfile.field.visibility')}
        value={fields.visibility}
        hint={t('ownProfile.visibilityText')}
        options={[
          ...agentMdVisibilities.map((visibility) => ({
            value: visibility,
            label: t(`ownProfile.visibility.${visibility}`),
          })),
          ...(knownVisibility === undefined
            ? [
                {
                  value: fields.visibility,
                  label: fields.visibility === '' ? t('ownProfile.visibility.none') : fields.visibility,
                },
              ]
            : []),
        ]}
        onValue={(visibility) => set({ visibility })}
        testId="profile-visibility"
      />
      <TextArea
        id={id}
        label={t('ownProfile.field.body')}
        value={edit.body}
        rows={8}
        hint={problem('body') === '' ? t('ownProfile.bodyText') : problem('body')}
        onText={(body) => onEdit({ ...edit, body })}
        testId="profile-body"
      />
    </div>
  );
}
