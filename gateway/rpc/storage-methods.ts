import { WireCode } from '../../shared/aun/errors';
import { RpcError } from '../errors';
import type { Method, SessionHandler } from './method';
import { inSession } from './method';
import {
  completeUpload,
  createDownloadTicket,
  createUploadSession,
  deleteObject,
  getObject,
  headObject,
  putObject,
} from './storage';
import { checkUpload, getLimits, getQuota, listObjects, listPrefixes } from './storage-browse';
import { listFiles, removeFile, statFile } from './storage-files';
import { createShareLink, getByShare, listShareLinks, revokeShareLink } from './storage-shares';

function available(handle: SessionHandler): Method {
  return inSession((call) => {
    if (!call.gateway.storage.faults.available) {
      throw new RpcError(WireCode.serviceUnavailable, 'storage temporarily unavailable');
    }
    return handle(call);
  });
}

/** The `storage.*` namespace (`protocol/06 §1.3`) and what 0.5.4 needs of its own (`§1.7`). */
export const storageMethods: Readonly<Record<string, Method>> = {
  'storage.put_object': available(putObject),
  'storage.get_object': available(getObject),
  'storage.head_object': available(headObject),
  'storage.delete_object': available(deleteObject),
  'storage.list_objects': available(listObjects),
  'storage.list_prefixes': available(listPrefixes),
  'storage.get_quota': available(getQuota),
  'storage.create_upload_session': available(createUploadSession),
  'storage.complete_upload': available(completeUpload),
  'storage.create_download_ticket': available(createDownloadTicket),
  'storage.get_limits': available(getLimits),
  'storage.check_upload': available(checkUpload),
  'storage.create_share_link': available(createShareLink),
  'storage.list_share_links': available(listShareLinks),
  'storage.revoke_share_link': available(revokeShareLink),
  'storage.get_by_share': available(getByShare),
  'storage.fs.list': available(listFiles),
  'storage.fs.stat': available(statFile),
  'storage.fs.lstat': available(statFile),
  'storage.fs.remove': available(removeFile),
};
