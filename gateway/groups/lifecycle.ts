import { z } from 'zod';
import { groupName } from '../../shared/aun/group-id';
import { invalidParams } from '../errors';
import { randomHex } from '../runtime';
import type { GroupRow } from '../store/groups';
import { bindingFor, issueGroupCertificate } from './binding';
import type { CallContext, GroupCall } from './calls';
import { groupMethod, plainMethod } from './calls';
import { groupError } from './errors';
import {
  avatarField,
  descriptionField,
  joinModeField,
  metadataField,
  nameField,
  patternsField,
  visibilityField,
} from './fields';
import { GROUP_E2EE_V1, GROUP_E2EE_V2 } from './ids';
import { groupFacts } from './objects';
import { signatureOf } from './signed';

const createSchema = z.object({
  name: nameField,
  group_id: z.string().optional(),
  group_aid: z.string().optional(),
  group_name: z.string().optional(),
  public_key: z.string().optional(),
  curve: z.string().optional(),
  visibility: visibilityField.default('private'),
  description: descriptionField.default(''),
  metadata: metadataField.default({}),
  avatar_ref: avatarField.default(''),
  join_mode: joinModeField.optional(),
  join_question: z.string().max(500).optional(),
  auto_approve_patterns: patternsField.optional(),
  max_pending: z.number().int().nonnegative().optional(),
  group_e2ee_protocol: z.enum([GROUP_E2EE_V1, GROUP_E2EE_V2]).optional(),
});
type CreateInput = z.infer<typeof createSchema>;

/** Bases nobody may choose: numbers are ours, and what begins like one of ours must be whole (`protocol/05 §1.3`). */
const RESERVED_BASE = /^(?:\d+|guest.*|g-(?![a-z0-9]{4,32}$).*)$/;

interface Place {
  readonly base: string;
  readonly domain: string;
}

/** Where the new group goes: where its maker wants it, or under a number of ours. */
function placeFor(context: CallContext, input: CreateInput): Place {
  const { gateway, session } = context;
  const wanted = input.group_id ?? input.group_aid ?? input.group_name ?? '';
  if (wanted.trim() === '') return freePlace(context);
  const name = groupName(wanted, session.issuer);
  if (name === null || RESERVED_BASE.test(name.base)) {
    throw invalidParams('invalid params: group_id');
  }
  if (!gateway.authority.issuers.includes(name.domain)) {
    throw invalidParams(`issuer not hosted here: ${name.domain}`);
  }
  return name;
}

function freePlace({ gateway, session }: CallContext): Place {
  for (;;) {
    const base = `g-${randomHex(4)}`;
    if (gateway.store.groups.find(base, session.issuer) === null) return { base, domain: session.issuer };
  }
}

function requireFree({ gateway }: CallContext, place: Place): void {
  const aid = `${place.base}.${place.domain}`;
  const { groups, accounts } = gateway.store;
  if (groups.find(place.base, place.domain) !== null || groups.byAid(aid) !== null || accounts.exists(aid)) {
    throw groupError('id_taken');
  }
}

async function create(context: CallContext, input: CreateInput): Promise<unknown> {
  const { gateway, groups, aid } = context;
  const place = placeFor(context, input);
  requireFree(context, place);
  if (gateway.store.groups.countOf(aid) >= groups.limits.groupsPerAid) throw groupError('group_limit');
  const binding =
    input.group_name === undefined ? null : bindingFor(context, place.domain, input.group_name, input);
  const certificate = binding === null ? null : await issueGroupCertificate(context, binding);
  const group = groups.transaction(() => {
    requireFree(context, place);
    const made = insert(context, input, place, binding?.aid ?? null);
    certificate?.store();
    groups.appendEvent(made, {
      action: 'upsert',
      actor: aid,
      fields: { group: groupFacts(made, groups.extras(made)) },
    });
    groups.notify(made, [aid], 'group.created', {
      module_id: 'group',
      owner_aid: aid,
      visibility: made.visibility,
    });
    return made;
  });
  return {
    group: groups.object(group, context.session),
    aid,
    ...(certificate === null ? {} : { aid_cert: certificate.answer }),
  };
}

function insert(context: CallContext, input: CreateInput, place: Place, groupAid: string | null): GroupRow {
  const { gateway, groups, session, aid, now } = context;
  const { store } = gateway;
  const id = store.groups.insert(
    {
      base: place.base,
      domain: place.domain,
      name: input.name,
      visibility: input.visibility,
      description: input.description,
      metadata: JSON.stringify(input.metadata),
      avatarRef: input.avatar_ref,
      protocol: input.group_e2ee_protocol ?? (session.generation === 'v1' ? GROUP_E2EE_V1 : GROUP_E2EE_V2),
      groupAid,
      owner: aid,
    },
    now,
  );
  store.groupMembers.insert({
    group: id,
    aid,
    role: 'owner',
    memberType: 'human',
    joinedAt: now,
    joinSeq: 0,
    joinEventSeq: 0,
    joinEpoch: 0,
    minReadEpoch: 0,
  });
  const settings: Readonly<Record<string, unknown>> = {
    'join.mode': input.join_mode,
    'join.question': input.join_question,
    'join.auto_approve_patterns': input.auto_approve_patterns,
    'join.max_pending': input.max_pending,
  };
  for (const [key, value] of Object.entries(settings)) {
    if (value !== undefined) {
      store.groupSettings.put(id, { key, value, updatedAt: now, updatedBy: aid });
    }
  }
  return groups.reload({ id });
}

function changeStatus(context: GroupCall, status: 'active' | 'suspended'): unknown {
  const { gateway, groups, group, aid, now, session } = context;
  groups.requireAlive(group);
  groups.requireRole(group, aid, 'owner');
  if (group.status === status) return { group: groups.object(group, session), status: 'unchanged' };
  groups.transaction(() => {
    gateway.store.groups.update(group.id, { status }, now);
    groups.appendEvent(group, {
      action: status === 'active' ? 'resumed' : 'suspended',
      actor: aid,
      signature: signatureOf(context.call),
      fields: { status },
    });
  });
  return { group: groups.object(group, session), status };
}

/** The one method that looks at the role before the status (`protocol/05 §3.3`). */
function dissolve(context: GroupCall): unknown {
  const { gateway, groups, group, aid, now, ids } = context;
  groups.requireRole(group, aid, 'owner');
  groups.requireAlive(group);
  if (group.status === 'suspended') throw groupError('bad_status');
  groups.transaction(() => {
    gateway.store.groups.update(group.id, { status: 'dissolved', dissolvedAt: now }, now);
    groups.keys.membershipChanged(group);
    groups.keys.forget(group, null);
    groups.appendEvent(group, {
      action: 'dissolved',
      actor: aid,
      signature: signatureOf(context.call),
      fields: { status: 'dissolved' },
      last: true,
    });
  });
  return { ...ids, status: 'dissolved' };
}

const bindSchema = z.object({
  group_name: z.string(),
  public_key: z.string(),
  curve: z.string().optional(),
});

/** Gives a group an AID of its own (`protocol/05 §6.1`). Asked again with the same key it answers the same. */
async function bindAid(context: GroupCall, input: z.infer<typeof bindSchema>): Promise<unknown> {
  const { gateway, groups, group, aid, now, session } = context;
  groups.requireAlive(group);
  groups.requireRole(group, aid, 'owner');
  if (group.groupAid !== null) {
    const active = gateway.store.certificates.active(group.groupAid, 'P-256');
    const same = group.groupAid === `${input.group_name}.${group.domain}`;
    if (!same || active?.publicKey !== input.public_key) throw groupError('already_bound');
    const { authority } = gateway;
    const issuer = authority.issuer(group.domain).certificate.pem;
    return {
      group: groups.object(group, session),
      aid_cert: { cert: active.pem, cert_pem: active.pem, ca_cert: issuer, curve: active.curve },
    };
  }
  const binding = bindingFor(context, group.domain, input.group_name, input);
  const certificate = await issueGroupCertificate(context, binding);
  groups.transaction(() => {
    if (groups.reload(group).groupAid !== null) throw groupError('already_bound');
    gateway.store.groups.update(group.id, { groupAid: binding.aid }, now);
    certificate.store();
    const fresh = groups.reload(group);
    groups.appendEvent(fresh, {
      action: 'update',
      actor: aid,
      fields: { changes: ['group_aid'], group: groupFacts(fresh, groups.extras(fresh)) },
    });
  });
  return { group: groups.object(group, session), aid_cert: certificate.answer };
}

const nothing = z.object({});

/** Making, halting and ending groups (`protocol/05 §6.1`). */
export const lifecycleMethods = {
  'group.create': plainMethod('groupChange', createSchema, create),
  'group.suspend': groupMethod('groupChange', nothing, (context) => changeStatus(context, 'suspended')),
  'group.resume': groupMethod('groupChange', nothing, (context) => changeStatus(context, 'active')),
  'group.dissolve': groupMethod('groupChange', nothing, dissolve),
  'group.bind_aid': groupMethod('groupChange', bindSchema, bindAid),
  'group.bind_group_aid': groupMethod('groupChange', bindSchema, bindAid),
};
