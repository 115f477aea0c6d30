import { atMost, figuresOf } from '../measure/figure.ts';
import type { Row } from '../bench.ts';
import { killANode } from './kill-a-node.ts';
import { loadTown } from './town.ts';

const MAX_S = 20;
const MAX_P99_MS = 500;
const figure = figuresOf('reconnect');

/** A node dies, and all its clients come to the other one at once. */
export const reconnect: Row = {
  name: 'reconnect',
  about:
    '10,000 clients [1,000] of a node killed with -9 come back to the other one, and miss nothing',
  async run(bench) {
    const town = await loadTown(bench);
    const results = await bench.repeat('reconnect', () => killANode(bench, town));
    return {
      figures: [
        figure(
          'kill to the last resumed',
          's',
          results.map(({ seconds }) => seconds),
          atMost(MAX_S),
        ),
        figure(
          'clients that did not come back',
          '',
          results.map(({ absent }) => absent),
          atMost(0),
        ),
        figure(
          'messages missed',
          '',
          results.map(({ missed }) => missed),
          atMost(0),
        ),
        figure(
          'messages sent meanwhile to them',
          '',
          results.map(({ away }) => away),
        ),
        figure(
          'others meanwhile: p99',
          'ms',
          results.map(({ p99Ms }) => p99Ms),
          atMost(MAX_P99_MS),
        ),
      ],
      notes: results.map(({ losses }, rep) => `reconnect, ${rep + 1}: connections lost: ${losses}`),
    };
  },
};
