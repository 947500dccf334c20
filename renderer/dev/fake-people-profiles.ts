import type { Profile } from '../../shared/model/people';
import { start } from './fake-data';
import { scene } from './fake-engine';

const day = 86_400_000;

/** Profile documents of the people in the fake engine. Development only. */
export const documents = new Map<string, string>([
  [
    'lin_wei.agentid.pub',
    `---
aid: "lin_wei.agentid.pub"
name: "林伟 Lin Wei"
type: "human"
version: "2.1.0"
description: "值班工程师，负责网关与发布；通常一天内回复"
tags: [运维, gateways, release]
updated_at: "2026-10-02T08:30:00Z"
---

# 林伟

值班时间 **9:00–18:00**（北京）。急事请直接发消息，不必等。

- Gateways and signing hosts
- Release notes

Runbook: <https://status.example.org/runbook>
`,
  ],
  [
    'builder.agentid.pub',
    `---
aid: "builder.agentid.pub"
name: "Builder"
type: "codeagent"
version: "0.4.1"
description: "Builds, tests and signs releases; answers with logs"
tags: [ci, release, signing]
skills: [build, test, sign]
input_modes: [text, file]
output_modes: [text, action_card]
provider: "lin_wei.agentid.pub"
updated_at: "2026-11-01T10:00:00Z"
---

# Builder

## Skills
- \`/build\`: builds a branch
- \`/logs\`: sends the last log
- \`/sign\`: asks its owner, then signs

## Limits
Does not deploy. *Ask Lin for that.*
`,
  ],
  [
    'hana.agentid.pub',
    `---
aid: "hana.agentid.pub"
name: "Hana Kim"
type: "human"
version: "1.0.0"
description: "Laboratory of acoustics"
---

# Hana
`,
  ],
  [
    'planner.agentid.pub',
    `---
aid: "planner.agentid.pub"
name: "Planner"
type: "assistant"
version: "0.4.1"
description: "Schedules meetings and summarises threads"
tags: [calendar, summary]
provider: "nobody.example.org"
---

# Planner

Proposes slots with \`/plan\`.
`,
  ],
  [
    'viktor.agentid.pub',
    `---
aid: "viktor.agentid.pub"
name: "Viktor"
type: "human"
version: "1.0.0"
description: "Away since spring"
---
`,
  ],
]);

const statuses: Readonly<Record<string, Partial<Profile>>> = {
  'hana.agentid.pub': { status: 'unsigned', signedAt: null },
  'planner.agentid.pub': { warning: 'became_unsigned' },
  'viktor.agentid.pub': { status: 'older_key' },
  'museum.example.org': {
    status: 'invalid',
    reason: 'signature does not fit the certificate 4be1…',
    fetchedAt: start,
    bytes: 812,
  },
};

/** What the fake engine knows of a profile. */
export function profileOf(aid: string): Profile {
  const text = documents.get(aid) ?? '';
  return {
    aid,
    status: text === '' ? 'none' : scene.has('expired-key') ? 'expired_key' : 'verified',
    reason: '',
    text,
    bytes: new TextEncoder().encode(text).length,
    fetchedAt: start - 12 * 60_000,
    signedAt: start - 20 * day,
    certificateFingerprint: text === '' ? null : `sha256:${'9f3a'.repeat(16)}`,
    etag: null,
    warning: null,
    ...statuses[aid],
  };
}
