import { useEffect } from 'react';
import { invoke } from '../stores/bridge';
import { useOpenConversation, useViewStore } from '../stores/view-store';

/** Tells the main process what the user looks at: what is in sight needs no notification. */
export function useViewing(): void {
  const account = useViewStore((state) => state.account);
  const conversation = useOpenConversation();
  useEffect(() => {
    const tell = (focused: boolean): void => {
      // Without an answer a notification too many is shown, which is no harm.
      invoke('app.viewing', { focused, account, conversation }).catch(() => undefined);
    };
    const onFocus = (): void => tell(true);
    const onBlur = (): void => tell(false);
    tell(document.hasFocus());
    window.addEventListener('focus', onFocus);
    window.addEventListener('blur', onBlur);
    return () => {
      window.removeEventListener('focus', onFocus);
      window.removeEventListener('blur', onBlur);
    };
  }, [account, conversation]);
  useEffect(
    () => () =>
      void invoke('app.viewing', { focused: false, account: null, conversation: null }).catch(
        () => undefined,
      ),
    [],
  );
}
