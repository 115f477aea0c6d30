import { describe, expect, test } from 'vitest';
import { parseConfig } from './config.ts';
import type { Env } from './config-contradictions.ts';
import { StartupError } from './lib/startup-error.ts';

const SECRET = 'x'.repeat(32);
const OLD_SECRET = 'y'.repeat(32);
const DATABASE = 'postgres://parley@db/parley';
const REPLICA = 'postgres://parley@replica/parley';
const REDIS = 'redis://cache:6379';
const JWKS = 'https://id.example/jwks.json';
const FILES = '/srv/files';
const production: Env = {
  NODE_ENV: 'production',
  DATABASE_URL: DATABASE,
  JWT_SECRET: SECRET,
  ATTACHMENTS_DIR: FILES,
};

function mistake(env: Env): string {
  try {
    parseConfig(env);
  } catch (error) {
    if (error instanceof StartupError) return error.message;
    throw error;
  }
  throw new Error('accepted');
}

const whsec = (letter: string): string => `whsec_${Buffer.alloc(32, letter).toString('base64')}`;

test('nothing set: a node for development', () => {
  expect(parseConfig({})).toEqual({
    listen: { host: '0.0.0.0', port: 8080 },
    metricsPort: undefined,
    agentCheckPort: undefined,
    database: { kind: 'embedded' },
    bus: { kind: 'memory' },
    auth: { kind: 'generated' },
    allowedOrigins: [],
    trustedProxies: [],
    rateLimits: true,
    workers: 1,
    attachments: {
      store: { kind: 'local', dir: undefined },
      maxBytes: 26_214_400,
      clamd: undefined,
    },
    role: 'all',
    notifications: {
      publicUrl: undefined,
      conversationUrl: undefined,
      push: {
        delayMs: 5_000,
        showsContent: true,
        fcm: undefined,
        apns: undefined,
        // Browsers, in development.
        web: {
          subject: 'mailto:parley@localhost',
          keys: undefined,
          hosts: [
            'fcm.googleapis.com',
            '*.notify.windows.com',
            '*.push.services.mozilla.com',
            '*.push.apple.com',
          ],
        },
      },
      email: undefined,
      remindAfterMs: 900_000,
      webhook: undefined,
    },
    traceEndpoint: undefined,
    logLevel: 'info',
    editWindowMinutes: 15,
    deletedRetentionDays: 30,
    drainMs: 20_000,
    demo: true,
  });
});

test('everything set', () => {
  expect(
    parseConfig({
      ...production,
      PORT: '9000',
      HOST: '::1',
      METRICS_PORT: '9001',
      AGENT_CHECK_PORT: '9002',
      DATABASE_REPLICA_URL: REPLICA,
      REDIS_URL: REDIS,
      REDIS_MODE: 'standalone',
      TRUSTED_PROXIES: '10.0.0.0/8, ::1',
      RATE_LIMITS: 'off',
      WORKERS: '4',
      ATTACHMENTS_DIR: '',
      S3_BUCKET: 'parley-files',
      S3_REGION: 'eu-central-1',
      S3_ENDPOINT: 'https://s3.example',
      S3_ACCESS_KEY_ID: 'id',
      S3_SECRET_ACCESS_KEY: 'key',
      S3_FORCE_PATH_STYLE: 'true',
      MAX_ATTACHMENT_BYTES: '1000000',
      CLAMAV_URL: 'tcp://clamav:3311',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
      JWT_SECRET_PREVIOUS: OLD_SECRET,
      JWT_ISSUER: 'iss',
      JWT_AUDIENCE: 'aud',
      ALLOWED_ORIGINS: ' https://shop.example , http://localhost:3000,',
      LOG_LEVEL: 'debug',
      DRAIN_SECONDS: '0.5',
      EDIT_WINDOW_MINUTES: '-1',
      DELETED_RETENTION_DAYS: '0',
      ROLE: 'node',
      PUBLIC_URL: 'https://chat.shop.example/',
      CONVERSATION_URL: 'https://shop.example/inbox/{conversationId}',
      PUSH_DELAY_SECONDS: '0.5',
      PUSH_CONTENT: 'none',
      FCM_SERVICE_ACCOUNT_FILE: '/run/secrets/fcm.json',
      FCM_URL: 'http://fcm.example',
      APNS_KEY_FILE: '/run/secrets/apns.p8',
      APNS_KEY_ID: 'KEY',
      APNS_TEAM_ID: 'TEAM',
      APNS_TOPIC: 'example.shop',
      APNS_URL: 'http://apns.example',
      VAPID_SUBJECT: 'mailto:operator@shop.example',
      VAPID_PUBLIC_KEY: 'public',
      VAPID_PRIVATE_KEY: 'private',
      WEB_PUSH_HOSTS: '*.push.example, https://push.example:8443',
      SMTP_URL: 'smtps://mail.example',
      EMAIL_FROM: 'Shop <chat@shop.example>',
      EMAIL_AFTER_MINUTES: '30',
      EMAIL_REPLY_DOMAIN: 'reply.shop.example',
      EMAIL_REPLY_SECRET: whsec('r'),
      WEBHOOK_URL: 'https://shop.example/hooks',
      WEBHOOK_SECRET: whsec('n'),
      WEBHOOK_SECRET_PREVIOUS: whsec('o'),
    }),
  ).toEqual({
    listen: { host: '::1', port: 9000 },
    metricsPort: 9001,
    agentCheckPort: 9002,
    database: { kind: 'url', url: DATABASE, replicaUrl: REPLICA },
    bus: { kind: 'redis', redis: { mode: 'standalone', url: REDIS } },
    auth: {
      kind: 'secret',
      secret: SECRET,
      previousSecret: OLD_SECRET,
      issuer: 'iss',
      audience: 'aud',
    },
    allowedOrigins: ['https://shop.example', 'http://localhost:3000'],
    trustedProxies: ['10.0.0.0/8', '::1'],
    rateLimits: false,
    workers: 4,
    attachments: {
      store: {
        kind: 's3',
        s3: {
          bucket: 'parley-files',
          region: 'eu-central-1',
          endpoint: 'https://s3.example',
          credentials: { accessKeyId: 'id', secretAccessKey: 'key' },
          isPathStyle: true,
        },
      },
      maxBytes: 1_000_000,
      clamd: { host: 'clamav', port: 3_311 },
    },
    role: 'node',
    notifications: {
      publicUrl: 'https://chat.shop.example',
      conversationUrl: 'https://shop.example/inbox/{conversationId}',
      push: {
        delayMs: 500,
        showsContent: false,
        fcm: { serviceAccountFile: '/run/secrets/fcm.json', url: 'http://fcm.example' },
        apns: {
          keyFile: '/run/secrets/apns.p8',
          keyId: 'KEY',
          teamId: 'TEAM',
          topic: 'example.shop',
          url: 'http://apns.example',
        },
        web: {
          subject: 'mailto:operator@shop.example',
          keys: { publicKey: 'public', privateKey: 'private' },
          hosts: ['*.push.example', 'https://push.example:8443'],
        },
      },
      email: {
        smtpUrl: 'smtps://mail.example',
        from: 'Shop <chat@shop.example>',
        reply: { domain: 'reply.shop.example', secret: Buffer.alloc(32, 'r') },
      },
      remindAfterMs: 1_800_000,
      webhook: {
        url: 'https://shop.example/hooks',
        secrets: [Buffer.alloc(32, 'n'), Buffer.alloc(32, 'o')],
      },
    },
    traceEndpoint: 'http://collector:4318',
    logLevel: 'debug',
    editWindowMinutes: -1,
    deletedRetentionDays: 0,
    drainMs: 500,
    demo: false,
  });
});

test('a variable set to nothing is not set; unknown ones are nothing to us', () => {
  const names = ['PORT', 'DATABASE_URL', 'REDIS_URL', 'JWT_SECRET', 'JWKS_URL', 'LOG_LEVEL'];
  const empty = Object.fromEntries(names.map((name) => [name, '']));
  expect(parseConfig({ ...empty, EDITOR: 'vi' })).toEqual(parseConfig({}));
});

test('JWKS_URL: those keys, and no demo, which would sign tokens', () => {
  const config = parseConfig({ JWKS_URL: JWKS, JWT_ISSUER: 'iss' });
  expect(config.auth).toEqual({ kind: 'jwks', url: JWKS, issuer: 'iss' });
  expect(config.demo).toBe(false);
});

describe('Redis of several nodes', () => {
  const urls = ['redis://a:26379', 'rediss://b:26379'];
  const env = { ...production, REDIS_URL: urls.join(', ') };

  test('Sentinel', () => {
    const config = parseConfig({ ...env, REDIS_MODE: 'sentinel', REDIS_SENTINEL_NAME: 'chat' });
    expect(config.bus).toEqual({ kind: 'redis', redis: { mode: 'sentinel', urls, name: 'chat' } });
  });

  test('Cluster', () => {
    const config = parseConfig({ ...env, REDIS_MODE: 'cluster' });
    expect(config.bus).toEqual({ kind: 'redis', redis: { mode: 'cluster', urls } });
  });

  test('a mode that lacks what it needs', () => {
    expect(mistake(env)).toContain('REDIS_URL must be one URL unless');
    expect(mistake({ ...env, REDIS_MODE: 'sentinel' })).toContain('REDIS_SENTINEL_NAME must be');
    expect(mistake({ ...production, REDIS_MODE: 'cluster' })).toContain(
      'REDIS_URL must be set with REDIS_MODE=cluster',
    );
  });
});

const store = (env: Env) => parseConfig(env).attachments.store;

describe('where files go', () => {
  const s3 = { S3_BUCKET: 'files', S3_REGION: 'eu-central-1' };

  test('a directory', () => {
    expect(store(production)).toEqual({ kind: 'local', dir: FILES });
  });

  test('AWS, with what its own chain of credentials finds', () => {
    const settings = { bucket: 'files', region: 'eu-central-1', isPathStyle: false };
    expect(store(s3)).toEqual({
      kind: 's3',
      s3: { ...settings, endpoint: undefined, credentials: undefined },
    });
  });

  test('in production they have a place of their own, or there are none', () => {
    const nowhere = { ...production, ATTACHMENTS_DIR: '' };
    expect(store(nowhere)).toEqual({ kind: 'none' });
    expect(store({ ...nowhere, PARLEY_EMBEDDED: '1' })).toEqual({ kind: 'local', dir: undefined });
    expect(store({ ...nowhere, ...s3 }).kind).toBe('s3');
  });

  test('another server needs no region', () => {
    const found = store({ S3_BUCKET: 'files', S3_ENDPOINT: 'http://minio:9000' });
    expect(found).toMatchObject({ s3: { region: 'us-east-1', endpoint: 'http://minio:9000' } });
  });

  test('ClamAV on its usual port, by IPv6', () => {
    expect(parseConfig({ CLAMAV_URL: 'tcp://[::1]' }).attachments.clamd).toEqual({
      host: '::1',
      port: 3_310,
    });
  });

  test.each([
    [{ S3_REGION: 'eu' }, 'S3_BUCKET must be set with S3_REGION'],
    [{ S3_ENDPOINT: 'http://minio' }, 'S3_BUCKET must be set with S3_ENDPOINT'],
    [{ S3_BUCKET: 'files' }, 'S3_REGION must be set with S3_BUCKET'],
    [{ S3_BUCKET: 'Files', S3_REGION: 'eu' }, 'S3_BUCKET must be the name of a bucket'],
    [{ ...s3, ATTACHMENTS_DIR: '/srv' }, 'S3_BUCKET and ATTACHMENTS_DIR exclude each other'],
    [{ ...s3, S3_ACCESS_KEY_ID: 'id' }, 'S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY must be set'],
    [{ ...s3, S3_ENDPOINT: 'http://me:hunter2@minio' }, 'S3_ENDPOINT must have no user'],
  ])('%j is a mistake', (env, text) => {
    expect(mistake(env)).toContain(text);
    expect(mistake(env)).not.toContain('hunter2');
  });
});

describe('WORKERS', () => {
  const env = { ...production, REDIS_URL: REDIS };
  test('auto, and a number', () => {
    expect(parseConfig({ ...env, WORKERS: 'auto' }).workers).toBe('auto');
    expect(parseConfig({ ...production, WORKERS: '1' }).workers).toBe(1);
  });
  test.each(['0', '129', '-1', '1.5', 'all'])('not %s', (WORKERS) => {
    expect(mistake({ ...env, WORKERS })).toMatch(/WORKERS must be auto or a number/);
  });
  test.each(['2', 'auto'])('%s needs Redis', (WORKERS) => {
    expect(mistake({ ...production, WORKERS })).toContain('REDIS_URL must be set with WORKERS');
  });
});

describe('one mistake', () => {
  test.each<[string, string]>([
    ['PORT', 'http'],
    ['PORT', '-1'],
    ['PORT', '65536'],
    ['PORT', '80.5'],
    ['PORT', ' '],
    ['PORT', '0x50'],
    ['METRICS_PORT', '70000'],
    ['DATABASE_URL', 'mysql://db/parley'],
    ['DATABASE_URL', 'db/parley'],
    ['REDIS_URL', 'http://cache'],
    ['REDIS_URL', ','],
    ['REDIS_MODE', 'ring'],
    ['DATABASE_REPLICA_URL', 'db/parley'],
    ['TRUSTED_PROXIES', '10.0.0.0/33'],
    ['TRUSTED_PROXIES', '10.0.0.1/8/8'],
    ['TRUSTED_PROXIES', 'balancer'],
    ['RATE_LIMITS', 'false'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
    ['AGENT_CHECK_PORT', 'x'],
    ['JWT_SECRET', 'x'.repeat(31)],
    ['JWKS_URL', 'file:///etc/keys.json'],
    ['ALLOWED_ORIGINS', 'shop.example'],
    ['ALLOWED_ORIGINS', 'https://shop.example/'],
    ['ALLOWED_ORIGINS', 'https://shop.example,*'],
    ['LOG_LEVEL', 'loud'],
    ['DRAIN_SECONDS', '-1'],
    ['DRAIN_SECONDS', 'soon'],
    ['DRAIN_SECONDS', '86401'],
    ['EDIT_WINDOW_MINUTES', '-2'],
    ['EDIT_WINDOW_MINUTES', '1.5'],
    ['EDIT_WINDOW_MINUTES', '5256001'],
    ['DELETED_RETENTION_DAYS', '-1'],
    ['DELETED_RETENTION_DAYS', '36501'],
    ['DELETED_RETENTION_DAYS', 'ever'],
    ['MAX_ATTACHMENT_BYTES', '0'],
    ['MAX_ATTACHMENT_BYTES', '25MB'],
    ['MAX_ATTACHMENT_BYTES', '5368709121'],
    ['CLAMAV_URL', 'clamav:3310'],
    ['CLAMAV_URL', 'http://clamav:3310'],
    ['CLAMAV_URL', 'tcp://clamav:3310/scan'],
    ['S3_FORCE_PATH_STYLE', 'yes'],
  ])('%s=%s is named', (name, value) => {
    expect(mistake({ DATABASE_URL: DATABASE, [name]: value })).toMatch(
      new RegExp(`^wrong configuration: ${name} [^;]+$`),
    );
  });

  test('a secret is counted in bytes, and never repeated', () => {
    expect(parseConfig({ JWT_SECRET: 'ü'.repeat(16) }).auth.kind).toBe('secret');
    const secret = 'hunter2-hunter2';
    const text = mistake({ JWT_SECRET: secret });
    expect(text).toContain('JWT_SECRET must be at least 32 bytes');
    expect(text).not.toContain(secret);
  });

  test('a connection string is not repeated either', () => {
    expect(mistake({ DATABASE_URL: 'mysql://me:hunter2@db/x' })).not.toContain('hunter2');
  });

  test('both families of keys', () => {
    expect(mistake({ JWT_SECRET: SECRET, JWKS_URL: JWKS })).toContain(
      'JWT_SECRET and JWKS_URL exclude each other',
    );
  });

  test('a previous secret that is short', () => {
    expect(mistake({ JWT_SECRET: SECRET, JWT_SECRET_PREVIOUS: 'x'.repeat(31) })).toContain(
      'JWT_SECRET_PREVIOUS must be at least 32 bytes',
    );
  });

  test('a previous secret without a present one', () => {
    expect(mistake({ JWT_SECRET_PREVIOUS: SECRET })).toContain(
      'JWT_SECRET must be set with JWT_SECRET_PREVIOUS',
    );
  });

  test('a cluster without a database', () => {
    expect(mistake({ REDIS_URL: REDIS })).toContain('DATABASE_URL must be set with REDIS_URL');
  });
});

describe('notifications', () => {
  test.each([
    ['SMTP_URL', { SMTP_URL: 'mail.example' }],
    ['EMAIL_FROM', { EMAIL_FROM: 'nobody' }],
    ['WEBHOOK_SECRET', { WEBHOOK_URL: 'https://shop.example', WEBHOOK_SECRET: 'whsec_short' }],
    [
      'WEBHOOK_URL',
      { WEBHOOK_URL: 'https://user:hunter2@shop.example', WEBHOOK_SECRET: whsec('n') },
    ],
    ['CONVERSATION_URL', { CONVERSATION_URL: 'https://shop.example/inbox' }],
    ['PUSH_DELAY_SECONDS', { PUSH_DELAY_SECONDS: '-1' }],
    ['PUSH_CONTENT', { PUSH_CONTENT: 'some' }],
    ['EMAIL_AFTER_MINUTES', { EMAIL_AFTER_MINUTES: 'soon' }],
    ['VAPID_SUBJECT', { VAPID_SUBJECT: 'operator@shop.example' }],
    ['WEB_PUSH_HOSTS', { WEB_PUSH_HOSTS: 'https://push.example/path' }],
    ['FCM_URL', { FCM_URL: 'fcm.googleapis.com' }],
    ['ROLE', { ROLE: 'both' }],
  ])('%s: a mistake is named, and nothing of a secret', (name, env) => {
    const text = mistake(env);
    expect(text).toContain(`${name} must `);
    expect(text).not.toMatch(/whsec_[A-Za-z0-9+/]{8}|hunter2/);
  });

  test.each([
    ['APNS_KEY_FILE', { APNS_KEY_FILE: 'key.p8', APNS_KEY_ID: 'KEY' }],
    ['VAPID_PRIVATE_KEY', { VAPID_PUBLIC_KEY: 'public' }],
    ['EMAIL_REPLY_SECRET', { EMAIL_REPLY_DOMAIN: 'reply.shop.example' }],
    ['WEBHOOK_SECRET', { WEBHOOK_URL: 'https://shop.example' }],
  ])('%s belongs to others', (name, env) => {
    const text = mistake(env);
    expect(text).toContain(name);
    expect(text).toContain('must be set together');
  });

  test('what is nothing without another', () => {
    expect(mistake({ WEBHOOK_SECRET_PREVIOUS: whsec('o') })).toContain(
      'WEBHOOK_SECRET must be set with WEBHOOK_SECRET_PREVIOUS',
    );
    expect(mistake({ SMTP_URL: 'smtp://mail.example', EMAIL_FROM: 'chat@shop.example' })).toContain(
      'PUBLIC_URL must be set with SMTP_URL',
    );
  });

  test('in production nothing is set up by itself', () => {
    expect(parseConfig(production).notifications).toMatchObject({
      push: { fcm: undefined, apns: undefined, web: undefined },
      email: undefined,
      webhook: undefined,
    });
  });
});

describe('ROLE', () => {
  test.each(['node', 'worker'])(
    '%s: half of a whole needs the database of the other half',
    (ROLE) => {
      expect(mistake({ ROLE })).toContain(`DATABASE_URL must be set with ROLE=${ROLE}`);
    },
  );

  test('a worker needs a database alone, also in production and with several processes', () => {
    const config = parseConfig({
      ROLE: 'worker',
      NODE_ENV: 'production',
      DATABASE_URL: DATABASE,
      WORKERS: '2',
    });
    expect(config).toMatchObject({ role: 'worker', workers: 2, demo: false });
    expect(parseConfig({ ROLE: 'worker', DATABASE_URL: DATABASE }).demo).toBe(false);
  });
});

describe('in production', () => {
  test('a database and a family of keys are enough', () => {
    expect(parseConfig(production).demo).toBe(false);
    const { JWT_SECRET: _, ...rest } = production;
    expect(parseConfig({ ...rest, JWKS_URL: JWKS }).auth.kind).toBe('jwks');
  });

  test('both are missed, at once', () => {
    const text = mistake({ NODE_ENV: 'production' });
    expect(text).toContain('JWT_SECRET or JWKS_URL must be set in production');
    expect(text).toContain('DATABASE_URL must be set in production');
  });

  test('the secret that everybody knows is refused', () => {
    const JWT_SECRET = 'a development secret that everybody knows';
    expect(mistake({ ...production, JWT_SECRET })).toContain('JWT_SECRET must not be the one of');
    expect(parseConfig({ JWT_SECRET }).auth.kind).toBe('secret');
  });

  test('the embedded database must be asked for', () => {
    const env = { NODE_ENV: 'production', JWT_SECRET: SECRET };
    expect(mistake({ ...env, PARLEY_EMBEDDED: 'no' })).toContain('PARLEY_EMBEDDED=1');
    expect(parseConfig({ ...env, PARLEY_EMBEDDED: '1' }).database.kind).toBe('embedded');
  });
});

describe('several mistakes are named at once', () => {
  test('those of single variables', () => {
    const env = {
      PORT: 'http',
      METRICS_PORT: '-1',
      DATABASE_URL: 'x',
      REDIS_URL: 'x',
      REDIS_MODE: 'x',
      JWT_SECRET: 'x',
      JWKS_URL: 'x',
      ALLOWED_ORIGINS: 'x',
      LOG_LEVEL: 'x',
      DRAIN_SECONDS: 'x',
    };
    const text = mistake(env);
    expect(Object.keys(env).filter((name) => !text.includes(`${name} `))).toEqual([]);
  });

  test('those between variables', () => {
    const text = mistake({
      NODE_ENV: 'production',
      JWT_SECRET: SECRET,
      JWKS_URL: JWKS,
      REDIS_URL: REDIS,
    });
    expect(text).toContain('exclude each other');
    expect(text).toContain('DATABASE_URL must be set in production');
    expect(text).toContain('DATABASE_URL must be set with REDIS_URL');
  });

  test('each port is for one thing, unless it is any', () => {
    const env = { PORT: '0', METRICS_PORT: '0', AGENT_CHECK_PORT: '0' };
    expect(parseConfig(env)).toMatchObject({ metricsPort: 0, agentCheckPort: 0 });
    expect(mistake({ METRICS_PORT: '8080' })).toContain('METRICS_PORT must not be 8080');
    expect(mistake({ METRICS_PORT: '9', AGENT_CHECK_PORT: '09' })).toContain(
      'AGENT_CHECK_PORT must not be 9, which is METRICS_PORT',
    );
  });

  test('both kinds together', () => {
    const text = mistake({ PORT: 'http', REDIS_URL: REDIS });
    expect(text).toContain('PORT must be a port');
    expect(text).toContain('DATABASE_URL must be set with REDIS_URL');
  });
});
