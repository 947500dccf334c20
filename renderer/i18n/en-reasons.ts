import type { AidProblem } from '../../shared/aun/aid';
import type { ErrorCode } from '../../shared/bridge/errors';
import type { BlockedReason } from '../../shared/model/account';
import type { UndecryptableReason } from '../../shared/model/message';
import type { WaitReason } from '../../shared/model/wait-reasons';

/** The compiler checks that every code has a text; the test checks it again for both languages. */
export interface ReasonTexts {
  readonly errors: Readonly<Record<ErrorCode, string>>;
  readonly blocked: Readonly<Record<BlockedReason, string>>;
  readonly wait: Readonly<Record<WaitReason, string>>;
  readonly unreadable: Readonly<Record<UndecryptableReason, string>>;
  readonly aid: Readonly<Record<AidProblem, string>>;
}

/** What happened, what is safe, what to do: one text for every code. */
export const enReasons = {
  errors: {
    internal: 'Something went wrong inside Parley. Nothing was lost. Try again.',
    invalid_request: 'Parley could not understand this request. Try again.',
    unknown_command: 'This version of Parley can’t do that.',
    unknown_account: 'This identity is not on this computer.',
    unknown_conversation: 'This conversation does not exist.',
    unknown_message: 'This message does not exist any more.',
    invalid_aid: 'This is not a valid address.',
    name_taken: 'This name is taken. Choose another one.',
    name_reserved: 'This name is reserved for the network itself. Choose another one.',
    own_key_elsewhere:
      'This name belongs to another key. If it is yours, bring its key from your other computer.',
    network_unknown: 'This network is not set up on this computer.',
    network_unreachable: 'The network can’t be reached. Check your connection and try again.',
    gateway_unreachable: 'The gateway does not answer. It may be down; try again in a while.',
    gateway_unhealthy: 'The gateway says it is not well. Try again in a while.',
    gateway_not_trusted: 'The gateway could not prove who it is. Nothing was sent to it.',
    gateway_refused: 'The gateway refused this.',
    discovery_failed: 'No gateway was found at this address. Check the spelling.',
    tls_failed: 'No secure connection was possible. Nothing was sent.',
    connection_closed: 'The connection was closed. Parley connects again by itself.',
    request_timeout: 'No answer came in time. Try again.',
    protocol_error: 'The gateway answered in a way Parley does not understand.',
    frame_too_large: 'The gateway sent more than is allowed at once. It was ignored.',
    sign_in_failed: 'Signing in failed. Your identity is safe on this computer.',
    token_expired: 'Your sign-in has expired. Parley signs in again by itself.',
    clock_skew: 'This computer’s clock is wrong. Set it right and try again.',
    trust_list_no_authority:
      'This is a list of trust roots. Such a list counts only when config.json names the key of the authority that signs it (trust_authority_path).',
    trust_list_refused:
      'This list of trust roots is refused: the authority did not sign it, or a newer one is known.',
    certificate_invalid: 'A certificate could not be verified.',
    certificate_revoked: 'This certificate was revoked.',
    certificate_mismatch: 'The certificate belongs to a different key.',
    revocation_list_invalid: 'The list of revoked certificates could not be verified.',
    permission_denied: 'You are not allowed to do this.',
    not_found: 'It was not found.',
    rate_limited: 'That was too much in a short time. Wait a moment.',
    server_busy: 'The network is busy. Try again in a moment.',
    message_too_large: 'This message is too long. Shorten it, or send it in parts.',
    message_empty: 'There is nothing to send.',
    recipient_unknown: 'Nobody has this address.',
    recipient_without_keys: 'The recipient has not set up encryption yet.',
    recipient_keys_invalid: 'The recipient’s keys could not be verified, so nothing was sent.',
    recipient_certificate_revoked: 'The recipient’s certificate was revoked, so nothing was sent.',
    recipient_identity_changed: 'The recipient’s keys changed. Check the safety number before you go on.',
    unreachable_issuer: 'The recipient’s network can’t be reached from here.',
    not_encrypted_refused: 'This would not have been encrypted, so it was not sent.',
    undecryptable: 'This message can’t be read yet.',
    vault_locked: 'Parley is locked. Enter your passphrase first.',
    vault_unavailable: 'The computer’s key store is not available.',
    vault_wrong_passphrase: 'That is not the passphrase. Try again.',
    key_unreadable: 'The key of this identity can’t be read. Its files are untouched.',
    database_damaged: 'The message database is damaged. Its files are untouched.',
    database_too_new: 'These messages were stored by a newer Parley. Update Parley to open them.',
    disk_full: 'The disk is full. Make room and try again.',
    local_network_failed: 'The local network could not be started. Try again.',
    already_exists: 'It exists already.',
    cancelled: 'It was cancelled.',
    busy: 'Something else is being done with this identity. Try again when it has finished.',
    backup_wrong_passphrase:
      'This passphrase does not open the backup, or the file was changed. Nothing was restored.',
    backup_damaged: 'The backup is damaged or incomplete. Nothing was restored; look for another copy.',
    backup_too_new: 'This backup was made by a newer Parley. Update Parley, then try again.',
    backup_not_a_backup: 'This file is not a Parley backup.',
    profile_too_large: 'The profile is longer than 4096 bytes. Shorten it.',
    profile_invalid: 'The profile lacks something it must have. Look at the marked fields.',
    profile_conflict: 'The profile was changed on another device meanwhile. Look at that version first.',
    safety_number_differs:
      'The numbers don’t match. Nothing was marked as verified; find out why before you go on.',
    account_archived: 'This identity has a newer key elsewhere. Here you can only read its history.',
    sdk_folder_not_found: 'There are no identities of the AUN SDKs in this folder.',
    sdk_key_unreadable: 'The key could not be opened. Check the seed password. The folder was left as it is.',
    custody_unavailable: 'This network offers no custody service.',
    custody_refused: 'The custody service refused this.',
    custody_wrong_code: 'The code is wrong or too old. Ask for a new one.',
    custody_rate_limited: 'Too many codes were asked for. Wait a while.',
    custody_foreign_envelope: 'This key was stored by another app, in a form Parley can’t open.',
    captive_portal:
      'This network wants you to sign in on its own page first. Open a browser, then come back.',
    link_invalid: 'This link does not name an AUN address.',
    attachment_too_large: 'This file is too large for this network. Nothing was sent.',
    attachment_empty: 'This file is empty.',
    attachment_damaged: 'The file is damaged or was tampered with. It was thrown away.',
    attachment_gone: 'The storage server no longer has this file. Ask the sender to send it again.',
    attachment_unsupported: 'This file is protected in a way that Parley does not know.',
    attachment_unreadable: 'The file on this computer can no longer be read. Attach it again.',
    too_many_attachments: 'Too many files for one message. Send them in several.',
    storage_full: 'Your storage on this network is full. Delete old files or send a smaller one.',
    recall_too_late: 'It is too late to take this message back.',
    recall_refused: 'The network did not take this message back.',
    card_expired: 'This card is no longer valid.',
    card_answered: 'You have answered this card already.',
    poll_closed: 'This poll is closed.',
    stream_ended: 'This live reply has ended.',
    conversation_blocked: 'You have blocked this address. Unblock it to write.',
    too_many_recipients: 'Choose fewer conversations at once.',
  },
  blocked: {
    signed_in_elsewhere: 'This identity was opened elsewhere on this device.',
    sign_in_rejected: 'The network rejected the sign-in. Your identity is safe on this computer.',
    identity_not_accepted: 'The network does not accept this identity.',
    sign_in_timed_out: 'Signing in took too long.',
    challenge_rejected: 'The network rejected the sign-in challenge.',
    federation_denied: 'The network does not let this identity in from its own network.',
    evicted_by_quota: 'Too many devices are signed in with this identity.',
    name_belongs_to_another_key:
      'On the network this name belongs to another key than the one on this computer. If you changed the key on another device, bring it here.',
    certificate_revoked:
      'The certificate of this identity was revoked. It can’t be used any more; its messages stay readable here.',
    certificate_mismatch: 'The network holds a certificate for a different key.',
    certificate_expired: 'The certificate of this identity has expired.',
    not_registered: 'The network does not know this identity. It can be registered again with the same key.',
    gateway_not_trusted: 'The gateway could not prove who it is. Nothing was sent to it.',
    protocol_mismatch: 'The gateway speaks a version Parley does not understand.',
    vault_locked: 'Parley is locked.',
    key_unreadable: 'The key of this identity can’t be read.',
    database_damaged: 'The message database of this identity is damaged.',
    short_connection_limit: 'Too many connections are open with this identity.',
    captive_portal:
      'This network shows its own sign-in page instead of the gateway. Open a browser and sign in there.',
    clock_wrong: 'This computer’s clock is too far from the right time to check certificates. Set it right.',
    archived: 'This identity has a newer key on another device. Its history stays readable here.',
  },
  wait: {
    offline: 'Waiting for a connection. It will be sent by itself.',
    recipient_without_keys:
      '{{name}} has not set up encryption yet. Your message is kept and will be sent when they have.',
    recipient_keys_invalid:
      'The keys of {{name}} could not be verified. Your message is kept and was not sent.',
    rate_limited: 'The network asks for a pause. It will be sent by itself.',
    server_busy: 'The network is busy. It will be sent by itself.',
    unreachable_issuer: 'The network of {{name}} can’t be reached. It will be sent when it can.',
    retrying: 'Not through yet. It will be tried again by itself.',
    keys_changed:
      '{{name}}’s keys changed. Your message is kept until you have checked the safety number or gone on with the new key.',
    certificate_revoked:
      '{{name}}’s certificate was revoked. Your message is kept until they have a new one.',
    certificate_unusable:
      '{{name}}’s certificate can’t be used now. Your message is kept and tried again by itself.',
    uploading: 'Its files are being uploaded.',
  },
  unreadable: {
    malformed_envelope: 'It arrived incomplete or garbled.',
    unknown_generation: 'It uses a kind of encryption this version does not know.',
    wrong_recipient: 'It was locked for somebody else.',
    sender_mismatch: 'It claims to come from somebody else than who signed it.',
    sender_certificate_unavailable: 'The sender’s certificate hasn’t arrived.',
    sender_certificate_invalid: 'The sender’s certificate could not be verified.',
    signature_invalid: 'The sender’s signature is not right, so it is not shown.',
    aad_mismatch: 'Its outside does not match what the sender sealed.',
    recipient_certificate_unknown: 'It was locked for a key that is not on this computer.',
    prekey_missing: 'Its key hasn’t arrived or was used up.',
    metadata_invalid: 'Its additional data could not be verified.',
    decryption_failed: 'The key does not open it.',
    plaintext_invalid: 'It was opened, but its content makes no sense.',
  },
  aid: {
    empty: 'Enter a name.',
    too_short: 'At least 4 characters.',
    too_long: 'At most 64 characters.',
    bad_character: 'Only a–z, 0–9, _ and - are allowed.',
    bad_start: 'It can’t begin with a hyphen.',
    reserved: 'This name is reserved for the network itself.',
    guest_prefix: 'Names that begin with “guest” are reserved.',
    group_prefix: 'Names that begin with “g-” are reserved for groups.',
    missing_issuer: 'Add the network after a dot, as in lin.agentid.pub.',
    bad_issuer: 'The part after the dot is not a valid network.',
  },
} as const satisfies ReasonTexts;
