import type { SessionMemory, TokenSet } from '../../ports/session';

/** A session memory that can be looked into. */
export class TestMemory implements SessionMemory {
  tokens: TokenSet | null = null;
  urls: readonly string[] = [];

  async loadTokens(): Promise<TokenSet | null> {
    return this.tokens;
  }

  async saveTokens(tokens: TokenSet | null): Promise<void> {
    this.tokens = tokens;
  }

  async loadGatewayUrls(): Promise<readonly string[]> {
    return this.urls;
  }

  async saveGatewayUrls(urls: readonly string[]): Promise<void> {
    this.urls = urls;
  }
}
