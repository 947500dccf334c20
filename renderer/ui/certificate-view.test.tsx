// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react';
import { Tooltip } from 'radix-ui';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { certificateStatusSchema, type CertificateView as Model } from '../../shared/model/certificate';
import { startTexts } from '../i18n';
import { en } from '../i18n/en';
import { commonName } from './certificate-chain';
import { CertificateView, passedShare } from './certificate-view';

const day = 86_400_000;

function sample(more: Partial<Model> = {}): Model {
  const now = Date.now();
  const authority = {
    issuer: 'CN=Root',
    serial: '01',
    notBefore: 0,
    notAfter: now + 900 * day,
    trustAnchor: false,
  };
  return {
    subject: 'CN=lin.aun.test',
    issuer: 'CN=Issuer, O=AUN',
    serial: '0af1',
    fingerprint: `sha256:${'ab'.repeat(32)}`,
    keyFingerprint: `sha256:${'cd'.repeat(32)}`,
    curve: 'P-256',
    notBefore: now - 10 * day,
    notAfter: now + 80.5 * day,
    status: 'valid',
    statusDetail: '',
    revocation: 'good',
    warnings: [],
    active: true,
    currentKey: true,
    chain: [
      { ...authority, subject: 'CN=Issuer, O=AUN', fingerprint: 'sha256:01' },
      { ...authority, subject: 'CN=Root', fingerprint: 'sha256:02', trustAnchor: true },
    ],
    pem: '-----BEGIN CERTIFICATE-----',
    ...more,
  };
}

function show(more: Partial<Model> = {}): string {
  render(
    <Tooltip.Provider>
      <CertificateView certificate={sample(more)} />
    </Tooltip.Provider>,
  );
  return screen.getByTestId('certificate-view').textContent;
}

beforeEach(() => startTexts('en'));
afterEach(cleanup);

describe('CertificateView', () => {
  it.each(certificateStatusSchema.options)('says in words what "%s" means', (status) => {
    show({ status });
    const words = screen.getByTestId('certificate-status').textContent;
    expect(words).toContain(en.certificateStatus[status]);
    expect(words).toContain(en.certificateStatusText[status]);
  });

  it('lists the chain from the trusted root down', () => {
    show();
    const links = [...screen.getByTestId('certificate-chain').children].map((link) => link.textContent);
    expect(links.map((link) => link.replace(/ · .*/, ''))).toEqual([
      'RootTrusted root',
      'IssuerAuthority',
      'lin.aun.testThis certificate',
    ]);
  });

  it('says so when the chain could not be had', () => {
    expect(show({ chain: [] })).toContain('The chain could not be fetched. Issued by: Issuer');
  });

  it('shows both fingerprints in groups, the serial number and what is known of a revocation', () => {
    const words = show({ revocation: 'unknown' });
    for (const part of ['abababab', 'cdcdcdcd', '0af1', 'P-256', 'Could not be asked', '81 days left'])
      expect(words).toContain(part);
  });

  it('does not say twice that the revocation is unknown', () => {
    const words = show({ status: 'valid_unchecked', warnings: ['revocation_unknown'] });
    expect(words).not.toContain(en.certificateWarning.revocation_unknown);
  });
});

it('measures how much of a validity has passed, whatever the clock says', () => {
  expect(passedShare(0, 100, 25)).toBe(0.25);
  expect(passedShare(0, 100, -5)).toBe(0);
  expect(passedShare(0, 100, 500)).toBe(1);
  expect(passedShare(100, 100, 100)).toBe(1);
});

it('finds the common name in a subject', () => {
  expect(commonName('O=AUN, CN=lin.aun.test')).toBe('lin.aun.test');
  expect(commonName('O=AUN')).toBe('O=AUN');
});
