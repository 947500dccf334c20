import type { GroupEnvelopes } from '../../ports/group-e2ee';
import type { GroupCourier } from '../../ports/groups';

const none = (): never => {
  throw new Error('there are no groups here');
};

/** The part of an end-to-end engine that suites without groups do not use. */
export const noGroupEnvelopes: GroupEnvelopes = {
  sealGroup: none,
  openGroup: () => Promise.reject(new Error('there are no groups here')),
  recognizesGroup: () => false,
  groupPeers: {
    certificate: () => Promise.reject(new Error('there are no groups here')),
    certificateNamed: () => Promise.reject(new Error('there are no groups here')),
    sealForServer: none,
    openFromServer: () => null,
    forgetDevices: () => undefined,
  },
};

/** A courier that goes nowhere. */
export const noCourier: GroupCourier = {
  send: () => Promise.reject(new Error('there are no groups here')),
  recall: () => Promise.reject(new Error('there are no groups here')),
};
