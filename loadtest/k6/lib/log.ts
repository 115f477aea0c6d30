/** k6's console: its types leave it to the browser's. */
declare const console: { error(line: string): void };

const MAX_LINES = 20;
let lines = 0;

/** For evidence: the first lines of each VU, which tell enough. Never a message's content or a token. */
export function tell(line: string): void {
  lines += 1;
  if (lines <= MAX_LINES) console.error(line);
  if (lines === MAX_LINES) console.error(`VU ${__VU}: no more is told of this one`);
}
