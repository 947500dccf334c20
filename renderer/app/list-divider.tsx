import { useRef, type KeyboardEvent, type PointerEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useAppStore } from '../stores/app-store';

const narrowest = 240;
const widest = 420;

function clamp(width: number): number {
  return Math.round(Math.max(narrowest, Math.min(widest, width)));
}

/** The line between list and conversation: drag it, or move it with the arrow keys. */
export function ListDivider() {
  const { t } = useTranslation();
  const width = useAppStore((state) => state.settings.listWidth);
  const drag = useRef<{ readonly x: number; readonly width: number } | null>(null);
  const { changeSettings } = useAppStore.getState();

  const onMove = (move: PointerEvent<HTMLDivElement>): void => {
    if (drag.current === null) return;
    const next = clamp(drag.current.width + move.clientX - drag.current.x);
    useAppStore.setState((state) => ({ settings: { ...state.settings, listWidth: next } }));
  };
  const onUp = (): void => {
    if (drag.current === null) return;
    drag.current = null;
    changeSettings({ listWidth: useAppStore.getState().settings.listWidth });
  };
  const onKeyDown = (key: KeyboardEvent): void => {
    const step = key.key === 'ArrowRight' ? 16 : key.key === 'ArrowLeft' ? -16 : 0;
    if (step !== 0) changeSettings({ listWidth: clamp(width + step) });
  };

  return (
    <div
      className="list-divider"
      role="separator"
      aria-orientation="vertical"
      aria-label={t('list.resize')}
      aria-valuenow={width}
      aria-valuemin={narrowest}
      aria-valuemax={widest}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onPointerDown={(down) => {
        drag.current = { x: down.clientX, width };
        down.currentTarget.setPointerCapture(down.pointerId);
      }}
      onPointerMove={onMove}
      onPointerUp={onUp}
      onPointerCancel={onUp}
    />
  );
}
