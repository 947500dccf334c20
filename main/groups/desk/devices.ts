import { z } from 'zod';
import { AunError } from '../../runtime/errors';
import { line, time } from '../wire-values';
import { readList } from '../wire';
import type { DeskParams, DeskResult } from './contract';
import type { DeskSupport } from './support';

const deviceSchema = z.object({
  device_id: z.string().min(1).max(128),
  slot_id: z.string().max(128).catch(''),
  device_name: line(128),
  last_pull_at: time,
});

/** Places that a group keeps for own devices: what they have read, not what they may (`protocol/05 §13.18`). */
export class Devices {
  constructor(private readonly support: DeskSupport) {}

  async devices({ group }: DeskParams<'devices'>): Promise<DeskResult<'devices'>> {
    const record = this.support.require(group);
    const answer = await this.support.call('group.list_devices', record);
    const devices = readList(answer, 'devices').items.flatMap((item) => {
      const parsed = deviceSchema.safeParse(item);
      if (!parsed.success) return [];
      const { device_id: device, slot_id: slot, device_name: name, last_pull_at: lastPullAt } = parsed.data;
      return [{ device, slot, name, lastPullAt, own: this.isThis(device, slot) }];
    });
    return { devices };
  }

  /** @throws AunError `invalid_request` for the place of this device */
  async forgetDevice({
    group,
    device,
    slot,
  }: DeskParams<'forgetDevice'>): Promise<DeskResult<'forgetDevice'>> {
    const record = this.support.require(group);
    if (this.isThis(device, slot))
      throw new AunError('invalid_request', 'the place of the device in use is kept');
    await this.support.call('group.unregister_device', record, { device_id: device, slot_id: slot });
    return {};
  }

  private isThis(device: string, slot: string): boolean {
    return device === this.support.deps.deviceId && slot === this.support.deps.slotId;
  }
}
