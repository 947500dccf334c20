import { FileUp } from 'lucide-react';
import { useRef, useState, type DragEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

/** Files of a drop; folders are left out: a browser cannot read them as files. */
function filesOf(drop: DragEvent): File[] {
  return [...drop.dataTransfer.items].flatMap((item) => {
    if (item.kind !== 'file' || item.webkitGetAsEntry()?.isDirectory === true) return [];
    const file = item.getAsFile();
    return file === null ? [] : [file];
  });
}

/** Takes files that are dropped anywhere on the conversation, and says so while they hover over it. */
export function ChatDrop(props: {
  readonly enabled: boolean;
  readonly onFiles: (files: readonly File[]) => void;
  readonly children: ReactNode;
}) {
  const { t } = useTranslation();
  const [over, setOver] = useState(false);
  // Entering a child comes before leaving its parent: only the balance tells.
  const depth = useRef(0);
  const carriesFiles = (drag: DragEvent): boolean => drag.dataTransfer.types.includes('Files');
  const onEnter = (drag: DragEvent): void => {
    if (!carriesFiles(drag)) return;
    drag.preventDefault();
    depth.current += 1;
    setOver(true);
  };
  const onLeave = (drag: DragEvent): void => {
    if (!carriesFiles(drag)) return;
    depth.current = Math.max(0, depth.current - 1);
    if (depth.current === 0) setOver(false);
  };
  const onDrop = (drop: DragEvent): void => {
    if (!carriesFiles(drop)) return;
    drop.preventDefault();
    depth.current = 0;
    setOver(false);
    const files = filesOf(drop);
    if (props.enabled && files.length > 0) props.onFiles(files);
  };
  return (
    <div
      className="chat__drop"
      onDragEnter={onEnter}
      onDragLeave={onLeave}
      onDragOver={(drag) => {
        if (!carriesFiles(drag)) return;
        drag.preventDefault();
        drag.dataTransfer.dropEffect = props.enabled ? 'copy' : 'none';
      }}
      onDrop={onDrop}
    >
      {props.children}
      {over && props.enabled && (
        <div className="drop-overlay" data-testid="drop-overlay">
          <div className="drop-overlay__card">
            <FileUp size={32} strokeWidth={1.5} aria-hidden />
            <strong>{t('write.dropTitle')}</strong>
            <span>{t('write.dropText')}</span>
          </div>
        </div>
      )}
    </div>
  );
}
