import { useTranslation } from 'react-i18next';
import { Button } from '../../../ui/button';
import { TaskError } from '../../identity/task-error';
import type { Pages } from './use-pages';

/** The way to the rest of a list, with how much of it is shown; nothing once all is. */
export function MoreButton<Row>(props: { readonly pages: Pages<Row> }) {
  const { t, i18n } = useTranslation();
  const { pages } = props;
  const number = new Intl.NumberFormat(i18n.language);
  return (
    <>
      <TaskError error={pages.error} />
      {pages.more && (
        <div className="more-row">
          <Button size="small" busy={pages.busy} onClick={pages.loadMore} data-testid="show-more">
            {t('moderation.page.more')}
          </Button>
          <span className="more-row__place tabular">
            {t('moderation.page.shown', {
              shown: number.format(pages.rows?.length ?? 0),
              total: number.format(pages.total),
            })}
          </span>
        </div>
      )}
    </>
  );
}
