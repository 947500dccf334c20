import { describe, expect, it } from 'vitest';
import { addressKind } from './address-kind';

describe('where an address lies', () => {
  it.each([
    '8.8.8.8',
    '93.184.216.34',
    '172.32.0.1',
    '2606:4700::1111',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
  ])('%s is on the internet', (address) => {
    expect(addressKind(address)).toBe('public');
  });

  it.each([
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '100.64.0.1',
    'fd00::1',
    '::ffff:10.0.0.1',
    '::ffff:a00:1',
  ])('%s is inside a network', (address) => {
    expect(addressKind(address)).toBe('private');
  });

  it.each([
    '127.0.0.1',
    '0.0.0.0',
    '169.254.169.254',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1%eth0',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:0:1::',
    'localhost',
    '',
  ])('%s is nowhere a server of others may be', (address) => {
    expect(addressKind(address)).toBe('local');
  });
});
