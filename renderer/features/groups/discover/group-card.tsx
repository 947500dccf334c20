import { useTranslation } from 'react-i18next';
import type { GroupPreview } from '../../../../shared/model/group';
import { GroupAvatar } from '../../../ui/group-avatar';

/** A group from outside, in a few lines: what it is called, what it is for, how many are in it. */
export function GroupFacts(props: { readonly preview: GroupPreview; readonly large?: boolean }) {
  const { t } = useTranslation();
  const { preview, large = false } = props;
  const name = preview.name === '' ? preview.group : preview.name;
  const facts = [
    t(`groupJoin.${preview.visibility}`),
    preview.memberCount === null ? '' : t('groups.members', { count: preview.memberCount }),
    preview.status === 'active' ? '' : t(`groups.${preview.status}`),
  ].filter((fact) => fact !== '');
  return (
    <span className="group-facts" data-large={large}>
      <GroupAvatar group={preview.group} name={name} picture={preview.picture} size={large ? 64 : 44} />
      <span className="group-facts__words">
        <span className="group-facts__name isolate" dir="auto">
          {name}
        </span>
        <span className="group-facts__line tabular">{facts.join(' · ')}</span>
        {preview.description !== '' && (
          <span className="group-facts__purpose isolate" dir="auto">
            {preview.description}
          </span>
        )}
      </span>
    </span>
  );
}
