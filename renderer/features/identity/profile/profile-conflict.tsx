import { GitCompareArrows } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Profile } from '../../../../shared/model/people';
import { Button } from '../../../ui/button';
import { dateOf } from '../../../ui/time';
import { ProfilePreview } from './profile-preview';

/** The profile was published elsewhere meanwhile: look at that version, go on with it, or publish over it. */
export function ProfileConflict(props: {
  readonly published: Profile;
  readonly busy: boolean;
  /** The own edit has errors: it can't be published over anything. */
  readonly blocked: boolean;
  readonly onOverwrite: () => void;
  readonly onTakeTheirs: () => void;
}) {
  const { t, i18n } = useTranslation();
  const { published } = props;
  const [seen, setSeen] = useState(false);
  return (
    <div className="notice-bar" data-tone="warning" role="alert" data-testid="profile-conflict">
      <GitCompareArrows size={16} aria-hidden />
      <div className="profile-conflict">
        <p>
          {published.signedAt === null
            ? t('ownProfile.conflict')
            : t('ownProfile.conflictOn', { day: dateOf(i18n.language, published.signedAt) })}
        </p>
        {seen && <ProfilePreview text={published.text} />}
        <div className="panel__actions">
          {!seen && (
            <Button size="small" onClick={() => setSeen(true)} data-testid="conflict-see">
              {t('ownProfile.seeTheirs')}
            </Button>
          )}
          <Button size="small" onClick={props.onTakeTheirs} data-testid="conflict-take">
            {t('ownProfile.takeTheirs')}
          </Button>
          {/* Only what was looked at can be overwritten. */}
          <Button
            size="small"
            busy={props.busy}
            disabled={!seen || props.blocked}
            onClick={props.onOverwrite}
            data-testid="conflict-overwrite"
          >
            {t('ownProfile.overwrite')}
          </Button>
        </div>
      </div>
    </div>
  );
}
