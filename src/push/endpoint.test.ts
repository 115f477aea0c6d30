import { expect, test } from 'vitest';
import { isAllowedEndpoint } from './endpoint.ts';

const hosts = [
  'fcm.googleapis.com',
  '*.push.example',
  'http://127.0.0.1:9000',
  'https://[::1]:8443',
];

test.each([
  'https://fcm.googleapis.com/fcm/send/abc',
  'https://FCM.googleapis.com:443/fcm/send/abc',
  'https://a.push.example/x',
  'https://a.b.push.example/x?y#z',
  'http://127.0.0.1:9000/p/1',
  'https://[::1]:8443/p/1',
])('%s may be asked', (url) => {
  expect(isAllowedEndpoint(url, hosts)).toBe(true);
});

test.each([
  'http://fcm.googleapis.com/fcm/send/abc',
  'https://fcm.googleapis.com:8443/fcm/send/abc',
  'https://fcm.googleapis.com.evil.example/',
  'https://fcm.googleapis.com./',
  'https://evil.example/fcm.googleapis.com',
  'https://fcm.googleapis.com@evil.example/',
  'https://evil.example#@fcm.googleapis.com',
  'https://user:password@fcm.googleapis.com/',
  'https://evil.example\\@fcm.googleapis.com/',
  'https://push.example/',
  'https://apush.example/',
  'https://push.example.evil/',
  'http://127.0.0.1:9001/',
  'http://127.0.0.1/',
  'https://127.0.0.1:9000/',
  'http://localhost:9000/',
  'https://[::1]/',
  'https://169.254.169.254/latest/meta-data',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'blob:https://fcm.googleapis.com/1',
  'blob:http://127.0.0.1:9000/1',
  'fcm.googleapis.com',
  '',
])('%s may not', (url) => {
  expect(isAllowedEndpoint(url, hosts)).toBe(false);
});
