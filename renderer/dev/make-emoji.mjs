// Reduces the emoji data to what the picker needs, in both languages: node renderer/dev/make-emoji.mjs
// Writes renderer/features/emoji/emoji-data.json. Run it again when emojibase-data changes.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const read = (language) =>
  JSON.parse(readFileSync(require.resolve(`emojibase-data/${language}/compact.json`), 'utf8'));
/** Emoji newer than this are drawn as boxes by most systems. */
const newest = 15;
const details = JSON.parse(readFileSync(require.resolve('emojibase-data/en/data.json'), 'utf8'));
const versions = new Map(details.map(({ hexcode, version }) => [hexcode, version]));
const chinese = new Map(read('zh').map((emoji) => [emoji.hexcode, emoji]));
/** The picker's groups; components (skin tones, hair) are in none. */
const groups = { 0: 0, 1: 1, 3: 2, 4: 3, 5: 4, 6: 5, 7: 6, 8: 7, 9: 8 };

function words({ label, tags = [] }) {
  const known = label.toLowerCase();
  return `${label};${tags.filter((tag) => !known.includes(tag.toLowerCase())).join(' ')}`;
}

/** The emoji in one skin tone, made as the picker makes it. */
function withTone(unicode, tone) {
  const bases = [...unicode].filter((point) => /\p{Emoji_Modifier_Base}/u.test(point));
  return [...unicode]
    .map((point) => {
      const toned = bases.includes(point) && (bases.length === 1 || point !== '🤝');
      return toned ? point + tone : point;
    })
    .join('')
    .replaceAll(/(\p{Emoji_Modifier})\uFE0F/gu, '$1');
}

/** Whether the picker can make all five tones of it. */
function hasTones(emoji) {
  const known = new Set((emoji.skins ?? []).map(({ unicode }) => unicode.replaceAll('\uFE0F', '')));
  return ['🏻', '🏼', '🏽', '🏾', '🏿'].every((tone) =>
    known.has(withTone(emoji.unicode, tone).replaceAll('\uFE0F', '')),
  );
}

const lines = read('en')
  .filter(({ group, hexcode }) => group in groups && (versions.get(hexcode) ?? 0) <= newest)
  .sort((first, second) => first.order - second.order)
  .map((emoji) => {
    const other = chinese.get(emoji.hexcode) ?? emoji;
    return [emoji.unicode, groups[emoji.group], hasTones(emoji) ? 1 : 0, words(emoji), words(other)].join(
      '\t',
    );
  });
const file = new URL('../features/emoji/emoji-data.json', import.meta.url);
writeFileSync(file, `{ "lines": ${JSON.stringify(lines.join('\n'))} }\n`);
console.log(`${lines.length} emoji, ${JSON.stringify(lines.join('\n')).length} characters`);
