import { describe, expect, it } from 'vitest';
import { deliveryNumbers } from './delivery-numbers';

const sealedFor = (...devices: string[]) => ({
  type: 'e2ee.multi_device',
  payload: { recipient_copies: devices.map((device_id) => ({ device_id, envelope: {} })), self_copies: [] },
});

describe('which acknowledgements tell of a delivery', () => {
  it('are those of the devices the gateway names', () => {
    const named = { phone: 4, desk: 9 };
    expect(deliveryNumbers({ seq: 9, device_seqs: named }, sealedFor('phone', 'desk'))).toEqual({
      seq: 9,
      deviceSeqs: named,
    });
    expect(deliveryNumbers({ seq: 0, device_seqs: {} }, sealedFor('phone'))).toEqual({
      seq: 0,
      deviceSeqs: {},
    });
  });

  it('are those of the one device it was sealed for, where the gateway names none', () => {
    expect(deliveryNumbers({ seq: 7 }, sealedFor('phone'))).toEqual({ seq: 7, deviceSeqs: { phone: 7 } });
  });

  it('are none where it was sealed for several and the one number may be anybody’s', () => {
    const nobody = { seq: null, deviceSeqs: null };
    expect(deliveryNumbers({ seq: 7 }, sealedFor('phone', 'desk'))).toEqual(nobody);
    expect(deliveryNumbers({}, sealedFor('phone'))).toEqual(nobody);
  });

  it('are any with that number where nothing is known of devices', () => {
    expect(deliveryNumbers({ seq: 7 }, { message_id: 'x' })).toEqual({ seq: 7, deviceSeqs: null });
  });
});
