import { Undo2, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toCommandError } from '../../../stores/bridge';
import { useNoticesStore } from '../../../stores/notices-store';
import { Button } from '../../../ui/button';
import { IconButton } from '../../../ui/icon-button';
import { useModerationStore, type UndoOffer } from './moderation-store';
import './moderation.css';

/** How long something can be taken back, in ms. */
const offeredFor = 12_000;
/** The longest that pointer or focus can hold it, in ms: it lies over something. */
const heldFor = 30_000;

function Offer(props: { readonly offer: UndoOffer }) {
  const { t } = useTranslation();
  const { offer } = props;
  const [held, setHeld] = useState(false);
  const [busy, setBusy] = useState(false);
  const { dropOffer } = useModerationStore.getState();
  useEffect(() => {
    if (busy) return;
    const timer = setTimeout(() => dropOffer(offer.id), held ? heldFor : offeredFor);
    return () => clearTimeout(timer);
  }, [offer.id, held, busy, dropOffer]);
  // What is told next takes the place: two of them would lie over the content side by side.
  useEffect(
    () =>
      useNoticesStore.subscribe(({ notices }, before) => {
        if ((notices.at(-1)?.id ?? 0) > (before.notices.at(-1)?.id ?? 0)) dropOffer(offer.id);
      }),
    [offer.id, dropOffer],
  );
  const undo = (): void => {
    setBusy(true);
    offer
      .undo()
      .then(
        () => useNoticesStore.getState().showInfo(t('moderation.undo.done')),
        (reason: unknown) => useNoticesStore.getState().showError(toCommandError(reason)),
      )
      .finally(() => dropOffer(offer.id));
  };
  return (
    <div
      className="undo-toast"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      data-testid="undo-toast"
    >
      <span className="undo-toast__words">{offer.words}</span>
      <Button size="small" tone="plain" busy={busy} onClick={undo} data-testid="undo">
        {!busy && <Undo2 size={15} aria-hidden />}
        {offer.action}
      </Button>
      <IconButton label={t('common.dismiss')} size="small" onClick={() => dropOffer(offer.id)}>
        <X size={15} aria-hidden />
      </IconButton>
    </div>
  );
}

/** What was done last, with the way back while there is one. */
export function UndoToast() {
  const offer = useModerationStore((state) => state.offer);
  return (
    <div className="undo-place" role="status">
      {offer !== null && <Offer key={offer.id} offer={offer} />}
    </div>
  );
}
