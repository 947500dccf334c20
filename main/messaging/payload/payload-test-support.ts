import type { JsonObject, JsonValue } from '../../../shared/aun/canonical-json';
import { describePayload } from '../describe';
import type { PayloadContext } from './described';

export const OWN = 'alice.aun.test';
export const PEER = 'marta.aun.test';

/** A message from the peer that was opened and verified. */
export const sealed: PayloadContext = { ownAid: OWN, sender: PEER, protection: 'e2ee-v1' };
/** The same without encryption. */
export const open: PayloadContext = { ...sealed, protection: 'none' };
/** An own message. */
export const own: PayloadContext = { ...sealed, sender: OWN };

export const KEY = Buffer.alloc(32, 7).toString('base64');
export const IV = Buffer.alloc(12, 9).toString('base64');
const HASH = 'ab'.repeat(32);

/** A reference as Parley writes it. */
export const reference = {
  owner_aid: PEER,
  bucket: 'default',
  object_key: 'att/0123456789abcdef0123456789abcdef',
  filename: 'minutes.pdf.enc',
  content_type: 'application/octet-stream',
  size_bytes: 49_168,
  sha256: HASH,
  enc: {
    v: 1,
    alg: 'AES-256-GCM',
    key: KEY,
    iv: IV,
    aad: 'aun-att-v1',
    filename: 'minutes.pdf',
    content_type: 'application/pdf',
    size_bytes: 48_211,
    sha256: HASH,
  },
} as const;

/** A reference as other programs write it. */
export const openReference = {
  owner_aid: PEER,
  bucket: 'default',
  object_key: 'att/5b1e',
  url: 'aun://storage/default/att/5b1e',
  filename: 'minutes.pdf',
  content_type: 'application/pdf',
  size_bytes: 48_211,
  sha256: HASH,
} as const;

/** A valid payload of every type, with every field that is read. */
export const samples: Readonly<Record<string, JsonObject>> = {
  text: {
    type: 'text',
    text: 'Hello @Alice, 你好',
    format: 'markdown',
    lang: 'en',
    thread_id: 'task-7',
    chat_id: 'c1',
    reply_to: { message_id: 'm-1', seq: 4, sender_aid: OWN },
    mentions: [
      { aid: OWN, display: '@Alice', offset: 6, length: 6 },
      { scope: 'all', display: '你好', offset: 14, length: 2 },
    ],
    entities: [{ type: 'link', offset: 0, length: 2 }],
    attachments: [openReference],
    client_context: { caps: ['att-enc-1'] },
  },
  quote: {
    type: 'quote',
    text: 'Yes',
    format: 'plain',
    quote: { message_id: 'm-1', seq: 3, text: 'Shall we?', sender_display: 'Alice' },
    reply_to: { message_id: 'm-1', sender_aid: OWN },
  },
  thought: { type: 'thought', text: 'Let me see', format: 'markdown', stage: 'planning', metadata: { a: 1 } },
  voice: {
    type: 'voice',
    attachments: [reference],
    duration_ms: 4_200,
    transcript: 'good morning',
    codec: 'opus',
  },
  image: {
    type: 'image',
    attachments: [{ ...reference, thumbnail: reference, width: 30, height: 20 }, openReference],
    alt: 'a cat',
    width: 640,
    height: 480,
    text: 'Look',
    format: 'plain',
  },
  video: {
    type: 'video',
    attachments: [reference],
    thumbnail: openReference,
    duration_ms: 60_000,
    width: 1920,
    height: 1080,
    text: 'Film',
  },
  file: { type: 'file', attachments: [openReference], text: 'Minutes', expires_at: 1_790_000_000_000 },
  location: {
    type: 'location',
    latitude: 52.2,
    longitude: 21,
    name: 'Warszawa',
    address: 'ul. Nowa 1',
    precision_m: 12.5,
    map_url: 'https://maps.example/?q=1',
  },
  link: {
    type: 'link',
    url: 'https://bücher.example:8443/a?b=1',
    title: 'Books',
    description: 'Many\nof them',
    thumbnail: openReference,
  },
  action_card: {
    type: 'action_card',
    title: 'Deploy?',
    text: 'Build 7 is ready',
    format: 'markdown',
    expires_at: 1_790_000_000_000,
    actions: [
      { label: 'Yes', value: 'deploy', behavior: 'reply', style: 'danger' },
      { label: 'Say why', behavior: 'compose', style: 'primary', compose_timeout_ms: 60_000 },
      { label: 'Later', behavior: 'dismiss' },
    ],
  },
  action_card_reply: {
    type: 'action_card_reply',
    card_message_id: 'm-2',
    behavior: 'reply',
    text: 'deploy',
    action_value: 'deploy',
    action_label: 'Yes',
    card_title: 'Deploy?',
    card_text: 'Build 7 is ready',
  },
  merge: {
    type: 'merge',
    title: 'Alice and Bob',
    summary: 'About lunch',
    items: [
      { sender_display: 'Alice', text: 'Lunch?', timestamp: 1_790_000_000_000 },
      { sender_display: 'Bob', title: 'Menu' },
    ],
    attachments: [openReference],
  },
  personal_card: {
    type: 'personal_card',
    display_name: 'Bob',
    aid: 'bob.aun.test',
    avatar: openReference,
    profile_url: 'https://bob.aun.test/agent.md',
  },
  status: {
    type: 'status',
    state: 'processing',
    event: 'task.progress',
    text: 'Reading',
    data: { task_id: 't-7', duration_ms: 100, tool_calls: 2, error_code: 'none' },
    progress: 0.4,
    thread_id: 'task-7',
    expires_at: 1_790_000_000_000,
  },
  event: {
    type: 'event',
    event: 'task.error',
    text: 'It broke',
    severity: 'error',
    occurred_at: 1_790_000_000_000,
    data: { task_id: 't-7', duration_ms: 1_200, tool_calls: 3, error_code: 'auth_error' },
  },
  json: {
    type: 'json',
    kind: 'weather',
    data: { degrees: 21, city: 'Łódź' },
    schema: 'https://example.org/s',
    fallback_text: '21 degrees',
  },
  custom: { type: 'custom', kind: 'chess', data: { move: 'e4' }, fallback_text: 'e4' },
  poll: {
    type: 'json',
    kind: 'poll',
    title: 'Lunch?',
    options: [
      { id: 'a', text: 'Soup' },
      { id: 'b', text: 'Salad' },
    ],
    multiple: true,
    expires_at: 1_790_000_000_000,
  },
  vote: {
    type: 'json',
    kind: 'poll_vote',
    data: { poll_message_id: 'm-3', option_ids: ['a', 'b'] },
    fallback_text: 'Soup, Salad',
  },
  stream: {
    type: 'json',
    kind: 'aun.stream',
    fallback_text: '(streaming reply)',
    thread_id: 'task-7',
    data: {
      stream_id: '4d50',
      pull_url: 'https://stream.aun.test/pull/4d50',
      pull_token: 'c438',
      content_type: 'text/plain',
      task_id: 'task-7',
    },
  },
  tool_call: {
    type: 'tool_call',
    call_id: 'k1',
    name: 'search',
    arguments: { query: 'cats' },
    timeout_ms: 100,
    meta: {},
  },
  tool_result: {
    type: 'tool_result',
    call_id: 'k1',
    ok: false,
    error: { code: 'E', message: 'no' },
    result: {},
  },
  'peer.offer': {
    type: 'peer.offer',
    session_id: 's',
    endpoints: [{ url: 'http://127.0.0.1/', priority: 1 }],
  },
  'meta.reject': { type: 'meta.reject', to: OWN, scope: 'peer', reason: 'busy' },
  'message.recalled': { type: 'message.recalled', message_ids: ['m-1'] },
  'e2ee.encrypted': { type: 'e2ee.encrypted', ciphertext: 'x' },
  unknown: { type: 'acme.sticker', fallback_text: 'a sticker', attachments: [openReference] },
};

/** One of {@link samples} with some members changed. */
export function sample(name: string, change: JsonObject = {}): JsonObject {
  const found = samples[name];
  if (found === undefined) throw new Error(`no sample ${name}`);
  return { ...found, ...change };
}

/** What a payload comes to; in a verified message of the peer unless told otherwise. */
export const described = (payload: JsonValue, context = sealed) => describePayload(payload, context);
export const contentOf = (payload: JsonValue, context = sealed) => described(payload, context).content;
export const linksOf = (payload: JsonValue, context = sealed) => described(payload, context).links;
