/** Public pictures, such as those of groups: stored with the own gateway, fetched by reference (`protocol/06 §1.2`, §2). */
export interface Pictures {
  /**
   * Checks a picture, takes its metadata out and stores it as a public object of ours.
   * @param base64 a PNG, JPEG or WebP picture of at most 256 KiB
   * @returns the reference, which names its owner, and the address for an `<img>`
   * @throws AunError `attachment_unsupported`, `attachment_too_large`, `storage_full`, gateway errors
   */
  publish(base64: string): Promise<{ readonly reference: string; readonly address: string }>;
  /**
   * Fetches a picture. Never follows an address itself: known forms end in calls to the own gateway.
   * @returns a `data:` address, or null for what is no picture, too large, gone or unknown
   * @throws AunError when it may be there another time (offline, timeout)
   */
  fetch(reference: string): Promise<string | null>;
}
