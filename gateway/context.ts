import type { Addresses } from './addresses';
import type { LoginChallenges } from './auth/challenges';
import type { TokenService } from './auth/tokens';
import type { CertificateAuthority } from './ca/authority';
import type { GatewayConfig } from './config';
import type { CustodyService } from './custody/service';
import type { Faults } from './faults';
import type { RateLimiter } from './limits';
import type { GroupKeyService } from './group-keys/service';
import type { AfterReply } from './groups/after-reply';
import type { GroupService } from './groups/service';
import type { GatewayLog } from './log';
import type { MessageDelivery } from './messages/delivery';
import type { EphemeralMail } from './messages/ephemeral';
import type { ThoughtBoard } from './messages/thoughts';
import type { GatewayClock } from './runtime';
import type { SessionRegistry } from './sessions/registry';
import type { ObjectStorage } from './storage/service';
import type { ShareLinks } from './storage/shares';
import type { GatewayStore } from './store/store';
import type { StreamHub } from './streams/hub';

/** Everything the handlers work with; built once in `server.ts`. */
export interface GatewayContext {
  readonly config: GatewayConfig;
  readonly clock: GatewayClock;
  readonly log: GatewayLog;
  readonly store: GatewayStore;
  readonly authority: CertificateAuthority;
  readonly tokens: TokenService;
  readonly challenges: LoginChallenges;
  readonly sessions: SessionRegistry;
  readonly limits: RateLimiter;
  readonly faults: Faults;
  readonly delivery: MessageDelivery;
  readonly ephemeral: EphemeralMail;
  readonly thoughts: ThoughtBoard;
  readonly custody: CustodyService;
  readonly addresses: Addresses;
  readonly storage: ObjectStorage;
  readonly shares: ShareLinks;
  readonly streams: StreamHub;
  readonly afterReply: AfterReply;
  readonly groups: GroupService;
  readonly groupKeys: GroupKeyService;
}
