/** Where the data planes of this gateway answer. The ports are known once the listeners are up. */
export class Addresses {
  /** Port of the gateway, and of storage with it. */
  port = 0;
  /** Port of streams: the gateway's own unless streams have a listener of their own. */
  streamPort = 0;

  /**
   * `http(s)://{host}:{port}` for a host of an issuer. Never an address of this computer: clients refuse those
   * (`protocol/06 §1.4`).
   */
  http(host: string, secure: boolean): string {
    return `${secure ? 'https' : 'http'}://${host}:${this.port}`;
  }

  /** Base of both stream addresses (`protocol/04 §14.2`). */
  stream(issuer: string, secure: boolean): { push: string; pull: string } {
    const authority = `stream.${issuer}:${this.streamPort}`;
    const s = secure ? 's' : '';
    return { push: `ws${s}://${authority}`, pull: `http${s}://${authority}` };
  }
}
