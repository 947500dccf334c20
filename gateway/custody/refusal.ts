/** Why the custody service says no (`protocol/06 §6.2`), with the HTTP status that goes with it. */
const STATUS = {
  invalid_request: 400,
  invalid_phone: 400,
  invalid_code: 400,
  invalid_crt: 400,
  invalid_key: 400,
  invalid_token: 401,
  phone_not_bound: 403,
  wrong_auth_type: 403,
  aid_mismatch: 403,
  backup_not_found: 404,
  transfer_not_found: 404,
  transfer_claimed: 409,
  materials_missing: 409,
  transfer_expired: 410,
  rate_limited: 429,
} as const;

/** The name of a refusal on the wire. */
export type RefusalCode = keyof typeof STATUS;

/** A refusal of the custody service; answered as `{"error":{"code","message"}}`. */
export class CustodyRefusal extends Error {
  override readonly name = 'CustodyRefusal';
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.code = code;
  }

  /** HTTP status. */
  get status(): number {
    return STATUS[this.code];
  }
}
