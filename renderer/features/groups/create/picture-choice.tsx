import { ImagePlus } from 'lucide-react';
import { useRef, useState, type ChangeEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { GroupAvatar } from '../../../ui/group-avatar';
import { shrinkPicture, type SmallPicture } from './shrink-picture';

/** The picture of a group that is being made: chosen, shown whole, made small on this computer. */
export function PictureChoice(props: {
  readonly name: string;
  readonly picture: SmallPicture | null;
  readonly onChange: (picture: SmallPicture | null) => void;
}) {
  const { t } = useTranslation();
  const { picture, onChange, name } = props;
  const input = useRef<HTMLInputElement>(null);
  const [failed, setFailed] = useState(false);
  const read = async (change: ChangeEvent<HTMLInputElement>): Promise<void> => {
    const file = change.target.files?.[0];
    change.target.value = '';
    if (file === undefined) return;
    const small = await shrinkPicture(file);
    setFailed(small === null);
    if (small !== null) onChange(small);
  };
  return (
    <div className="picture-choice">
      <button
        type="button"
        className="picture-choice__preview"
        aria-label={picture === null ? t('groupCreate.choosePicture') : t('groupCreate.changePicture')}
        title={picture === null ? t('groupCreate.choosePicture') : t('groupCreate.changePicture')}
        onClick={() => input.current?.click()}
        data-testid="choose-picture"
      >
        {picture !== null ? (
          <img className="picture-choice__image" src={picture.address} alt={t('groupCreate.picture')} />
        ) : name.trim() === '' ? (
          <ImagePlus size={24} strokeWidth={1.6} aria-hidden />
        ) : (
          <GroupAvatar group={name} name={name} picture={null} size={56} />
        )}
      </button>
      <input
        ref={input}
        type="file"
        accept="image/png,image/jpeg,image/webp"
        hidden
        tabIndex={-1}
        onChange={(change) => void read(change)}
        data-testid="picture-file"
      />
      <div className="picture-choice__words" role="status">
        {failed ? (
          <span data-tone="danger">{t('groupCreate.pictureFailed')}</span>
        ) : picture !== null ? (
          <button type="button" className="text-button" onClick={() => onChange(null)}>
            {t('groupCreate.removePicture')}
          </button>
        ) : null}
      </div>
    </div>
  );
}
