import { expect, it } from 'vitest';
import type { Network } from '../../../shared/model/network';
import { defaultNetwork, isGatewayAddress, publicNetwork } from './onboarding-flow';

const local: Network = { ...publicNetwork, id: 'aun.test', issuer: 'aun.test', kind: 'local' };

it('tells a gateway address, which is pinned, from an issuer, which is discovered', () => {
  expect(isGatewayAddress(' ws://127.0.0.1:8080/aun')).toBe(true);
  expect(isGatewayAddress('HTTPS://gateway.example.org')).toBe(true);
  expect(isGatewayAddress('agentid.pub')).toBe(false);
});

it('starts with the public network where there is one', () => {
  expect(defaultNetwork([local, publicNetwork])).toBe(publicNetwork);
  expect(defaultNetwork([local])).toBe(local);
  expect(defaultNetwork([])).toBe(publicNetwork);
});
