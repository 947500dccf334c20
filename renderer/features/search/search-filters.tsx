import { File, Image, Link2, TriangleAlert, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useSearchStore, type ReadFilter } from '../../stores/search-store';
import { readSearch, readThing, withFilter, withoutFilter, type HasFilter } from '../../stores/search-words';
import { useViewStore } from '../../stores/view-store';
import { SearchIdentities } from './search-identities';

const things = [
  { has: 'image', icon: Image },
  { has: 'file', icon: File },
  { has: 'link', icon: Link2 },
] as const satisfies readonly { has: HasFilter; icon: unknown }[];

function useThingWords(): Readonly<Record<HasFilter, string>> {
  const { t } = useTranslation();
  return { image: t('finder.hasImage'), file: t('finder.hasFile'), link: t('finder.hasLink') };
}

/** A filter that was typed or chosen, as it was understood. */
function FilterChip(props: { readonly read: ReadFilter; readonly onRemove: () => void }) {
  const { t } = useTranslation();
  const words = useThingWords();
  const { filter, name } = props.read;
  const kind = {
    from: t('finder.from'),
    in: t('finder.in'),
    has: t('finder.has'),
    before: t('finder.before'),
    after: t('finder.after'),
  }[filter.kind];
  const thing = filter.kind === 'has' ? readThing(filter.value) : null;
  const date = filter.kind === 'before' || filter.kind === 'after';
  const unknown = date
    ? t('finder.badDate')
    : filter.kind === 'has'
      ? t('finder.unknownThing')
      : t('finder.unresolved');
  const meaning = thing === null ? (name ?? `${filter.value}: ${unknown}`) : words[thing];
  return (
    <button
      type="button"
      className="filter-chip"
      data-unknown={name === null}
      aria-label={t('finder.removeFilter', { name: `${kind} ${meaning}` })}
      onClick={props.onRemove}
      data-testid="search-filter"
    >
      {name === null && <TriangleAlert size={12} aria-hidden />}
      <span className="filter-chip__kind">{kind}</span>
      <span className="ellipsis isolate" dir="auto">
        {meaning}
      </span>
      <X size={12} aria-hidden />
    </button>
  );
}

/** The filters of the search under its field: those in force, and a few to add with a click. */
export function SearchFilters(props: { readonly onChanged: () => void }) {
  const { t } = useTranslation();
  const words = useThingWords();
  const query = useViewStore((state) => state.query);
  const read = useSearchStore((state) => state.filters);
  const typed = readSearch(query).filters;
  const change = (next: string): void => {
    useViewStore.getState().setQuery(next);
    props.onChanged();
  };
  // While the answer is on its way a filter is shown as it was typed.
  const shown = typed.map((filter): ReadFilter => {
    const known = read.find((each) => each.filter.kind === filter.kind && each.filter.value === filter.value);
    return { filter, name: known === undefined ? filter.value : known.name };
  });
  const hasThing = typed.some(({ kind }) => kind === 'has');
  return (
    <div className="search-filters" role="group" aria-label={t('finder.filters')}>
      <SearchIdentities onClosed={props.onChanged} />
      {shown.map((each) => (
        <FilterChip
          key={`${each.filter.kind} ${each.filter.start}`}
          read={each}
          onRemove={() => change(withoutFilter(query, each.filter))}
        />
      ))}
      {!hasThing &&
        things.map(({ has, icon: Icon }) => (
          <button
            key={has}
            type="button"
            className="filter-chip filter-chip--offer"
            aria-label={`${t('finder.addFilter')}: ${words[has]}`}
            onClick={() => change(withFilter(query, 'has', has))}
            data-testid={`filter-${has}`}
          >
            <Icon size={13} aria-hidden />
            {words[has]}
          </button>
        ))}
    </div>
  );
}
