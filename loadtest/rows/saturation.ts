import type { Row } from '../bench.ts';
import { measureFloor, startFloor } from '../floor.ts';
import { COMPONENTS, type Component } from '../measure/cpu-meter.ts';
import { type Figure, atLeast, atMost, figuresOf } from '../measure/figure.ts';
import { explain } from '../measure/explain.ts';
import { type LoadResult, measureSaturation } from '../measure/load.ts';
import { startParleyChat, startSocketIoChat } from './chat.ts';

const TIMES_SOCKET_IO = 10;
/** CPU a message. */
const MAX_US = { nodes: 60, postgres: 30 };
const figure = figuresOf('saturation');

/** As much as fits: 500 sockets in pairs, each with two messages of 100 bytes under way. */
export const saturation: Row = {
  name: 'saturation',
  about: '250 pairs, closed loop: messages a second and CPU a message, Parley and Socket.IO',
  async run(bench) {
    const time = bench.size(
      { warmMs: 2_000, measureMs: 5_000 },
      { warmMs: 3_000, measureMs: 8_000 },
    );
    await using parley = await startParleyChat(bench);
    await using peer = await startSocketIoChat(bench);
    const results = await bench.repeat('saturation', async () => ({
      parley: await measureSaturation(parley.generator, parley.system, time),
      peer: await measureSaturation(peer.generator, peer.system, time),
    }));
    bench.log('the floor: an echo of uWebSockets.js');
    await using echo = await startFloor(500);
    const floor = await measureFloor(echo, { warmMs: 1_000, measureMs: 2_000 });

    const ours = results.map((result) => result.parley);
    const theirs = results.map((result) => result.peer);
    const ratios = results.map((result) => result.parley.perSecond / result.peer.perSecond);
    return {
      figures: [
        figure(
          'Parley: persisted and delivered',
          'msg/s',
          ours.map(({ perSecond }) => perSecond),
        ),
        figure(
          'Socket.IO: the same',
          'msg/s',
          theirs.map(({ perSecond }) => perSecond),
        ),
        figure('Parley / Socket.IO', '×', ratios, atLeast(TIMES_SOCKET_IO)),
        ...cpuFigures('Parley', ours, MAX_US),
        ...cpuFigures('Socket.IO', theirs, {}),
        figure('floor: uWebSockets.js echo, CPU a frame', 'µs', [floor.cpuUs.nodes]),
      ],
      notes: [explain('saturation, Parley', ours), explain('saturation, Socket.IO', theirs)],
    };
  },
};

const cpuFigures = (
  name: string,
  results: readonly LoadResult[],
  limits: Partial<Record<Component, number>>,
): Figure[] =>
  COMPONENTS.map((component) => {
    const values = results.map(({ cpuUs }) => cpuUs[component]);
    const limit = limits[component];
    const target = limit === undefined ? undefined : atMost(limit);
    return figure(`${name}: CPU a message, ${component}`, 'µs', values, target);
  });
