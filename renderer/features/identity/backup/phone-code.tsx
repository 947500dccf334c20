import { useTranslation } from 'react-i18next';
import { invoke } from '../../../stores/bridge';
import { Button } from '../../../ui/button';
import { TextField } from '../../../ui/text-field';
import { TaskError } from '../task-error';
import { useTask } from '../use-task';
import { Countdown } from './countdown';

/** What is typed to prove a phone. */
export interface Phone {
  readonly phone: string;
  readonly code: string;
  /** Until when the code that was sent is good (Unix ms); null before one was sent. */
  readonly codeUntil: number | null;
  readonly debugCode: string | null;
}

export const noPhone: Phone = { phone: '', code: '', codeUntil: null, debugCode: null };

/** A phone number with its country, without the spaces people write; null when it is none. */
export function readPhone(text: string): string | null {
  const number = text.replace(/[\s().-]/g, '').replace(/^00/, '+');
  return /^\+[1-9]\d{6,14}$/.test(number) ? number : null;
}

/** Phone and code, once both are there. */
export function readyPhone(value: Phone): { readonly phone: string; readonly code: string } | null {
  const phone = readPhone(value.phone);
  const code = value.code.trim();
  return phone === null || value.codeUntil === null || code.length < 4 ? null : { phone, code };
}

/** Asks for a phone number, has a code sent there, asks for the code. */
export function PhoneCode(props: {
  readonly network: string;
  /** Set to bind the phone to an identity of this window. */
  readonly account: string | null;
  /** Set to restore another identity. */
  readonly aid: string | null;
  readonly value: Phone;
  readonly onValue: (value: Phone) => void;
}) {
  const { t } = useTranslation();
  const { network, account, aid, value, onValue } = props;
  const task = useTask();
  const phone = readPhone(value.phone);
  const send = (): void => {
    if (phone === null) return;
    task.run(
      () => invoke('custody.sendCode', { network, account, aid, phone }),
      ({ expiresInSeconds, debugCode }) =>
        onValue({ ...value, code: '', codeUntil: Date.now() + expiresInSeconds * 1000, debugCode }),
    );
  };
  const bad = value.phone.length > 8 && phone === null;
  return (
    <>
      <TextField
        label={t('custody.phone')}
        type="tel"
        inputMode="tel"
        placeholder="+86 138 0000 0000"
        value={value.phone}
        maxLength={24}
        onText={(text) => onValue({ ...noPhone, phone: text })}
        tone={bad ? 'danger' : 'neutral'}
        hint={bad ? t('custody.phoneRule') : t('custody.phoneText')}
        data-testid="phone"
      />
      <TaskError error={task.error} />
      <div className="panel__actions">
        <Button busy={task.busy} disabled={phone === null} onClick={send} data-testid="send-code">
          {value.codeUntil === null ? t('custody.send') : t('custody.sendAgain')}
        </Button>
      </div>
      {value.codeUntil !== null && (
        <TextField
          label={t('custody.code')}
          inputMode="numeric"
          autoFocus
          value={value.code}
          maxLength={12}
          onText={(code) => onValue({ ...value, code })}
          hint={
            <>
              <Countdown until={value.codeUntil} expired={t('custody.codeExpired')} />
              {value.debugCode !== null && ` · ${t('custody.debugCode', { code: value.debugCode })}`}
            </>
          }
          data-testid="sms-code"
        />
      )}
    </>
  );
}
