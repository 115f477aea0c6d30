import type { Row } from './bench.ts';
import { bigUser } from './rows/big-user.ts';
import { growth } from './rows/growth.ts';
import { half } from './rows/half.ts';
import { idle } from './rows/idle.ts';
import { pages } from './rows/pages.ts';
import { pushes } from './rows/pushes.ts';
import { rate } from './rows/rate.ts';
import { reconnect } from './rows/reconnect.ts';
import { saturation } from './rows/saturation.ts';
import { uploads } from './rows/uploads.ts';

/** The table, in its order. */
export const ROWS: readonly Row[] = [
  saturation,
  rate,
  half,
  idle,
  bigUser,
  reconnect,
  pages,
  growth,
  uploads,
  pushes,
];
