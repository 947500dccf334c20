import { generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { formatAgentMd } from '../../../../shared/aun/agent-md';
import { emptyAgentMdFields } from '../../../../shared/aun/agent-md-model';
import type { AgentMdFields } from '../../../../shared/aun/agent-md-model';
import type { Aid } from '../../../../shared/aun/aid';
import type { Profile } from '../../../../shared/model/people';
import type { Identity, PkiSource } from '../../../ports/identity';
import type { Profiles } from '../../../ports/profile';
import type { AccountStore, ProfileRecord } from '../../../ports/store';
import type { WebClient, WebRequest, WebResponse } from '../../../ports/web';
import { silentLogger } from '../../../runtime/logger';
import { openTestStore } from '../../../store/store-test-support';
import { parseCertificate } from '../../certificate';
import { makeTestNetwork, testAid, testClock, unreachable } from '../../testing/test-network';
import type { TestClock, TestNetwork } from '../../testing/test-network';
import { createCertificateVerifier } from '../../verifier';
import { etagOf, signDocument } from '../document';
import { createProfiles } from '../index';
import { createDocumentVerifier } from '../verify';

/** An identity with its key and the certificates it was given. */
export interface Person {
  readonly aid: Aid;
  readonly identity: Identity;
  readonly privateKey: KeyObject;
  readonly pem: string;
}

/** What hosts of this world answer, before their documents are looked at. Null: the ordinary answer. */
type Interceptor = (request: WebRequest) => WebResponse | Promise<WebResponse> | null;

/** An answer made by a test. */
export function answer(status: number, body: string | Uint8Array = '', headers = {}): WebResponse {
  return { status, headers, body: Buffer.from(body) };
}

function aPair(): { privateKey: KeyObject; spki: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey, spki: publicKey.export({ type: 'spki', format: 'der' }).toString('base64') };
}

/** A network with an authority, hosts that serve documents as `protocol/06 §5.3` says, and a gateway that knows certificates. */
export class ProfileWorld {
  readonly requests: WebRequest[] = [];
  /** Statuses of the answers to {@link requests}. */
  readonly statuses: number[] = [];
  readonly documents = new Map<string, Uint8Array>();
  /** Certificates of an address, the current one last. */
  readonly certificates = new Map<string, string[]>();
  intercept: Interceptor = () => null;
  /** Replaces what the gateway says about certificates; undefined: the ordinary answer. */
  interceptCertificate: (aid: string, fingerprint?: string) => string | null | undefined = () => undefined;
  open = 0;
  widest = 0;

  private constructor(
    readonly clock: TestClock,
    readonly network: TestNetwork,
  ) {}

  static async create(): Promise<ProfileWorld> {
    const clock = testClock();
    return new ProfileWorld(clock, await makeTestNetwork('aun.test', clock));
  }

  readonly pki: PkiSource = {
    chain: (issuer) => this.network.pki.chain(issuer),
    crl: (issuer) => this.network.pki.crl(issuer),
    ocsp: (issuer, serial) => this.network.pki.ocsp(issuer, serial),
    certificate: async (aid, fingerprint) => {
      const special = this.interceptCertificate(aid, fingerprint);
      if (special !== undefined) return special;
      const pems = this.certificates.get(aid) ?? [];
      const match = pems.find((pem) => parseCertificate(pem).fingerprint === fingerprint);
      return match ?? pems[pems.length - 1] ?? null;
    },
  };

  readonly web: WebClient = {
    request: async (request) => {
      this.requests.push(request);
      this.open += 1;
      this.widest = Math.max(this.widest, this.open);
      try {
        const given = await (this.intercept(request) ?? this.#serve(request));
        this.statuses.push(given.status);
        return given;
      } finally {
        this.open -= 1;
      }
    },
  };

  /** Requests with a method, of an address or of all. */
  count(method: WebRequest['method'], aid?: string): number {
    return this.requests.filter(
      (request) => request.method === method && (aid ?? request.host) === request.host,
    ).length;
  }

  /** Makes every request fail as if there were no network. */
  unplug(): void {
    this.intercept = () => Promise.reject(unreachable());
  }

  plugIn(): void {
    this.intercept = () => null;
  }

  /** Somebody with a key and a certificate; a second call for the same name is a change of key. */
  async person(
    name: string,
    options: { notAfter?: number; key?: KeyObject; pair?: { privateKey: KeyObject; spki: string } } = {},
  ): Promise<Person> {
    const aid = testAid(`${name}.aun.test`);
    const pair = options.pair ?? aPair();
    const validity = options.notAfter === undefined ? {} : { notAfter: options.notAfter };
    const pem = await this.network.leaf(`CN=${aid}`, { spki: pair.spki, ...validity });
    this.certificates.set(aid, [...(this.certificates.get(aid) ?? []), pem]);
    return this.personWith(aid, pair.privateKey, pair.spki, pem);
  }

  /** The same person with a renewed certificate for the same key. */
  async renew(person: Person, options: { notAfter?: number } = {}): Promise<Person> {
    const name = person.aid.split('.')[0] ?? '';
    const pair = { privateKey: person.privateKey, spki: person.identity.publicKeySpki };
    return this.person(name, { ...options, pair });
  }

  personWith(aid: Aid, privateKey: KeyObject, spki: string, pem: string): Person {
    const certificate = parseCertificate(pem);
    const identity: Identity = {
      aid,
      privateKey,
      publicKey: certificate.publicKey,
      publicKeySpki: spki,
      certificate: () => certificate,
      certificates: () => [certificate],
      formerKeys: () => [],
      adoptCertificate: () => Promise.reject(new Error('not in this test')),
      sign: (data) => sign('sha256', data, { key: privateKey, dsaEncoding: 'der' }),
    };
    return { aid, identity, privateKey, pem };
  }

  verifier() {
    const { pki, clock, network } = this;
    const trustRoots = [network.root.pem];
    return createCertificateVerifier({ pki, trustRoots, pinnedIssuer: true, clock, logger: silentLogger });
  }

  /** Judges documents as `viewer` would. */
  async judgeFor(viewer: Person) {
    const { store } = await openTestStore();
    const { pki, clock } = this;
    const parts = { identity: viewer.identity, pki, clock, logger: silentLogger, verifier: this.verifier() };
    return { store, documents: createDocumentVerifier({ ...parts, store }) };
  }

  /** The profile service of somebody. */
  async profilesOf(viewer: Person, store?: AccountStore): Promise<ProfileService> {
    const kept = store ?? (await openTestStore()).store;
    const told: { profile: Profile; record: ProfileRecord }[] = [];
    const profiles = createProfiles({
      identity: viewer.identity,
      web: this.web,
      store: kept,
      verifier: this.verifier(),
      pki: this.pki,
      accessToken: () => Promise.resolve(`token-of-${viewer.aid}`),
      clock: this.clock,
      logger: silentLogger,
      changed: (profile, record) => told.push({ profile, record }),
    });
    return { profiles, store: kept, told };
  }

  /** Puts a signed document of somebody on their host; returns its bytes. */
  publish(person: Person, fields: Partial<AgentMdFields> = {}, body = '# Hello\n'): Uint8Array {
    const bytes = this.signed(person, fields, body);
    this.documents.set(person.aid, bytes);
    return bytes;
  }

  signed(person: Person, fields: Partial<AgentMdFields> = {}, body = '# Hello\n'): Uint8Array {
    return Uint8Array.from(
      signDocument(person.identity, documentOf(person.aid, fields, body), this.clock.now()),
    );
  }

  #serve(request: WebRequest): WebResponse {
    const { host, method } = request;
    if (method === 'PUT') {
      const bytes = Uint8Array.from(request.body ?? []);
      this.documents.set(host, bytes);
      const stored = { aid: host, bytes: bytes.length, etag: etagOf(bytes), last_modified: this.#modified() };
      return answer(200, JSON.stringify(stored), { 'content-type': 'application/json' });
    }
    const bytes = this.documents.get(host);
    if (bytes === undefined) return answer(404, 'not published');
    const headers = {
      etag: etagOf(bytes),
      'last-modified': this.#modified(),
      'content-type': 'text/markdown',
    };
    return request.headers?.['if-none-match'] === headers.etag
      ? answer(304, '', headers)
      : answer(200, bytes, headers);
  }

  #modified(): string {
    return new Date(this.clock.now()).toUTCString();
  }
}

/** One account's profile service, what it stores in and what it told. */
export interface ProfileService {
  readonly profiles: Profiles;
  readonly store: AccountStore;
  readonly told: { profile: Profile; record: ProfileRecord }[];
}

/** A complete document of an address, unsigned. */
export function documentOf(aid: string, fields: Partial<AgentMdFields> = {}, body = '# Hello\n'): string {
  const complete = {
    ...emptyAgentMdFields,
    aid,
    name: 'Alice',
    type: 'human',
    version: '1.0.0',
    description: 'A test',
    ...fields,
  };
  return formatAgentMd(complete, body);
}
