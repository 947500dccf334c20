import { noLinks, type AttachmentClaim, type InboundRecord, type MessageLinks } from '../../main/ports/store';
import type { MessageContent } from '../../shared/model/message';

/** Own AID of the account that a corpus belongs to. */
export const CORPUS_OWN = 'me.aun.test';
/** Every tenth message lies in this conversation. */
export const BUSY = 'busy.aun.test';
const PEERS = 500;
const STARTED = 1_760_000_000_000;
const STEP_MS = 30_000;

const ONSETS = 'b br c ch cl d dr f fl g gr h j k l m n p pl pr qu r s sh sl st str t th tr v w'.split(' ');
const NUCLEI = 'a ai au e ea ee i ie o oa oo ou u'.split(' ');
const CODAS = ['', '', '', 'ck', 'd', 'l', 'ment', 'n', 'nd', 'ng', 'r', 'rt', 's', 'ss', 't', 'tion', 'x'];
const COMMON =
  `the to of and a in is it you that he was for on are with as i his they be at one have this from or had by not word but
  what some we can out other were all there when up use your how said an each she which do their time if will way about many then
  them write would like so these her long make thing see him two has look more day could go come did number sound no most people my
  over know water than call first who may down side been now find any new work part take get place made live where after back little
  only round man year came show every good me give our under name very through just form sentence great think say help low line differ
  turn cause much mean before move right boy old too same tell does set three want air well also play small end put home read hand
  port large spell add even land here must big high such follow act why ask men change went light kind off need house picture try us
  again animal point mother world near build self earth father message meeting agent deploy review network please tomorrow`.split(
    /\s+/,
  );
const ENGLISH_WORDS = 30_000;
const HAN_FIRST = 0x4e00;
const HAN_COUNT = 3_500;

/** What one run searches for and how far it got. */
export interface Corpus {
  /** Message `index`, counted from 0; the same for every run. */
  record(index: number): InboundRecord;
  /** Time of a message, Unix ms. */
  timeOf(index: number): number;
  /** A word of the English vocabulary; rank 0 is the most frequent. */
  english(rank: number): string;
  /** A character; rank 0 is the most frequent. */
  han(rank: number): string;
}

/** A small generator with a seed, so that runs compare. */
export function generator(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 0x1_0000_0000;
  };
}

/** Rank by Zipf's law: rank r comes about 1/r as often as the first. */
function zipf(unit: () => number, count: number): number {
  return Math.min(count - 1, Math.floor(Math.exp(unit() * Math.log(count + 1))) - 1);
}

/** Characters of a real text are spread over the block, so ranks are too. */
function hanAt(rank: number): string {
  return String.fromCharCode(HAN_FIRST + ((rank * 1_597) % HAN_COUNT) * 5);
}

function vocabulary(): string[] {
  const unit = generator(7);
  const pick = (list: readonly string[]): string => list[Math.floor(unit() * list.length)] ?? '';
  const words = new Set(COMMON);
  while (words.size < ENGLISH_WORDS) {
    const syllables = 1 + Math.floor(unit() * 3);
    words.add(Array.from({ length: syllables }, () => pick(ONSETS) + pick(NUCLEI) + pick(CODAS)).join(''));
  }
  return [...words];
}

/**
 * A history like that of a person who works with people and agents in two languages: Chinese and English sentences, code with
 * names and numbers that come once, addresses, links, files; a tenth in one conversation, the rest in 500.
 */
export function createCorpus(): Corpus {
  const words = vocabulary();
  const english = (rank: number): string => words[rank] ?? 'word';

  function englishText(unit: () => number): string {
    return Array.from({ length: 4 + Math.floor(unit() * 14) }, () => english(zipf(unit, words.length))).join(
      ' ',
    );
  }
  function chineseText(unit: () => number): string {
    const length = 6 + Math.floor(unit() * 30);
    let text = '';
    for (let at = 0; at < length; at += 1) {
      text += hanAt(zipf(unit, HAN_COUNT));
      if (unit() < 0.08) text += '，';
    }
    return `${text}。`;
  }
  function codeText(unit: () => number, index: number): string {
    const name = (): string => english(zipf(unit, words.length));
    const camel = `${name()}${name().replace(/^./, (letter) => letter.toUpperCase())}`;
    return `${camel}(${name()}_${name()}, ${Math.floor(unit() * 1e6)}) // ${name()}.${name()}.ts:${index % 997} #${index.toString(16)}`;
  }

  function textOf(unit: () => number, index: number): string {
    const kind = unit();
    let text =
      kind < 0.4
        ? englishText(unit)
        : kind < 0.75
          ? chineseText(unit)
          : kind < 0.9
            ? codeText(unit, index)
            : '';
    if (kind >= 0.9) text = `${chineseText(unit)} ${englishText(unit)}`;
    if (index % 50 === 0) text += ` user${index % 20_000}.agentid.pub`;
    if (index % 33 === 0) text += ` https://${english(200 + (index % 900))}.example/${index}`;
    return text;
  }

  function record(index: number): InboundRecord {
    const unit = generator(0x9e3779b9 ^ Math.imul(index + 1, 0x85ebca6b));
    unit();
    const peer = index % 10 === 0 ? BUSY : `peer${Math.floor(unit() * PEERS)}.aun.test`;
    const own = unit() < 0.25;
    const text = textOf(unit, index);
    const file = index % 60 === 0;
    const attachments = file ? [claimOf(index, english(index % 5_000))] : [];
    const content: MessageContent = { kind: 'text', text, format: 'plain', mentions: [] };
    const searchText = file ? `${text} ${attachments[0]?.name ?? ''}` : text;
    const links: MessageLinks = { ...noLinks, searchText, attachments };
    return {
      seq: index + 1,
      messageId: `${index.toString(16).padStart(8, '0')}-0000-4000-8000-${Math.floor(unit() * 1e12)
        .toString()
        .padStart(12, '0')}`,
      sender: own ? CORPUS_OWN : peer,
      conversation: peer,
      own,
      serverTime: STARTED + index * STEP_MS,
      senderTime: STARTED + index * STEP_MS,
      content,
      links,
      payloadJson: JSON.stringify({ type: 'text', text }),
      rawJson: null,
      protection: 'e2ee-v1',
      forwardSecret: true,
    };
  }

  return { record, english, han: hanAt, timeOf: (index) => STARTED + index * STEP_MS };
}

function claimOf(index: number, name: string): AttachmentClaim {
  const image = index % 120 === 0;
  return {
    role: 'main',
    name: `${name}-${index}.${image ? 'png' : 'pdf'}`,
    type: image ? 'image/png' : 'application/pdf',
    size: 12_345,
    width: image ? 640 : null,
    height: image ? 480 : null,
    durationMs: null,
    encrypted: true,
    referenceJson: '{}',
    thumbnail: null,
  };
}
