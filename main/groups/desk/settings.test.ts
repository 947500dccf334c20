import { describe, expect, it } from 'vitest';
import { ALICE, BOB, GROUP, groupRecord, openDesk, owned } from './testing/desk-fixture';

describe('texts and settings', () => {
  it('an empty announcement takes it away; writing it counts as seen', async () => {
    const fixture = await owned();
    const { setAnnouncement } = fixture.desk.commands;
    expect(await setAnnouncement({ group: GROUP, content: 'Meeting at 5' })).toMatchObject({
      announcement: { content: 'Meeting at 5', updatedBy: ALICE, signature: 'verified' },
      announcementSeen: true,
    });
    expect((await setAnnouncement({ group: GROUP, content: ' ' })).announcement).toBeNull();
  });

  it('writes who hears messages and who is on duty in one call', async () => {
    const fixture = await owned();
    await fixture.desk.commands.update({ group: GROUP, dispatchMode: 'mention', duty: [BOB] });
    expect(fixture.calls).toMatchObject([
      {
        method: 'group.set_settings',
        params: {
          settings: {
            dispatch_mode: 'mention',
            'duty.config': { duty_mode: 'fixed', duty_fixed_agents: [BOB] },
          },
        },
      },
    ]);
    expect(fixture.record()).toMatchObject({ dispatchMode: 'mention', duty: [BOB] });
  });

  it('a picture is published first and named by its owner', async () => {
    const fixture = await owned();
    const shown = await fixture.desk.commands
      .update({ group: GROUP, picture: 'AAAA' })
      .catch((thrown: unknown) => thrown);
    expect(fixture.calls[0]?.params).toMatchObject({ avatar_ref: `https://${ALICE}/p.png` });
    expect(shown).toMatchObject({ picture: 'data:image/png;,' });
  });

  it('fetches the picture of a group once it is known', async () => {
    const fixture = await openDesk();
    const record = groupRecord({ pictureRef: `https://${BOB}/group-picture/x.png` });
    fixture.pictures = { ...fixture.pictures, fetch: () => Promise.resolve('data:image/png;base64,AA') };
    await fixture.put(record);
    fixture.desk.recordChanged(record);
    await expect.poll(() => fixture.record().picture).toBe('data:image/png;base64,AA');
  });
});

describe('who is online', () => {
  it('asks at once and every thirty seconds while somebody looks', async () => {
    const fixture = await owned();
    let there = true;
    fixture.answer = () => ({ members: [{ aid: BOB, role: 'member', online: there }] });
    const online = async (): Promise<boolean | null | undefined> =>
      (await fixture.desk.commands.member({ group: GROUP, aid: BOB })).member?.online;
    await fixture.desk.commands.watchOnline({ group: GROUP });
    await expect.poll(online).toBe(true);
    there = false;
    fixture.time.advance(30_000);
    await expect.poll(online).toBe(false);
    await fixture.desk.commands.watchOnline({ group: null });
    expect(await online()).toBeNull();
    fixture.time.advance(60_000);
    expect(fixture.methods()).toHaveLength(2);
  });
});

describe('devices', () => {
  it('knows its own place and keeps it', async () => {
    const fixture = await owned();
    fixture.answer = () => ({
      devices: [
        { device_id: 'device-1', slot_id: 'main', device_name: 'Desk', last_pull_at: 1_790_000_000 },
        { device_id: 'device-2', slot_id: '' },
        {},
      ],
    });
    const { devices } = await fixture.desk.commands.devices({ group: GROUP });
    expect(devices.map(({ device, own }) => [device, own])).toEqual([
      ['device-1', true],
      ['device-2', false],
    ]);
    const { forgetDevice } = fixture.desk.commands;
    await expect(forgetDevice({ group: GROUP, device: 'device-1', slot: 'main' })).rejects.toMatchObject({
      code: 'invalid_request',
    });
    await forgetDevice({ group: GROUP, device: 'device-2', slot: '' });
    expect(fixture.methods().at(-1)).toBe('group.unregister_device');
  });
});

describe('the way in', () => {
  it('keeps the patterns that are there when only mode and question are changed', async () => {
    const fixture = await owned();
    fixture.answer = (method) =>
      method === 'group.get_join_requirements' ? { auto_approve_patterns: ['.*\\.aun\\.test'] } : {};
    await fixture.desk.commands.setJoin({ group: GROUP, mode: 'approval', question: 'Who?' });
    const call = fixture.calls.find(({ method }) => method === 'group.update_join_requirements');
    expect(call?.params).toMatchObject({ auto_approve_patterns: ['.*\\.aun\\.test'] });
  });

  it('tells the patterns to those who may change them, as the network has them', async () => {
    const fixture = await owned();
    fixture.answer = (method) =>
      method === 'group.get_join_requirements'
        ? { join_requirements: { mode: 'approval', auto_approve_patterns: ['^[^.]+\\.aun\\.test$', 7] } }
        : {};
    expect(await fixture.desk.commands.joinRules({ group: GROUP })).toEqual({
      autoApprove: ['^[^.]+\\.aun\\.test$'],
    });
    fixture.answer = () => ({ join_requirements: { mode: 'approval' } });
    expect(await fixture.desk.commands.joinRules({ group: GROUP })).toEqual({ autoApprove: null });
  });
});
