import { parseAid } from '../../shared/aun/aid';
import type { Aid } from '../../shared/aun/aid';
import type { Account as AccountSnapshot } from '../../shared/model/account';
import { isLoopback, parseGatewayUrl } from '../gateway/targets';
import { createCustodyClient } from '../identity/custody';
import type { CustodyClient, OfferedTransfer, SentCode } from '../identity/custody';
import type { IdentityMaterial } from '../ports/identity';
import { AunError } from '../runtime/errors';
import type { Runtime } from '../runtime/runtime';
import type { AccountManager } from './account-manager';
import { noteCustody } from './backup-status';
import type { NetworkRecord } from './network-registry';
import type { NetworkServices } from './network-services';

/** What keeping keys with a custody service works with. */
export interface CustodyDeskParts {
  readonly accounts: AccountManager;
  readonly networkServices: NetworkServices;
  readonly runtime: Runtime;
}

/** Identities and the custody services of their networks (`protocol/06 §6`). */
export class CustodyDesk {
  /** One client for each network: it keeps what a service gives out only once. */
  private readonly clients = new Map<string, CustodyClient>();

  constructor(private readonly parts: CustodyDeskParts) {}

  /** A network changed: its service may be another one. */
  forget(network: string): void {
    this.clients.delete(network);
  }

  async find(network: string, account: string | null): Promise<{ available: boolean; host: string | null }> {
    const { client } = await this.at(network);
    const found = await client.find(account === null ? null : address(account));
    return { available: found !== null, host: found?.host ?? null };
  }

  /** Has a code sent, to bind a phone to `account` or to restore `aid`. */
  async sendCode(request: {
    readonly network: string;
    readonly account: string | null;
    readonly aid: string | null;
    readonly phone: string;
  }): Promise<SentCode> {
    const { phone } = request;
    if (request.account !== null) {
      const { client, account } = await this.of(request.account);
      const token = await account.session.accessToken();
      return client.sendCode({ aid: account.aid, phone, token });
    }
    if (request.aid === null) throw new AunError('invalid_request', 'a code is for an identity');
    const { client } = await this.at(request.network);
    return client.sendCode({ aid: address(request.aid), phone, token: null });
  }

  async backup(aid: string, phone: string, code: string, secret: string): Promise<{ storedAt: number }> {
    const { client, account } = await this.of(aid);
    const token = await account.session.accessToken();
    const { identity } = account.services;
    const { storedAt } = await client.backup({ identity, phone, code, secret, token });
    await noteCustody(account.store, storedAt);
    account.refresh();
    return { storedAt };
  }

  restore(
    network: string,
    request: {
      readonly aid: string;
      readonly phone: string;
      readonly code: string;
      readonly secret: string;
    },
  ): Promise<AccountSnapshot> {
    const aid = address(request.aid);
    return this.take(network, aid, (client) => client.restore({ ...request, aid }));
  }

  async offerTransfer(aid: string): Promise<OfferedTransfer> {
    const { client, account } = await this.of(aid);
    const token = await account.session.accessToken();
    return client.offerTransfer({ identity: account.services.identity, token });
  }

  claimTransfer(
    network: string,
    request: { readonly aid: string; readonly transferCode: string; readonly oneTimePassword: string },
  ): Promise<AccountSnapshot> {
    const aid = address(request.aid);
    return this.take(network, aid, (client) => client.claimTransfer({ ...request, aid }));
  }

  private async take(
    network: string,
    aid: Aid,
    fetch: (client: CustodyClient) => Promise<IdentityMaterial>,
  ): Promise<AccountSnapshot> {
    const { accounts } = this.parts;
    // A service gives a key out only once: what would be refused afterwards is refused before.
    accounts.refuseImport(aid);
    const { client, record } = await this.at(network);
    const { snapshot } = await accounts.importIdentity(async (open) => {
      await open(await fetch(client), record);
    });
    return snapshot;
  }

  private async of(aid: string) {
    const account = await this.parts.accounts.get(aid);
    return { account, ...(await this.at(this.parts.accounts.entry(aid).network)) };
  }

  private async at(network: string): Promise<{ client: CustodyClient; record: NetworkRecord }> {
    const { networkServices, runtime } = this.parts;
    const record = await networkServices.ready(network);
    const known = this.clients.get(record.id);
    if (known !== undefined) return { client: known, record };
    const { clock, random, logger } = runtime;
    const { web, verifier } = networkServices.outside(record);
    const local = record.gatewayUrl !== null && isLoopback(parseGatewayUrl(record.gatewayUrl).address);
    const { issuer } = record;
    const client = createCustodyClient({ web, issuer, local, verifier, clock, random, logger });
    this.clients.set(record.id, client);
    return { client, record };
  }
}

/** @throws AunError `invalid_aid` */
function address(text: string): Aid {
  const aid = parseAid(text);
  if (aid === null) throw new AunError('invalid_aid', 'this is not an AUN address');
  return aid;
}
