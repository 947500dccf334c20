import { rated } from '../group-keys/rated';
import type { Method } from '../rpc/method';
import { getMetrics, getStats, getSummary } from './figures';
import { getAccess, resolveAccessTicket } from './resource-access';
import { approveRequest, listRequests, rejectRequest, requestAdd, reviewRequest } from './resource-requests';
import {
  deleteResource,
  directAddResource,
  getResource,
  listResources,
  putResource,
  updateResource,
} from './resources';
import { getThoughts, putThought } from './thoughts';

/** Resources, thoughts and figures of groups (`protocol/05 §6.1`, `§6.5`, `§6.7`). */
export const groupExtraMethods: Readonly<Record<string, Method>> = {
  'group.resources.put': rated('groupChange', putResource),
  'group.resources.direct_add': rated('groupChange', directAddResource),
  'group.resources.get': rated('groupRead', getResource),
  'group.resources.list': rated('groupRead', listResources),
  'group.resources.update': rated('groupChange', updateResource),
  'group.resources.delete': rated('groupChange', deleteResource),
  'group.resources.get_access': rated('groupRead', getAccess),
  'group.resources.resolve_access_ticket': rated('groupRead', resolveAccessTicket),
  'group.resources.request_add': rated('groupChange', requestAdd),
  'group.resources.list_pending': rated('groupRead', listRequests),
  'group.resources.list_requests': rated('groupRead', listRequests),
  'group.resources.approve_request': rated('groupChange', approveRequest),
  'group.resources.reject_request': rated('groupChange', rejectRequest),
  'group.resources.review_request': rated('groupChange', reviewRequest),
  'group.thought.put': rated('groupSend', putThought),
  'group.thought.get': rated('groupRead', getThoughts),
  'group.get_stats': rated('groupRead', getStats),
  'group.get_summary': rated('groupRead', getSummary),
  'group.get_metrics': rated('groupRead', getMetrics),
};
