export { createCustodyClient } from './client';
export type { CustodyClient, CustodyOptions, OfferedTransfer, SentCode } from './client';
export type { CustodyRefusalReason } from './service-call';
