import path from 'node:path';
import type { GatewayProcess } from '../harness/gateway-process';
import { Person } from '../harness/person';

const SENDERS = 4;
const IN_FLIGHT = 16;

/**
 * Puts `count` encrypted messages into the inbox of `account`, sent by several 0.2.20 clients with sends in flight.
 * Returns how many senders there were.
 */
export async function fillInbox(
  gateway: GatewayProcess,
  folder: string,
  account: string,
  count: number,
): Promise<number> {
  const issuer = gateway.addresses.issuer;
  const senders = await Promise.all(
    Array.from({ length: SENDERS }, (_unused, index) =>
      new Person(gateway, `sender${index}.${issuer}`, path.join(folder, `sender${index}`)).join(),
    ),
  );
  let next = 0;
  const work = async (person: Person): Promise<void> => {
    for (;;) {
      next += 1;
      const number = next;
      if (number > count) return;
      await person.tell(account, `第 ${number} 条：明天上午部署 build ${number}, please review the change.`);
    }
  };
  await Promise.all(senders.flatMap((person) => Array.from({ length: IN_FLIGHT }, () => work(person))));
  await Promise.all(senders.map((person) => person.client.close()));
  return SENDERS;
}
