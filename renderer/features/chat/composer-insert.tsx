import { Check, Contact, Link2, ListChecks, MapPin, Paperclip, Plus } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useComposerStore, useDraft } from '../../stores/composer-store';
import { useViewStore } from '../../stores/view-store';
import { Tooltip } from '../../ui/tooltip';

function Item(props: {
  readonly icon: ReactNode;
  readonly onSelect: () => void;
  readonly children: ReactNode;
}) {
  return (
    <DropdownMenu.Item className="menu__item" onSelect={props.onSelect}>
      {props.icon}
      {props.children}
    </DropdownMenu.Item>
  );
}

/** What else can go into a conversation besides text: files, a place, a person, a question, a link; and how text is read. */
export function ComposerInsert(props: {
  readonly account: string;
  readonly conversation: string;
  readonly onFiles: () => void;
}) {
  const { t } = useTranslation();
  const { account, conversation } = props;
  const { markdown } = useDraft(account, conversation);
  const { showDialog } = useViewStore.getState();
  const dialogOpened = useRef(false);
  const open = (dialog: Parameters<typeof showDialog>[0]) => (): void => {
    dialogOpened.current = true;
    showDialog(dialog);
  };
  return (
    <DropdownMenu.Root modal={false} onOpenChange={(opening) => opening && (dialogOpened.current = false)}>
      <Tooltip text={t('write.insert')} side="top">
        <DropdownMenu.Trigger
          className="icon-button icon-button--normal"
          aria-label={t('write.insert')}
          data-testid="composer-insert"
        >
          <Plus size={20} aria-hidden />
        </DropdownMenu.Trigger>
      </Tooltip>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className="menu"
          side="top"
          align="end"
          sideOffset={8}
          collisionPadding={8}
          onCloseAutoFocus={(closing) => dialogOpened.current && closing.preventDefault()}
        >
          <Item icon={<Paperclip size={16} aria-hidden />} onSelect={props.onFiles}>
            {t('write.insertFiles')}
          </Item>
          <Item icon={<MapPin size={16} aria-hidden />} onSelect={open('send-place')}>
            {t('write.insertPlace')}
          </Item>
          <Item icon={<Contact size={16} aria-hidden />} onSelect={open('send-person')}>
            {t('write.insertPerson')}
          </Item>
          <Item icon={<ListChecks size={16} aria-hidden />} onSelect={open('send-poll')}>
            {t('write.insertPoll')}
          </Item>
          <Item icon={<Link2 size={16} aria-hidden />} onSelect={open('send-link')}>
            {t('write.insertLink')}
          </Item>
          <DropdownMenu.Separator className="menu__separator" />
          <DropdownMenu.CheckboxItem
            className="menu__item menu__item--check"
            checked={markdown}
            onCheckedChange={(checked) =>
              useComposerStore.getState().setMarkdown(account, conversation, checked)
            }
          >
            <span className="menu__check">
              <DropdownMenu.ItemIndicator>
                <Check size={16} aria-hidden />
              </DropdownMenu.ItemIndicator>
            </span>
            {t('write.markdown')}
          </DropdownMenu.CheckboxItem>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
