import {
  agentMdProblems,
  compareAgentMdVersions,
  emptyAgentMdFields,
  formatAgentMd,
  nextAgentMdVersion,
  parseAgentMd,
  type AgentMdFields,
  type AgentMdProblem,
} from '../../../../shared/aun/agent-md';

/** What is being edited: fields and body in the form, or the document as text. */
export type ProfileEdit =
  | { readonly mode: 'form'; readonly fields: AgentMdFields; readonly body: string }
  | { readonly mode: 'raw'; readonly text: string };

/** A document that says nothing yet but whose it is. */
export function emptyProfile(account: string, name: string): string {
  const fields = {
    ...emptyAgentMdFields,
    aid: account,
    name,
    type: 'human',
    version: '1.0.0',
    visibility: 'public',
  };
  return formatAgentMd(fields, `# ${name}\n`);
}

/** The document an edit stands for. */
export function editedText(edit: ProfileEdit): string {
  return edit.mode === 'raw' ? edit.text : formatAgentMd(edit.fields, edit.body);
}

/** What is wrong with an edit; what stands in its way is marked as an error. */
export function editProblems(edit: ProfileEdit, account: string): readonly AgentMdProblem[] {
  const text = editedText(edit);
  const { fields, problems } = parseAgentMd(text);
  const found = edit.mode === 'raw' ? problems : agentMdProblems(edit.fields, text);
  const foreign = fields.aid !== '' && fields.aid !== account;
  return foreign && !found.some(({ field }) => field === 'aid')
    ? [...found, { code: 'bad_aid', field: 'aid', severity: 'error' }]
    : found;
}

/** Goes on with the same document in the other way of editing. */
export function switchMode(edit: ProfileEdit, mode: ProfileEdit['mode'], account: string): ProfileEdit {
  if (edit.mode === mode) return edit;
  const text = editedText(edit);
  return mode === 'raw' ? { mode, text } : formOf(text, account);
}

/** The form for a document. It is always about the identity it belongs to. */
export function formOf(text: string, account: string): ProfileEdit {
  const { fields, body } = parseAgentMd(text);
  return { mode: 'form', fields: { ...fields, aid: account }, body };
}

/**
 * The document as it is published: with the moment, and with a version above the published one, so that nobody takes it
 * for an older document (`protocol/06 §5.2`). `now` is in Unix ms.
 */
export function readyToPublish(text: string, published: string | null, now: number): string {
  const { fields, body } = parseAgentMd(text);
  const before = published === null ? '' : parseAgentMd(published).fields.version;
  const newer = compareAgentMdVersions(fields.version, before) > 0;
  const version = newer ? fields.version : nextAgentMdVersion(before);
  return formatAgentMd({ ...fields, version, updatedAt: new Date(now).toISOString() }, body);
}
