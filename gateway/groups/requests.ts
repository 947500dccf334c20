import { z } from 'zod';
import type { JsonObject } from '../../shared/aun/canonical-json';
import { invalidParams, RpcError } from '../errors';
import type { JoinRequestRow } from '../store/group-joining';
import type { Admitted } from './admission';
import { admit, requireAdmissible } from './admission';
import type { GroupCall } from './calls';
import { groupMethod } from './calls';
import { groupError } from './errors';
import { aidField, pageFields, pageOf, reasonField } from './fields';
import { memberFacts, requestFacts } from './objects';
import { matchesPattern } from './patterns';
import { signatureOf } from './signed';

const DEFAULT_MAX_PENDING = 100;

const requestSchema = z.object({
  message: z.string().max(500).default(''),
  answer: z.string().max(500).default(''),
});
type RequestInput = z.infer<typeof requestSchema>;

/** What somebody gets who has just come in, whichever way (`protocol/05 §4.3`). */
export function joinedAnswer(context: GroupCall, { member, oldEpoch }: Admitted): JsonObject {
  const { groups, group, session, ids } = context;
  return {
    status: 'joined',
    group: groups.object(group, session),
    member: { ...ids, ...memberFacts(member) },
    old_epoch: oldEpoch,
  };
}

function requestJoin(context: GroupCall, input: RequestInput): unknown {
  const { gateway, groups, group, aid } = context;
  groups.requireActive(group);
  requireAdmissible(context, aid);
  const mode = groups.joinMode(group);
  if (mode === 'invite_only') throw groupError('invite_only');
  if (mode === 'closed') throw groupError('join_closed');
  const patterns = gateway.store.groupSettings.get(group.id, 'join.auto_approve_patterns')?.value;
  if (mode === 'open' || matchesPattern(patterns, aid)) {
    return joinedAnswer(
      context,
      groups.transaction(() => admit(context, { aid, action: 'joined' })),
    );
  }
  return ask(context, input);
}

function ask(context: GroupCall, input: RequestInput): unknown {
  const { gateway, groups, group, aid, now, ids } = context;
  const { groupJoining, groupSettings } = gateway.store;
  if (groupJoining.request(group.id, aid)?.status === 'pending') throw groupError('join_pending');
  const question = groups.text(group, 'join.question');
  if (question.trim() !== '' && input.answer.trim() === '') return { status: 'question_required', question };
  const most = groupSettings.get(group.id, 'join.max_pending')?.value;
  const waiting = groupJoining.requests(group.id, 'pending').length;
  if (waiting >= (typeof most === 'number' ? most : DEFAULT_MAX_PENDING)) throw groupError('pending_limit');
  const request: JoinRequestRow = {
    aid,
    message: input.message,
    answer: input.answer,
    status: 'pending',
    createdAt: now,
    updatedAt: now,
    expiresAt: now + groups.limits.requestLifetime,
    reviewedBy: null,
    rejectionReason: null,
  };
  groups.transaction(() => {
    groupJoining.putRequest(group.id, request);
    groups.appendEvent(group, {
      action: 'join_requested',
      actor: aid,
      signature: signatureOf(context.call),
      fields: {
        member_aid: aid,
        request: {
          aid,
          status: 'pending',
          created_at: now,
          expires_at: request.expiresAt,
          message: input.message,
          answer: input.answer,
        },
      },
    });
  });
  return { status: 'pending', request: { ...ids, ...requestFacts(request) } };
}

const listSchema = z.object({
  ...pageFields,
  status: z.enum(['pending', 'approved', 'rejected', 'expired']).default('pending'),
});

function listRequests(context: GroupCall, input: z.infer<typeof listSchema>): unknown {
  const { gateway, groups, group, aid, ids } = context;
  groups.requireAlive(group);
  groups.requireRole(group, aid, 'admin');
  const { rows, facts } = pageOf(gateway.store.groupJoining.requests(group.id, input.status), input);
  return { ...ids, items: rows.map((row) => ({ ...ids, ...requestFacts(row) })), ...facts };
}

const decision = z.object({
  aid: aidField,
  approve: z.boolean().default(true),
  reason: reasonField.default(''),
});
type Decision = z.infer<typeof decision>;

/** Requests may be refused while a group is suspended, but nobody let in (`protocol/05 §3.2`). */
function requireReviewer({ groups, group, aid }: GroupCall, approves: boolean): void {
  if (approves) groups.requireActive(group);
  else groups.requireAlive(group);
  groups.requireRole(group, aid, 'admin');
}

function decide(
  context: GroupCall,
  { aid, approve, reason }: Decision,
): { request: JoinRequestRow; admitted: Admitted | null } {
  const { gateway, groups, group, now, aid: reviewer } = context;
  const { groupJoining } = gateway.store;
  const request = groupJoining.request(group.id, aid);
  if (request?.status !== 'pending') throw groupError('join_request_not_found');
  if (approve) requireAdmissible(context, aid);
  const reviewed: JoinRequestRow = {
    ...request,
    status: approve ? 'approved' : 'rejected',
    updatedAt: now,
    reviewedBy: reviewer,
    rejectionReason: approve ? null : reason,
  };
  const admitted = groups.transaction(() => {
    groupJoining.putRequest(group.id, reviewed);
    if (approve) {
      const seen = { aid, status: 'approved', reviewed_by: reviewer };
      return admit(context, { aid, action: 'join_approved', fields: { request: seen } });
    }
    groups.appendEvent(group, {
      action: 'join_rejected',
      actor: reviewer,
      signature: signatureOf(context.call),
      fields: {
        member_aid: aid,
        request: { aid, status: 'rejected', reviewed_by: reviewer },
        rejection_reason: reason,
      },
      copies: groups.member(group, aid) === null ? [aid] : [],
    });
    return null;
  });
  return { request: reviewed, admitted };
}

function review(context: GroupCall, input: Decision): unknown {
  const { ids } = context;
  requireReviewer(context, input.approve);
  const { request, admitted } = decide(context, input);
  const seen = { ...ids, ...requestFacts(request) };
  if (admitted === null) return { status: 'rejected', request: seen };
  return { ...joinedAnswer(context, admitted), status: 'approved', request: seen };
}

const batchSchema = z.object({
  requests: z.array(decision).optional(),
  aids: z.array(aidField).optional(),
  approve: z.boolean().default(true),
  reason: reasonField.default(''),
});
const MAX_BATCH = 100;

/** Several at once; what fails is said for each, and the others are done all the same. */
function reviewBatch(context: GroupCall, input: z.infer<typeof batchSchema>): unknown {
  const { groups, group, ids } = context;
  const { approve, reason } = input;
  const decisions = input.requests ?? input.aids?.map((aid) => ({ aid, approve, reason })) ?? [];
  if (decisions.length === 0 || decisions.length > MAX_BATCH) throw invalidParams('invalid params: requests');
  requireReviewer(
    context,
    decisions.some((each) => each.approve),
  );
  const oldEpoch = groups.keys.committedEpoch(group.id);
  const results = decisions.map((each) => {
    try {
      const { request } = decide(context, each);
      return {
        aid: each.aid,
        ok: true,
        status: request.status,
        request: { ...ids, ...requestFacts(request) },
      };
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      return { aid: each.aid, ok: false, error: error.message, reason: error.data?.['reason'] ?? '' };
    }
  });
  const done = results.filter((result) => result.ok).length;
  return { results, success_count: done, fail_count: results.length - done, old_epoch: oldEpoch };
}

/** Asking to join, and deciding (`protocol/05 §6.3`). */
export const requestMethods = {
  'group.request_join': groupMethod('groupJoin', requestSchema, requestJoin),
  'group.list_join_requests': groupMethod('groupRead', listSchema, listRequests),
  'group.review_join_request': groupMethod('groupChange', decision, review),
  'group.batch_review_join_request': groupMethod('groupChange', batchSchema, reviewBatch),
};
