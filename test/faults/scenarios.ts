import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { RedisServer } from '../support/redis.ts';
import type { NodeProcess } from '../support/spawn-node.ts';
import type { Sabotage } from './node.ts';
import { pick } from './random.ts';
import type { PostgresServer } from './services.ts';
import type { World } from './world.ts';

export interface Stage {
  readonly world: World;
  readonly postgres: PostgresServer;
  readonly redisUrl: string;
}

export interface Scenario {
  readonly name: string;
  /** Harms, and resolves when everything is well again. */
  harm(stage: Stage): Promise<void>;
  /** False when nothing dies, so that all must arrive within a second. */
  readonly isFault?: boolean;
  /** What is wrong with the nodes all the time. */
  readonly sabotage?: Sabotage;
  /** What the changes begin with behind which a node dies that gets SIGUSR2, by node; any with none. */
  readonly crashAfter?: readonly string[];
  readonly allowedErrors?: readonly string[];
  readonly allowedCloses?: readonly number[];
}

const kill = (process: NodeProcess) => process.kill('SIGKILL');
/** While PostgreSQL is away a send is refused, and the client repeats it. */
const AWAY = ['unavailable'];

export const nothing: Scenario = {
  name: 'nothing',
  isFault: false,
  allowedCloses: [],
  harm: () => sleep(4_000),
};

const lossyBus: Scenario = {
  name: 'Redis: 2 % of all messages lost in silence',
  sabotage: 'lossy',
  allowedCloses: [],
  harm: () => sleep(5_000),
};

export const lossyAndUnrepaired: Scenario = { ...lossyBus, sabotage: 'no-repair' };

const nodeKilled: Scenario = {
  name: 'node: kill -9',
  async harm({ world }) {
    for (let i = 0; i < 2; i += 1) {
      await world.replace(world.anyNode(), kill, 1_000);
      await sleep(1_500);
    }
  },
};

const crashAfterCommit: Scenario = {
  name: 'node: crash between COMMIT and PUBLISH',
  async harm({ world }) {
    // Each in turn: one that was just restarted has nobody yet whose message it could crash after.
    for (const node of world.nodes)
      await world.replace(node, (process) => process.kill('SIGUSR2'), 500);
  },
};

const crashAfterChange: Scenario = {
  ...crashAfterCommit,
  name: 'node: crash between COMMIT and PUBLISH of an edit, a deletion, a reaction',
  crashAfter: ['message_edited', 'message_deleted', 'reaction_'],
};

const nodeStopped: Scenario = {
  name: 'node: SIGSTOP 30 s',
  async harm({ world }) {
    const node = world.anyNode();
    node.process.kill('SIGSTOP');
    // A balancer's health check takes a while.
    await sleep(2_000);
    node.isUp = false;
    await sleep(28_000);
    node.process.kill('SIGCONT');
    node.isUp = true;
  },
};

const rollingRestart: Scenario = {
  name: 'rolling restart',
  allowedCloses: [1012],
  async harm({ world }) {
    for (const node of world.nodes) {
      await world.replace(node, (process) => process.kill('SIGTERM'), 0);
      await sleep(500);
    }
  },
};

const clientsCut: Scenario = {
  name: 'clients: sockets cut',
  async harm({ world }) {
    const end = Date.now() + 8_000;
    while (Date.now() < end) {
      const client = pick(world.random, world.clients);
      // Half of the time right behind a send: its answer finds nobody.
      if (world.random() < 0.5) client.say();
      client.cut();
      await sleep(world.random() * 150);
    }
  },
};

const redisCut: Scenario = {
  name: 'Redis: connections of one node cut, refused for 5 s',
  async harm({ world }) {
    const { redis } = world.anyNode();
    redis.cut();
    await sleep(1_000);
    redis.close();
    await sleep(5_000);
    redis.open();
  },
};

const redisHalfOpen: Scenario = {
  name: 'Redis: half-open link of one node 10 s',
  async harm({ world }) {
    const { redis } = world.anyNode();
    redis.freeze();
    await sleep(10_000);
    redis.open();
  },
};

const redisFar: Scenario = {
  name: 'Redis: 200 ms away from one node, 10 s',
  allowedCloses: [],
  async harm({ world }) {
    const { redis } = world.anyNode();
    redis.delay(200);
    await sleep(10_000);
    redis.delay(0);
  },
};

const subscribersKilled: Scenario = {
  name: 'Redis: CLIENT KILL TYPE pubsub',
  async harm({ redisUrl }) {
    const admin = new Redis(redisUrl);
    for (let i = 0; i < 5; i += 1) {
      await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await sleep(800);
    }
    admin.disconnect();
  },
};

const postgresRestarted = (mode: string, signal: 'SIGINT' | 'SIGQUIT'): Scenario => ({
  name: `PostgreSQL: restart -m ${mode}`,
  allowedErrors: AWAY,
  harm: ({ postgres }) => postgres.restart(signal, 2_000),
});

const postgresStopped: Scenario = {
  name: 'PostgreSQL: SIGSTOP 15 s',
  allowedErrors: AWAY,
  async harm({ postgres }) {
    postgres.signalAll('SIGSTOP');
    await sleep(15_000);
    postgres.signalAll('SIGCONT');
  },
};

const redisKilled = (redis: RedisServer): Scenario => ({
  name: 'Redis: kill -9, restart empty after 3 s',
  harm: () => redis.restart(3_000),
});

const redisStopped = (redis: RedisServer): Scenario => ({
  name: 'Redis: SIGSTOP 20 s',
  async harm() {
    redis.signal('SIGSTOP');
    await sleep(20_000);
    redis.signal('SIGCONT');
  },
});

const mixed = (redis: RedisServer): Scenario => ({
  name: 'mixed: five faults, two at a time',
  allowedErrors: AWAY,
  async harm(stage) {
    const rest = [
      clientsCut,
      nodeKilled,
      redisKilled(redis),
      postgresRestarted('immediate', 'SIGQUIT'),
      crashAfterCommit,
    ];
    const work = async (): Promise<void> => {
      while (rest.length > 0) {
        const next = pick(stage.world.random, rest);
        rest.splice(rest.indexOf(next), 1);
        await next.harm(stage);
      }
    };
    await Promise.all([work(), work()]);
  },
});

/** What `npm test` runs, after {@link nothing}: each kind of fault once. */
export const selection: readonly Scenario[] = [
  lossyBus,
  crashAfterCommit,
  crashAfterChange,
  redisCut,
  clientsCut,
  postgresRestarted('immediate', 'SIGQUIT'),
  rollingRestart,
];

/** What `npm run test:faults` runs, after {@link nothing}. */
export const everything = (redis: RedisServer): readonly Scenario[] => [
  lossyBus,
  nodeKilled,
  crashAfterCommit,
  crashAfterChange,
  nodeStopped,
  rollingRestart,
  clientsCut,
  redisCut,
  redisHalfOpen,
  redisFar,
  subscribersKilled,
  redisKilled(redis),
  redisStopped(redis),
  postgresRestarted('fast', 'SIGINT'),
  postgresRestarted('immediate', 'SIGQUIT'),
  postgresStopped,
  mixed(redis),
];
