import type { ConversationFrame, LinkEvents } from '../../link.ts';

export type Recorder = LinkEvents & {
  readonly told: string[];
  readonly tabs: string[];
  /** When something had last come, each time that the connection was lost. */
  readonly heardAt: number[];
  readonly states: Parameters<LinkEvents['onState']>[0][];
  /** Each that came, and where it began anew. */
  readonly frames: (ConversationFrame | 'up')[];
};

/** Notes all that a link tells, in words. */
export function createRecorder(): Recorder {
  const told: string[] = [];
  const tabs: string[] = [];
  const heardAt: number[] = [];
  const states: Recorder['states'] = [];
  const frames: Recorder['frames'] = [];
  return {
    told,
    tabs,
    heardAt,
    states,
    frames,
    onState(state) {
      states.push(state);
      told.push('error' in state ? `${state.status} ${state.error.code}` : state.status);
    },
    onUser: (userId) => told.push(`user ${userId.slice(-4)}`),
    onFrame(frame) {
      frames.push(frame);
      told.push(`frame ${'seq' in frame ? frame.seq : frame.type}`);
    },
    onUp(isComplete) {
      frames.push('up');
      told.push(isComplete ? 'up, complete' : 'up');
    },
    onDown(at) {
      heardAt.push(at);
      told.push('down');
    },
    onMuted: (id, muted) => told.push(`${muted ? 'muted' : 'not muted'} ${id}`),
    onTab: (tabId) => tabs.push(tabId),
  };
}
