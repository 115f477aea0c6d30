import { expect, test, vi } from 'vitest';
import { createFindClient } from './address.ts';

const find = createFindClient(['10.0.0.0/8', '192.0.2.7', 'fd00::/8']);
const forwarded = (peer: string, header: string) => find(peer, () => header);

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['0000:0000:0000:0000:0000:ffff:cb00:7109', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['64:ff9b::203.0.113.9', '203.0.113.9'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0db8:0001:0002:ffff:0000:0000:0001', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
])('who comes from %s is %s, whatever the header says', (peer, client) => {
  expect(forwarded(peer, '198.51.100.1')).toBe(client);
});

test.each<[string, string, string | undefined]>([
  ['one hop', '198.51.100.1', '198.51.100.1'],
  ['what the client wrote itself is further left', '1.1.1.1, 198.51.100.1', '198.51.100.1'],
  [
    'trusted hops are passed over',
    '1.1.1.1, 198.51.100.1, 10.1.2.3, 192.0.2.7, fd00::5',
    '198.51.100.1',
  ],
  ['mapped trusted hops too', '198.51.100.1, ::ffff:10.1.2.3', '198.51.100.1'],
  ['blanks and empty hops', ' , 198.51.100.1 ,, ', '198.51.100.1'],
  ['with a port', '198.51.100.1:4711', '198.51.100.1'],
  ['IPv6 with a port', '[2001:db8::1]:4711', '2001:db8:0:0::/64'],
  ['IPv6 in brackets', '[2001:db8::1]', '2001:db8:0:0::/64'],
  ['no header: the proxy itself', '', undefined],
  ['trusted hops alone', '10.0.0.2, 10.0.0.1', undefined],
])('behind a trusted proxy: %s', (_, header, client) => {
  expect(forwarded('10.9.9.9', header)).toBe(client);
  expect(forwarded('0000:0000:0000:0000:0000:ffff:0a09:0909', header)).toBe(client);
});

test.each([
  'unknown',
  'for=198.51.100.1',
  '300.1.1.1',
  '1.2.3.4.5',
  ':::::::',
  '[',
  '[]:1',
  '__proto__',
  '198.51.100.1; DROP',
  '\u0000',
  '1'.repeat(4_000),
])('a hop that is no address (%s) counts as the proxy that wrote it', (hop) => {
  expect(forwarded('10.9.9.9', hop)).toBe('10.9.9.9');
  expect(forwarded('10.9.9.9', `198.51.100.1, ${hop}, 192.0.2.7`)).toBe('192.0.2.7');
});

test('however much the client wrote itself, the last hop is found at once', () => {
  const started = performance.now();
  for (let i = 0; i < 100; i += 1)
    expect(forwarded('10.9.9.9', `${'1.1.1.1,'.repeat(30_000)}198.51.100.1`)).toBe('198.51.100.1');
  expect(performance.now() - started).toBeLessThan(1_000);
});

test('a peer without an address is not limited by it', () => {
  expect(forwarded('', '198.51.100.1')).toBeUndefined();
});

test('without trusted proxies nobody is asked for the header', () => {
  const asked = vi.fn<() => string>(() => '198.51.100.1');
  expect(createFindClient([])('10.0.0.1', asked)).toBe('10.0.0.1');
  expect(asked).not.toHaveBeenCalled();
});

test('anything at all in the header is survived', () => {
  let seed = 1;
  const random = (below: number): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  const alphabet = '0123456789abcdef:.[],% /xé\0';
  for (let round = 0; round < 5_000; round += 1) {
    const text = Array.from({ length: random(60) }, () => alphabet[random(alphabet.length)]);
    const client = forwarded('10.0.0.1', text.join(''));
    expect(client === undefined || /^[\da-f.:]+(\/64)?$/.test(client)).toBe(true);
  }
});
