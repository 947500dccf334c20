import { X } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useNoticesStore, type Notice } from '../stores/notices-store';
import { IconButton } from '../ui/icon-button';
import './notices.css';

/** Good news goes by itself after this long (ms); everything else waits to be read. */
const infoTime = 5000;

function NoticeCard(props: { readonly notice: Notice }) {
  const { t } = useTranslation();
  const { notice } = props;
  const { dismiss } = useNoticesStore.getState();
  useEffect(() => {
    if (notice.kind !== 'info') return;
    const timer = setTimeout(() => dismiss(notice.id), infoTime);
    return () => clearTimeout(timer);
  }, [notice, dismiss]);
  const words = (() => {
    switch (notice.kind) {
      case 'info':
        return notice.text;
      case 'error':
        return t(`errors.${notice.error.code}`);
      case 'notice':
        return t(`notice.${notice.code}`);
    }
  })();
  return (
    <li className="notice-card" data-kind={notice.kind} data-testid="notice">
      <div className="notice-card__words">
        {notice.kind === 'notice' && notice.account !== null && (
          <strong className="notice-card__account">{notice.account}</strong>
        )}
        {words}
      </div>
      <IconButton label={t('common.dismiss')} size="small" onClick={() => dismiss(notice.id)}>
        <X size={15} aria-hidden />
      </IconButton>
    </li>
  );
}

/** Things to be read once, at the lower edge. */
export function Notices() {
  const { t } = useTranslation();
  const notices = useNoticesStore((state) => state.notices);
  return (
    <section aria-label={t('notice.label')} aria-live="polite">
      <ul className="notices">
        {notices.map((notice) => (
          <NoticeCard key={notice.id} notice={notice} />
        ))}
      </ul>
    </section>
  );
}
