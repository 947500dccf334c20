import type { AdvancedSettings } from '../../../../shared/model/account';

/** What is typed into the advanced settings; numbers as text until they are right. */
export interface AdvancedForm {
  readonly slotId: string;
  readonly mode: 'fanout' | 'round_robin' | 'sender_affinity';
  readonly affinityMinutes: string;
  readonly deviceName: string;
}

/** Longest time a sender stays with one device, in minutes. */
const longestAffinity = 1440;
const slot = /^[A-Za-z0-9._-]{1,128}$/;

/** The form that shows stored settings. */
export function advancedForm(settings: AdvancedSettings): AdvancedForm {
  const { slotId, deliveryMode, deviceName } = settings;
  const queue = deliveryMode.mode === 'queue' ? deliveryMode : null;
  return {
    slotId,
    deviceName,
    mode: queue === null ? 'fanout' : queue.routing,
    affinityMinutes: String(Math.round((queue?.affinityTtlMs ?? 600_000) / 60_000)),
  };
}

/** Which fields break their rules. */
export function advancedProblems(
  form: AdvancedForm,
): readonly ('slotId' | 'affinityMinutes' | 'deviceName')[] {
  const minutes = Number(form.affinityMinutes);
  const name = form.deviceName.trim();
  const found: ('slotId' | 'affinityMinutes' | 'deviceName')[] = [];
  if (!slot.test(form.slotId)) found.push('slotId');
  if (name.length < 1 || name.length > 64) found.push('deviceName');
  const counts = form.mode === 'sender_affinity';
  if (counts && !(/^\d+$/.test(form.affinityMinutes) && minutes >= 1 && minutes <= longestAffinity))
    found.push('affinityMinutes');
  return found;
}

/** The settings a form without problems stands for. */
export function advancedSettings(form: AdvancedForm): AdvancedSettings {
  return {
    slotId: form.slotId,
    deviceName: form.deviceName.trim(),
    deliveryMode:
      form.mode === 'fanout'
        ? { mode: 'fanout' }
        : {
            mode: 'queue',
            routing: form.mode,
            affinityTtlMs: form.mode === 'sender_affinity' ? Number(form.affinityMinutes) * 60_000 : 0,
          },
  };
}
