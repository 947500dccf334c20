/** What a profile document says (`protocol/06 §5.1`). Everything in it is self-declared text from outside. */

/** Limits of a document. */
export const AgentMdLimit = {
  /** Largest document without its signature block, in bytes. */
  bytes: 4096,
  /** Longest name, in characters. */
  name: 64,
  /** Longest description, in characters. */
  description: 100,
  /** Longest other value of one line, in characters. */
  value: 200,
  /** Most entries of one list. */
  items: 32,
} as const;

/** Kinds of owners the network knows; any other is a generic agent. */
export const agentMdTypes = ['human', 'assistant', 'avatar', 'openclaw', 'codeagent'] as const;
export const agentMdVisibilities = ['public', 'unlisted', 'private'] as const;

/** A field Parley has no use for, kept so that editing a document does not lose it. */
export type OtherField =
  | { readonly key: string; readonly kind: 'text'; readonly text: string }
  | { readonly key: string; readonly kind: 'list'; readonly items: readonly string[] }
  /** Something deeper than a list: its lines as they were written, all of them indented or starting with a dash. */
  | { readonly key: string; readonly kind: 'nested'; readonly lines: readonly string[] };

/** The front matter. Texts are one line without anything invisible; empty where the document says nothing. */
export interface AgentMdFields {
  readonly aid: string;
  readonly name: string;
  /** As written; see {@link peerKindOf}. */
  readonly type: string;
  readonly version: string;
  readonly description: string;
  readonly visibility: string;
  readonly updatedAt: string;
  /** The owner of an agent. */
  readonly provider: string;
  readonly contact: string;
  readonly license: string;
  readonly tags: readonly string[];
  readonly skills: readonly string[];
  readonly inputModes: readonly string[];
  readonly outputModes: readonly string[];
  readonly other: readonly OtherField[];
}

/** Names of the fields that hold one line, with their keys in the document, in the order of writing. */
export const lineFields = {
  aid: 'aid',
  name: 'name',
  type: 'type',
  version: 'version',
  description: 'description',
  visibility: 'visibility',
  updatedAt: 'updated_at',
  provider: 'provider',
  contact: 'contact',
  license: 'license',
} as const;
export type LineField = keyof typeof lineFields;

/** The same for lists. */
export const listFields = {
  tags: 'tags',
  skills: 'skills',
  inputModes: 'input_modes',
  outputModes: 'output_modes',
} as const;
export type ListField = keyof typeof listFields;

/** What is wrong with a document. Each has a text in both languages. */
export type AgentMdProblemCode =
  | 'no_front_matter'
  | 'front_matter_not_closed'
  | 'missing'
  | 'bad_aid'
  | 'bad_version'
  | 'too_long'
  | 'too_many'
  | 'too_large'
  | 'line_break'
  | 'hidden_characters'
  | 'unknown_value'
  | 'written_twice';

/** One problem. Errors keep a document from being published; warnings do not. */
export interface AgentMdProblem {
  readonly code: AgentMdProblemCode;
  readonly severity: 'error' | 'warning';
  /** Key of the field as it stands in the document, `body`, or empty for the whole document. */
  readonly field: string;
}

/** Something an agent can do. */
export interface AgentSkill {
  readonly name: string;
  /** One line, may be empty. */
  readonly description: string;
}

/** A document that was read. */
export interface AgentMd {
  readonly fields: AgentMdFields;
  /** Markdown after the front matter, as it was written. */
  readonly body: string;
  /** For the card: from the front matter, else from the section "Skills" of the body. */
  readonly skills: readonly AgentSkill[];
  readonly problems: readonly AgentMdProblem[];
}

/** Fields of a document that says nothing yet. */
export const emptyAgentMdFields: AgentMdFields = {
  aid: '',
  name: '',
  type: '',
  version: '',
  description: '',
  visibility: '',
  updatedAt: '',
  provider: '',
  contact: '',
  license: '',
  tags: [],
  skills: [],
  inputModes: [],
  outputModes: [],
  other: [],
};
