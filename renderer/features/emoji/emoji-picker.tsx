import { Search } from 'lucide-react';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import { buildEmojiRows, stepTo, type EmojiCell } from './emoji-grid';
import { groupCount, nameOf, tones, withTone } from './emoji-list';
import { noteEmoji, preferredTone, preferTone, recentEmoji } from './emoji-memory';
import './emoji.css';

const groupSigns = ['😀', '👋', '🐻', '🍎', '🚗', '⚽', '💡', '❤️', '🏁'] as const;

function ToneChoice(props: { readonly tone: number; readonly onChoose: (tone: number) => void }) {
  const { t } = useTranslation();
  const words = [
    t('emoji.tone0'),
    t('emoji.tone1'),
    t('emoji.tone2'),
    t('emoji.tone3'),
    t('emoji.tone4'),
    t('emoji.tone5'),
  ];
  return (
    <select
      className="emoji-picker__tone"
      aria-label={t('emoji.tone')}
      title={t('emoji.tone')}
      value={props.tone}
      onChange={(change) => props.onChoose(Number(change.target.value))}
    >
      {words.map((word, tone) => (
        <option key={word} value={tone} aria-label={word}>
          {`✋${tones[tone] ?? ''}`}
        </option>
      ))}
    </select>
  );
}

/**
 * The grid of all emoji. The focus stays in the search field; arrows move through the grid, Enter takes the marked one,
 * so that typing on always narrows the search.
 */
export function EmojiPicker(props: { readonly onPick: (emoji: string) => void }) {
  const { t, i18n } = useTranslation();
  const [query, setQuery] = useState('');
  const [tone, setTone] = useState(preferredTone);
  // As it was when the picker was opened: rows must not move under the pointer.
  const [recent] = useState(recentEmoji);
  const [active, setActive] = useState<number | null>(null);
  const [topGroup, setTopGroup] = useState(0);
  const list = useRef<VirtualizerHandle>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const { rows, cells } = useMemo(() => buildEmojiRows(query.trim(), recent), [query, recent]);
  const marked = active ?? (query.trim() === '' ? null : 0);

  useEffect(() => field.current?.focus(), []);

  const pick = (cell: EmojiCell): void => {
    const emoji = withTone(cell.emoji, tone);
    noteEmoji(emoji);
    props.onPick(emoji);
  };
  const show = (index: number): void => {
    setActive(index);
    const row = rows.findIndex(
      (each) => each.kind === 'cells' && each.cells.some((cell) => cell.index === index),
    );
    if (row >= 0) list.current?.scrollToIndex(row, { align: 'nearest' });
  };
  const onKeyDown = (key: KeyboardEvent<HTMLInputElement>): void => {
    if (key.nativeEvent.isComposing) return;
    const cell = marked === null ? undefined : cells[marked];
    if (key.key === 'Enter') {
      if (cell !== undefined) pick(cell);
    } else {
      // Left and right belong to the words while nothing in the grid is marked.
      const sideways = key.key === 'ArrowLeft' || key.key === 'ArrowRight';
      if (sideways && active === null) return;
      const next = stepTo(key.key, marked, cells);
      if (next === null) return;
      show(next);
    }
    key.preventDefault();
  };
  const toGroup = (group: number): void => {
    setQuery('');
    setActive(null);
    const row = rows.findIndex((each) => each.kind === 'heading' && each.group === group);
    if (row >= 0) list.current?.scrollToIndex(row, { align: 'start' });
    field.current?.focus();
  };
  const onScroll = (offset: number): void => {
    const index = list.current?.findItemIndex(offset + 8) ?? 0;
    const row = rows
      .slice(0, index + 1)
      .reverse()
      .find((each) => each.kind === 'heading');
    setTopGroup(row?.kind === 'heading' ? row.group : 0);
  };

  const headings = (group: number): string => {
    if (group === -1) return t('emoji.recent');
    if (group === -2) return t('emoji.found');
    const names = [
      t('emoji.group0'),
      t('emoji.group1'),
      t('emoji.group2'),
      t('emoji.group3'),
      t('emoji.group4'),
      t('emoji.group5'),
      t('emoji.group6'),
      t('emoji.group7'),
      t('emoji.group8'),
    ];
    return names[group] ?? '';
  };

  return (
    <div className="emoji-picker" data-testid="emoji-picker">
      <div className="emoji-picker__head">
        <div className="emoji-picker__search">
          <Search size={15} aria-hidden />
          <input
            ref={field}
            type="text"
            role="combobox"
            aria-expanded="true"
            aria-controls="emoji-grid"
            aria-activedescendant={marked === null ? undefined : `emoji-${marked}`}
            aria-label={t('emoji.search')}
            placeholder={t('emoji.search')}
            autoComplete="off"
            spellCheck={false}
            maxLength={64}
            value={query}
            onChange={(change) => {
              setQuery(change.target.value);
              setActive(null);
            }}
            onKeyDown={onKeyDown}
            data-testid="emoji-search"
          />
        </div>
        <ToneChoice
          tone={tone}
          onChoose={(chosen) => {
            setTone(chosen);
            preferTone(chosen);
            field.current?.focus();
          }}
        />
      </div>
      <div
        ref={scroller}
        className="emoji-picker__scroll"
        id="emoji-grid"
        role="grid"
        aria-label={t('emoji.title')}
      >
        {cells.length === 0 ? (
          <p className="emoji-picker__none">{t('emoji.none')}</p>
        ) : (
          <Virtualizer ref={list} scrollRef={scroller} data={rows} itemSize={36} onScroll={onScroll}>
            {(row) =>
              row.kind === 'heading' ? (
                <div key={`h${row.group}`} className="emoji-picker__heading" role="row">
                  <span role="rowheader">{headings(row.group)}</span>
                </div>
              ) : (
                <div key={row.cells[0]?.index} className="emoji-picker__row" role="row">
                  {row.cells.map((cell) => (
                    <span
                      key={cell.index}
                      id={`emoji-${cell.index}`}
                      className="emoji-picker__cell"
                      role="gridcell"
                      aria-label={nameOf(cell.emoji, i18n.language)}
                      aria-selected={cell.index === marked}
                      title={nameOf(cell.emoji, i18n.language)}
                      data-testid="emoji"
                      onPointerDown={(down) => down.preventDefault()}
                      onClick={() => pick(cell)}
                    >
                      {withTone(cell.emoji, tone)}
                    </span>
                  ))}
                </div>
              )
            }
          </Virtualizer>
        )}
      </div>
      <div className="emoji-picker__groups" role="toolbar" aria-label={t('emoji.title')}>
        {Array.from({ length: groupCount }, (_, group) => (
          <button
            key={group}
            type="button"
            className="emoji-picker__group"
            aria-label={headings(group)}
            title={headings(group)}
            aria-pressed={query === '' && topGroup === group}
            onClick={() => toGroup(group)}
          >
            {groupSigns[group]}
          </button>
        ))}
      </div>
    </div>
  );
}
