interface Size {
  readonly width: number;
  readonly height: number;
}

interface Box extends Size {
  readonly left: number;
  readonly top: number;
}

/** Between it and what it belongs to, and around it; in pixels. */
const GAP = 6;
const MARGIN = 8;

/**
 * Where something that opens beside an anchor stands: below it or, where there is no room, above, at the side of the anchor where the
 * window has more room; inside the window in any case. All in pixels of the window.
 */
export function place(anchor: Box, size: Size, space: Size): { left: number; top: number } {
  const below = anchor.top + anchor.height + GAP;
  const above = anchor.top - GAP - size.height;
  const fitsBelow = below + size.height <= space.height - MARGIN;
  const isStart = anchor.left + anchor.width / 2 < space.width / 2;
  const left = isStart ? anchor.left : anchor.left + anchor.width - size.width;
  return {
    left: within(left, space.width - size.width),
    top: within(fitsBelow || above < MARGIN ? below : above, space.height - size.height),
  };
}

const within = (value: number, room: number): number =>
  Math.max(Math.min(value, room - MARGIN), Math.min(MARGIN, Math.max(room, 0)));
