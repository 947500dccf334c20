import { useTranslation } from 'react-i18next';
import { parseAgentMd, peerKindOf } from '../../../../shared/aun/agent-md';
import { Avatar } from '../../../ui/avatar';
import { hueOf } from '../../../ui/avatar-text';
import { LazyMarkdown } from '../../../ui/markdown/lazy-markdown';

/** A profile as others see it, drawn from a parsed tree: whatever the text says, it does nothing. */
export function ProfilePreview(props: { readonly text: string }) {
  const { t } = useTranslation();
  const { fields, skills, body } = parseAgentMd(props.text);
  const kind = peerKindOf(fields.type);
  return (
    <article className="profile-preview" aria-label={t('ownProfile.preview')} data-testid="profile-preview">
      <div className="profile-preview__who">
        <Avatar name={fields.name} hue={hueOf(fields.aid)} kind={kind} size={40} />
        <div className="profile-preview__names">
          <strong className="isolate" dir="auto">
            {fields.name}
          </strong>
          <span className="panel__note">{fields.aid}</span>
        </div>
      </div>
      {fields.description !== '' && <p dir="auto">{fields.description}</p>}
      {fields.tags.length > 0 && (
        <ul className="profile-preview__tags">
          {fields.tags.map((tag) => (
            <li key={tag} dir="auto">
              {tag}
            </li>
          ))}
        </ul>
      )}
      {kind === 'agent' && skills.length > 0 && (
        <ul className="panel__list" aria-label={t('ownProfile.field.skills')}>
          {skills.map((skill) => (
            <li key={skill.name} dir="auto">
              {skill.name}
              {skill.description !== '' && ` — ${skill.description}`}
            </li>
          ))}
        </ul>
      )}
      <LazyMarkdown text={body} />
    </article>
  );
}
