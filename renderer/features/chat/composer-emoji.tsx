import { Smile } from 'lucide-react';
import { Popover } from 'radix-ui';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Tooltip } from '../../ui/tooltip';

// A hundred kilobytes of names: read when somebody looks for one.
const EmojiPicker = lazy(async () => ({ default: (await import('../emoji/emoji-picker')).EmojiPicker }));

/** Opens the emoji picker; what is chosen goes to where the caret is. */
export function ComposerEmoji(props: {
  readonly onPick: (emoji: string) => void;
  readonly onClosed: () => void;
}) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Tooltip text={t('write.emoji')} side="top">
        <Popover.Trigger
          className="icon-button icon-button--normal"
          aria-label={t('write.emoji')}
          data-testid="composer-emoji"
        >
          <Smile size={19} aria-hidden />
        </Popover.Trigger>
      </Tooltip>
      <Popover.Portal>
        <Popover.Content
          className="emoji-popover"
          side="top"
          align="end"
          sideOffset={8}
          collisionPadding={8}
          aria-label={t('emoji.title')}
          onOpenAutoFocus={(opening) => opening.preventDefault()}
          onCloseAutoFocus={(closing) => {
            closing.preventDefault();
            props.onClosed();
          }}
        >
          <Suspense fallback={<div className="emoji-popover__loading" />}>
            <EmojiPicker onPick={props.onPick} />
          </Suspense>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
