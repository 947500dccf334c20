import { generateKeyPairSync } from 'node:crypto';
import type { Contact } from '../../../shared/model/people';
import type { Certificate } from '../../ports/identity';
import type { StoreChange } from '../../ports/store';
import { silentLogger } from '../../runtime/logger';
import { openTestStore } from '../../store/store-test-support';
import type { TestStore } from '../../store/store-test-support';
import { createPeople } from '../trust/people';
import type { PeopleService } from '../trust/people';
import { createCertificateVerifier } from '../verifier';
import { makeTestNetwork, testAid, testClock } from './test-network';
import type { TestClock, TestNetwork } from './test-network';

/** The account of these tests, and somebody it talks to. */
export const me = testAid('me-x.aun.test');
export const bob = testAid('bobby.aun.test');

/** b64 of the SPKI DER of a new key. */
export function newSpki(): string {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
}

/** b64 of the SPKI DER of a certificate's key. */
export function spkiText(of: Certificate): string {
  return of.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
}

/** An account with a real database, real certificates and one conversation. */
export class PeopleWorld {
  readonly published: StoreChange[] = [];
  readonly released: string[] = [];
  changed: Contact[] = [];
  people: PeopleService;
  readonly #ownSpki = newSpki();

  private constructor(
    readonly clock: TestClock,
    readonly network: TestNetwork,
    readonly test: TestStore,
  ) {
    this.people = this.start();
  }

  static async make(): Promise<PeopleWorld> {
    const clock = testClock();
    const world = new PeopleWorld(clock, await makeTestNetwork('aun.test', clock), await openTestStore());
    await world.test.store.openConversation(bob, 'direct', bob, clock.now());
    await world.test.store.setSecurity(bob, 'encrypted');
    return world;
  }

  /** The same account after a restart. */
  start(): PeopleService {
    const { network, clock } = this;
    this.people = createPeople({
      aid: me,
      identity: { aid: me, publicKeySpki: this.#ownSpki },
      store: this.test.store,
      pki: network.pki,
      verifier: this.#verifier(),
      clock,
      logger: silentLogger,
      publish: (change) => this.published.push(change),
      changed: (contact) => this.changed.push(contact),
      released: (aid) => this.released.push(aid),
    });
    return this.people;
  }

  /** A verified certificate of bob, for a key of its own unless one is given. */
  async certificate(spki: string = newSpki()): Promise<Certificate> {
    const { clock, network, test } = this;
    const found = await this.#verifier().verifyPeer(bob, await network.leaf(`CN=${bob}`, { spki }));
    const { fingerprint, spkiFingerprint, pem } = found;
    await test.store.saveCertificate({
      aid: bob,
      fingerprint,
      spkiFingerprint,
      pem,
      verifiedAt: clock.now(),
    });
    return found;
  }

  /** The notice lines of the conversation. */
  async notices(): Promise<string[]> {
    const { messages } = await this.test.store.page(bob, { limit: 50 });
    return messages.flatMap(({ content }) =>
      content.kind === 'notice' ? [`${content.notice} ${content.detail}`] : [],
    );
  }

  async security(): Promise<string | undefined> {
    return (await this.test.store.conversation(bob))?.security;
  }

  #verifier() {
    const { network, clock } = this;
    return createCertificateVerifier({
      pki: network.pki,
      trustRoots: [network.root.pem],
      pinnedIssuer: true,
      clock,
      logger: silentLogger,
    });
  }
}
