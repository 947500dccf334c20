import { silentLogger } from '../../runtime/logger';
import { systemRandom } from '../../runtime/runtime';
import { V1Engine } from '../v1/engine';
import { TestIdentity } from './parties';
import { vectorAid, vectorCertificate, vectorKey, vectorPrekey, vectors } from './vectors';
import { MemoryStore, TestGateway, TestTime, TestTrust } from './world';

/** An engine that holds what `person` holds in the vectors. */
export function vectorReceiver(person: string): V1Engine {
  const gateway = new TestGateway();
  for (const name of Object.keys(vectors.certs)) gateway.serve(vectorCertificate(name));
  const store = new MemoryStore();
  for (const name of ['bob_laptop', 'alice_tablet']) {
    const { owner, private_key: key, upload_params: upload } = vectorPrekey(name);
    if (owner !== person) continue;
    store.prekeyRows.set(upload.prekey_id, {
      prekeyId: upload.prekey_id,
      deviceId: upload.device_id ?? '',
      privateKeyPkcs8: vectorKey(key).export({ type: 'pkcs8', format: 'der' }),
      createdAt: upload.created_at ?? 0,
    });
  }
  const identity = new TestIdentity(vectorAid(person), vectorKey(`${person}_identity`));
  identity.held.push(vectorCertificate(person));
  const time = new TestTime();
  return new V1Engine({
    identity,
    deviceId: 'dev-test',
    rpc: gateway.rpcOf(identity.aid),
    pki: gateway,
    verifier: gateway,
    store,
    trust: new TestTrust(),
    runtime: { clock: time.clock, random: systemRandom, scheduler: time, logger: silentLogger },
    pool: null,
  });
}
