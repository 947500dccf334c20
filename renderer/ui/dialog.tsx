import { X } from 'lucide-react';
import { Dialog as Primitive } from 'radix-ui';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from './icon-button';
import './dialog.css';

/**
 * The field that wants the focus has it already; otherwise the dialog itself takes it, not its close button. Over another dialog,
 * which keeps the focus until this moment, what wants it says so with `data-autofocus`.
 */
function focusSensibly(opening: Event): void {
  const content = opening.currentTarget;
  if (!(content instanceof HTMLElement)) return;
  opening.preventDefault();
  if (content.contains(document.activeElement)) return;
  (content.querySelector<HTMLElement>('[data-autofocus]') ?? content).focus();
}

/** Back to where the focus came from, unless something has it already (the conversation that was opened). */
function returnFocus(closing: Event, opener: Element | null): void {
  closing.preventDefault();
  const taken = document.activeElement !== null && document.activeElement !== document.body;
  if (!taken && opener instanceof HTMLElement && opener.isConnected) opener.focus();
}

/**
 * A modal dialog: traps the focus, closes on Escape and returns the focus. The backdrop is our own element, because
 * the library's overlay writes a style element, which the content security policy forbids.
 */
export function Dialog(props: {
  readonly title: string;
  readonly text?: string;
  readonly wide?: boolean;
  readonly testId?: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  const { t } = useTranslation();
  // Read while drawing: a field inside that focuses itself has the focus before any effect runs.
  const [opener] = useState(() => document.activeElement);
  return (
    <Primitive.Root open onOpenChange={(open) => !open && props.onClose()}>
      <Primitive.Portal>
        <div className="dialog__backdrop" />
        <Primitive.Content
          onOpenAutoFocus={focusSensibly}
          onCloseAutoFocus={(closing) => returnFocus(closing, opener)}
          className={props.wide === true ? 'dialog dialog--wide' : 'dialog'}
          data-testid={props.testId}
          {...(props.text === undefined ? { 'aria-describedby': undefined } : {})}
        >
          <div className="dialog__header">
            <Primitive.Title className="dialog__title">{props.title}</Primitive.Title>
            <Primitive.Close asChild>
              <IconButton label={t('common.close')}>
                <X size={18} aria-hidden />
              </IconButton>
            </Primitive.Close>
          </div>
          {props.text !== undefined && (
            <Primitive.Description className="dialog__text">{props.text}</Primitive.Description>
          )}
          <div className="dialog__body">{props.children}</div>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
